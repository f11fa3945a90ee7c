import Checklists
import LynkCore
import Testing

@Suite("Who sees what")
struct VisibilityTests {
    @Test("A site moves from one inspector to another; a finding stays with who stated it")
    func reassignment() throws {
        let plan = try Plan()
        try plan.find(1, by: plan.dev, at: plan.depot)
        try plan.dev.sync()
        #expect(try plan.dev.texts("SELECT code FROM site") == ["DEPOT"])
        #expect(try plan.ben.texts("SELECT code FROM site") == ["MILL"])

        try plan.withdraw(plan.depot, from: plan.dev)
        try plan.assign(plan.depot, to: plan.ben)
        for device in [plan.office, plan.ben, plan.dev] { try device.sync() }
        #expect(try plan.dev.texts("SELECT code FROM site") == [])
        #expect(try plan.dev.texts("SELECT text FROM finding") == ["rust"])
        #expect(try plan.ben.texts("SELECT code FROM site ORDER BY code") == ["DEPOT", "MILL"])
        #expect(try plan.ben.texts("SELECT text FROM finding") == ["rust"])
        #expect(
            try plan.office.texts("SELECT code FROM site ORDER BY code") == ["DEPOT", "MILL"])
    }

    @Test("People and assignments are seen by the office and by whom they concern")
    func people() throws {
        let plan = try Plan()
        #expect(try plan.asha.texts("SELECT name FROM inspector") == ["Asha"])
        #expect(try plan.dev.texts("SELECT name FROM inspector") == ["Dev"])
        #expect(
            try plan.office.texts("SELECT name FROM inspector ORDER BY name")
                == ["Asha", "Ben", "Dev"])
        #expect(try plan.asha.texts("SELECT hex(site) FROM assignment").count == 1)
        #expect(try plan.office.texts("SELECT hex(site) FROM assignment").count == 3)
    }
}
