import Checklists
import LynkCore
import Testing

@Suite("Deletes, references and claims")
struct DeleteTests {
    private let items = "SELECT text FROM item ORDER BY id"
    private let sites = "SELECT title FROM site ORDER BY code"

    private func syncAll(_ plan: Plan) throws {
        for device in plan.everybody + plan.everybody { try device.sync() }
    }

    @Test("An item that the office deletes stays deleted, whoever checks it meanwhile")
    func item() throws {
        for isOfficeFirst in [true, false] {
            let plan = try Plan()
            try plan.office.delete("item", plan.lamps)
            try plan.ben.update("item", plan.lamps, ["checked_by": .key(plan.ben.user)])
            let order = isOfficeFirst ? [plan.office, plan.ben] : [plan.ben, plan.office]
            for device in order { try device.sync() }
            try syncAll(plan)
            for device in plan.everybody { #expect(try device.texts(items) == []) }
        }
    }

    @Test("A site that somebody edits meanwhile comes back whole")
    func site() throws {
        for isOfficeFirst in [true, false] {
            let plan = try Plan()
            try plan.office.delete("site", plan.depot)
            try plan.dev.update("site", plan.depot, ["title": "Depot, repainted"])
            let order = isOfficeFirst ? [plan.office, plan.dev] : [plan.dev, plan.office]
            for device in order { try device.sync() }
            try syncAll(plan)
            #expect(try plan.dev.texts(sites) == ["Depot, repainted"])
            #expect(try plan.office.texts(sites) == ["Depot, repainted", "MILL"])
        }
    }

    @Test("The items of a site go with it")
    func cascade() throws {
        let plan = try Plan()
        try plan.office.delete("site", plan.mill)
        try syncAll(plan)
        for device in plan.everybody { #expect(try device.texts(items) == []) }
        #expect(try plan.office.texts(sites) == ["DEPOT"])
        #expect(try plan.asha.texts(sites) == [])
    }

    @Test("A site with findings is not deleted")
    func restrict() throws {
        let plan = try Plan()
        try plan.find(1, by: plan.asha, at: plan.mill)
        try syncAll(plan)
        try plan.office.delete("site", plan.mill)
        try syncAll(plan)
        #expect(try plan.office.texts(sites) == ["DEPOT", "MILL"])
        #expect(try plan.asha.texts(sites) == ["MILL"])
        #expect(try plan.asha.texts(items) == ["Exit lamps"])
    }

    @Test("The name of somebody who left is taken out of the items")
    func setNull() throws {
        let plan = try Plan()
        try plan.ben.update(
            "item", plan.lamps, ["checked_by": .key(plan.ben.user), "checked_at": 5])
        try syncAll(plan)
        #expect(try plan.asha.texts("SELECT hex(checked_by) FROM item") != [""])
        try plan.office.delete("inspector", plan.ben.user)
        try syncAll(plan)
        #expect(try plan.asha.texts("SELECT hex(checked_by) FROM item") == [""])
    }

    @Test("Of two items with one number the later keeps its row and loses the number")
    func number() throws {
        let plan = try Plan()
        for (device, low) in [(plan.asha, 8), (plan.ben, 9)] as [(TestDevice, UInt64)] {
            try device.insert(
                "item", RowKey(high: 3, low: low),
                ["site": .key(plan.mill), "number": 4, "text": .text("item \(low)")])
        }
        try plan.ben.sync()
        try syncAll(plan)
        #expect(
            try plan.office.texts("SELECT text || ' ' || coalesce(number, '-') FROM item")
                .sorted() == ["Exit lamps 1", "item 8 -", "item 9 4"])
    }

    @Test("A second resolution of one finding is held")
    func resolution() throws {
        let plan = try Plan()
        try plan.find(1, by: plan.asha, at: plan.mill)
        try syncAll(plan)
        try plan.resolve(1, by: plan.asha, at: plan.mill)
        try plan.resolve(1, by: plan.ben, at: plan.mill)
        try syncAll(plan)
        #expect(try plan.answer(to: plan.asha) == "accepted")
        #expect(try plan.answer(to: plan.ben).hasPrefix("held"))
    }

    @Test("An inspector who deletes gets the rows back")
    func forbidden() throws {
        let plan = try Plan()
        try plan.asha.delete("item", plan.lamps)
        #expect(try plan.asha.texts(items) == [])
        try plan.asha.sync()
        #expect(
            try plan.answer(to: plan.asha) == "rejected only the office removes items")
        try plan.asha.sync()
        #expect(try plan.asha.texts(items) == ["Exit lamps"])
        try plan.dev.delete("site", plan.depot)
        try plan.dev.sync()
        #expect(
            try plan.answer(to: plan.dev) == "rejected only the office adds and removes sites")
        try plan.dev.sync()
        #expect(try plan.dev.texts(sites) == ["DEPOT"])
    }
}
