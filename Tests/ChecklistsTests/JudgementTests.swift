import Checklists
import LynkCore
import Testing

@Suite("Who may do what")
struct JudgementTests {
    private static let unassigned = "rejected the office has not assigned this site"

    private typealias Case = (who: TestDevice, act: () throws -> Void, answer: String)

    private func judge(_ cases: [Case], in plan: Plan) throws {
        for (number, step) in cases.enumerated() {
            try step.act()
            try step.who.sync()
            #expect(try plan.answer(to: step.who) == step.answer, "case \(number)")
        }
    }

    @Test("An inspector edits assigned sites and nothing that the office keeps")
    func inspectors() throws {
        let plan = try Plan()
        let (asha, ben, dev) = (plan.asha, plan.ben, plan.dev)
        let item = RowKey(high: 3, low: 9)
        let assignment = RowKey(high: 5, low: 1)
        let columns: KeyValuePairs<String, Value> = [
            "site": .key(plan.mill), "inspector": .key(dev.user),
        ]
        let cases: [Case] = [
            (asha, { try asha.update("site", plan.mill, ["title": "Old mill"]) }, "accepted"),
            (
                asha, { try asha.insert("site", RowKey(high: 2, low: 9), ["code": "X"]) },
                "rejected only the office adds and removes sites"
            ),
            (
                dev, { try dev.insert("assignment", assignment, columns) },
                "rejected only the office assigns sites"
            ),
            (
                dev, { try dev.insert("inspector", item, ["name": "Eve"]) },
                "rejected only the office keeps the list of inspectors"
            ),
            (
                dev, { try dev.insert("item", item, ["site": .key(plan.mill), "number": 7]) },
                Self.unassigned
            ),
            (
                ben, { try ben.update("item", plan.lamps, ["checked_by": .key(asha.user)]) },
                "rejected an item is checked off in one's own name"
            ),
            (
                ben, { try ben.update("item", plan.lamps, ["severity": 4]) },
                "rejected item.severity is from 0 to 3"
            ),
            (
                ben,
                {
                    try ben.update(
                        "item", plan.lamps, ["checked_by": .key(ben.user), "severity": 2])
                }, "accepted"
            ),
        ]
        try judge(cases, in: plan)
        #expect(try dev.texts("SELECT name FROM inspector") == ["Dev"])
        #expect(try asha.texts("SELECT title FROM site") == ["Old mill"])
    }

    @Test("A finding is stated where one is assigned, in one's own name, with a whole hash")
    func findings() throws {
        let plan = try Plan()
        let (asha, ben, dev) = (plan.asha, plan.ben, plan.dev)
        let columns: KeyValuePairs<String, Value> = [
            "site": .key(plan.mill), "inspector": .key(asha.user),
        ]
        let cases: [Case] = [
            (dev, { try plan.find(1, by: dev, at: plan.mill) }, Self.unassigned),
            (
                ben, { try plan.find(2, by: ben, at: plan.mill, photo: [1, 2]) },
                "rejected finding.photo is a SHA-256 of 32 bytes"
            ),
            (
                ben, { try ben.insert("finding", RowKey(high: 4, low: 3), columns) },
                "rejected a finding is stated in one's own name"
            ),
            (
                ben, { try plan.resolve(99, by: ben, at: plan.mill) },
                "rejected resolution.finding is no finding of this site"
            ),
            (
                ben,
                {
                    try plan.find(
                        4, by: ben, at: plan.mill, photo: Array(repeating: 7, count: 32))
                }, "accepted"
            ),
        ]
        try judge(cases, in: plan)
        #expect(try ben.texts("SELECT text FROM finding") == ["rust"])
        #expect(try dev.texts("SELECT text FROM finding") == [])
    }

    @Test("The office plans; it states no findings")
    func office() throws {
        let plan = try Plan()
        let office = plan.office
        try office.update("item", plan.lamps, ["text": "Exit lamps, both floors"])
        try office.sync()
        #expect(try plan.answer(to: office) == "accepted")
        try plan.find(1, by: office, at: plan.mill)
        try office.sync()
        #expect(
            try plan.answer(to: office) == "rejected findings are stated by who was there")
    }

    @Test("Work counts that was done before the news of a withdrawal arrived, in either order")
    func withdrawal() throws {
        for isFirst in [true, false] {
            let plan = try Plan()
            try plan.asha.update("site", plan.mill, ["title": "Asha was here"])
            try plan.withdraw(plan.mill, from: plan.asha)
            let order = isFirst ? [plan.asha, plan.office] : [plan.office, plan.asha]
            for device in order { try device.sync() }
            #expect(try plan.answer(to: plan.asha) == "accepted")
            try plan.asha.sync()
            #expect(try plan.asha.texts("SELECT title FROM site") == [])
            try plan.office.sync()
            #expect(
                try plan.office.texts("SELECT title FROM site WHERE code = 'MILL'")
                    == ["Asha was here"])
            // Now she knows, and the site's key is no secret to her.
            try plan.find(1, by: plan.asha, at: plan.mill)
            try plan.asha.sync()
            #expect(try plan.answer(to: plan.asha) == Self.unassigned)
        }
    }
}
