import Checklists
import LynkCore
import Testing

@Suite("Edits that did not know each other")
struct ConflictTests {
    /// Asha and then Ben act offline at the mill; both find a network, in either order.
    private func meet(
        isAshaFirst: Bool, _ asha: (Plan, TestDevice) throws -> Void,
        _ ben: (Plan, TestDevice) throws -> Void
    ) throws -> Plan {
        let plan = try Plan()
        try asha(plan, plan.asha)
        try ben(plan, plan.ben)
        let order = isAshaFirst ? [plan.asha, plan.ben] : [plan.ben, plan.asha]
        for device in order + plan.everybody { try device.sync() }
        return plan
    }

    private func both(_ body: (Bool) throws -> Void) rethrows {
        for isAshaFirst in [true, false] { try body(isAshaFirst) }
    }

    private static let site = """
        SELECT title || '; ' || coalesce(street, '-') || ', ' || coalesce(town, '-') || '; '
            || closed || '; ' || risk || '; ' || visits || '; ' || coalesce(last_reading, '-')
        FROM site WHERE code = 'MILL'
        """

    @Test("Each column of a site ends as its policy says")
    func columns() throws {
        try both { isAshaFirst in
            let plan = try meet(isAshaFirst: isAshaFirst) { plan, asha in
                try asha.update(
                    "site", plan.mill,
                    [
                        "title": "Asha's", "street": "1 A Road", "closed": 1, "risk": "HIGH",
                        "visits": 1, "last_reading": 90,
                    ])
            } _: { plan, ben in
                try ben.update("site", plan.mill, ["closed": 1])
                try ben.update(
                    "site", plan.mill,
                    [
                        "title": "Ben's", "town": "Wye", "closed": 0, "risk": "MEDIUM",
                        "visits": 1, "last_reading": 80,
                    ])
            }
            for device in [plan.asha, plan.ben, plan.office] {
                #expect(try device.texts(Self.site) == ["Ben's; -, Wye; 1; HIGH; 2; 90"])
            }
        }
    }

    @Test("A tag that somebody adds stays although another removes it")
    func tags() throws {
        try both { isAshaFirst in
            let plan = try meet(isAshaFirst: isAshaFirst) { plan, asha in
                try asha.tag(plan.mill, add: ["bats"], remove: ["ladder"])
            } _: { plan, ben in
                try ben.tag(plan.mill, remove: ["ladder"])
                try ben.tag(plan.mill, add: ["ladder", "dog"])
            }
            for device in [plan.asha, plan.ben, plan.office] {
                #expect(try device.list("tags", of: plan.mill) == ["dog", "bats", "ladder"])
            }
        }
    }

    @Test("Both notes stay, until somebody who has read them writes the next")
    func notes() throws {
        try both { isAshaFirst in
            let plan = try meet(isAshaFirst: isAshaFirst) { plan, asha in
                try asha.note(plan.mill, "bats")
            } _: { plan, ben in
                try ben.note(plan.mill, "a dog")
            }
            #expect(try plan.asha.list("notes", of: plan.mill) == ["bats", "a dog"])
            #expect(try plan.ben.list("notes", of: plan.mill) == ["bats", "a dog"])
            try plan.ben.note(plan.mill, "bats and a dog")
            try plan.ben.sync()
            try plan.asha.sync()
            #expect(try plan.asha.list("notes", of: plan.mill) == ["bats and a dog"])
        }
    }

    @Test("The worse severity counts, until somebody who knows it lowers it")
    func severity() throws {
        try both { isAshaFirst in
            let plan = try meet(isAshaFirst: isAshaFirst) { plan, asha in
                try asha.update("item", plan.lamps, ["severity": 3])
            } _: { plan, ben in
                try ben.update("item", plan.lamps, ["severity": 1])
            }
            let severity = "SELECT cast(severity AS TEXT) FROM item"
            #expect(try plan.ben.texts(severity) == ["3"])
            try plan.ben.update("item", plan.lamps, ["severity": 0])
            try plan.ben.sync()
            try plan.asha.sync()
            #expect(try plan.asha.texts(severity) == ["0"])
        }
        #expect(throws: Problem.self) {
            try Checklists().resolve("best", version: 1, 1, 2)
        }
    }

    @Test("The worse of two: in any order, in any grouping, and of itself")
    func severityLaws() throws {
        func worse(_ left: Value, _ right: Value) throws -> Value {
            try Checklists().resolve("worst", version: 1, left, right)
        }
        let all = (Int64(0)...3).map(Value.integer)
        for left in all {
            #expect(try worse(left, left) == left)
            for right in all {
                #expect(try worse(left, right) == worse(right, left))
                for third in all {
                    #expect(
                        try worse(worse(left, right), third) == worse(left, worse(right, third)))
                }
            }
        }
    }
}
