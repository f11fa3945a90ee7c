import CFaultVFS
import GRDB
import LynkCore
import Testing

@testable import LynkStore

/// One call of the system after another fails, once or from then on: a full or a dying disk.
extension CrashTests {
    @Test(
        "A device whose disk fails says so, and loses nothing that it acknowledged",
        arguments: DeviceScenario.allCases, [false, true])
    func deviceDisk(_ scenario: DeviceScenario, isSticky: Bool) throws {
        try Self.failEveryCall("\(scenario)", isSticky: isSticky) { fail in
            let stage = try DeviceStage()
            try scenario.prepare(stage)
            try stage.raise()
            fail { try scenario.play(stage) }
            return try stage.recoverNow()
        }
    }

    @Test(
        "A hub whose disk fails says so, and loses nothing that it acknowledged",
        arguments: HubScenario.allCases, [false, true])
    func hubDisk(_ scenario: HubScenario, isSticky: Bool) throws {
        try Self.failEveryCall("\(scenario)", isSticky: isSticky) { fail in
            let stage = try HubStage()
            try scenario.prepare(stage)
            try stage.raise()
            fail { try scenario.play(stage) }
            return try stage.recoverNow()
        }
    }

    /// - Parameter run: plays with `fail`, and tells what is wrong after a new start.
    private static func failEveryCall(
        _ name: String, isSticky: Bool, _ run: ((() throws -> Void) -> Void) throws -> [String]
    ) throws {
        // The first time none fails: how many there are.
        var calls: Int64 = 0
        let clean = try run { play in
            lynk_fault_fail(.max, 0)
            #expect(throws: Never.self, "\(name)") { try play() }
            calls = lynk_fault_calls()
            lynk_fault_fail(0, 0)
        }
        #expect(clean == [], "\(name)")
        #expect(calls > 10, "\(name)")
        var violations: [String] = []
        var told = 0
        for call in Swift.stride(from: 1, through: calls, by: stride == 1 ? 1 : stride * 9) {
            let place = "\(name): call \(call) of \(calls) fails: "
            do {
                violations += try run { play in
                    lynk_fault_fail(call, isSticky ? 1 : 0)
                    defer { lynk_fault_fail(0, 0) }
                    do {
                        try play()
                    } catch {
                        told += 1
                        let isTyped = error is Problem || error is DatabaseError
                        if !isTyped { violations.append(place + "\(type(of: error))") }
                    }
                }.map { place + $0 }
            } catch {
                violations.append(place + "\(error)")
            }
        }
        #expect(violations == [])
        #expect(told > 0, "\(name)")
        print("\(name): \(told) failures told, \(calls) calls")
    }
}
