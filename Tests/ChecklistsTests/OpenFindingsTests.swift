import Checklists
import LynkCore
import Testing

@Suite("The figure that the hub derives")
struct OpenFindingsTests {
    @Test("Findings that nobody has resolved are counted, each once")
    func count() throws {
        let plan = try Plan()
        func open() throws -> [String] {
            for device in plan.everybody { try device.sync() }
            for device in plan.everybody { try device.sync() }
            return try plan.office.texts(
                "SELECT code || ' ' || open_findings FROM site ORDER BY code")
        }
        #expect(try open() == ["DEPOT 0", "MILL 0"])
        try plan.find(1, by: plan.asha, at: plan.mill)
        try plan.find(2, by: plan.ben, at: plan.mill)
        try plan.find(3, by: plan.dev, at: plan.depot)
        #expect(try open() == ["DEPOT 1", "MILL 2"])
        // Both resolve the same one; the other stays open.
        try plan.resolve(1, by: plan.asha, at: plan.mill)
        try plan.resolve(1, by: plan.ben, at: plan.mill)
        #expect(try open() == ["DEPOT 1", "MILL 1"])
        try plan.resolve(3, by: plan.dev, at: plan.depot)
        #expect(try open() == ["DEPOT 0", "MILL 1"])
    }

    @Test("A device cannot write it")
    func authority() throws {
        let plan = try Plan()
        #expect(throws: Problem.self) {
            try plan.asha.update("site", plan.mill, ["open_findings": 5])
        }
    }
}
