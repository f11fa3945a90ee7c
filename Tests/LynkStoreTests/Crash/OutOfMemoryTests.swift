import CFaultVFS
import Foundation
import Testing

@testable import LynkStore

/// SQLite's requests for memory are refused one after the other, once or from then on. The
/// allocator is the whole process's, so these tests run alone: `bash Tests/memory.sh`.
@Suite(
    "No memory for SQLite", .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["LYNK_FAIL_MEMORY"] != nil))
struct OutOfMemoryTests {
    init() throws { try #require(lynk_fault_memory_install() == 0) }

    @Test(
        "A device without memory says so, and loses nothing that it acknowledged",
        arguments: DeviceScenario.allCases, [false, true])
    func device(_ scenario: DeviceScenario, isSticky: Bool) throws {
        try FaultSweep.memory.run("\(scenario)", isSticky: isSticky) { fail in
            let stage = try DeviceStage()
            try scenario.prepare(stage)
            try stage.raise()
            fail { try scenario.play(stage) }
            return try stage.recoverNow()
        }
    }

    @Test(
        "A hub without memory says so, and loses nothing that it acknowledged",
        arguments: HubScenario.allCases, [false, true])
    func hub(_ scenario: HubScenario, isSticky: Bool) throws {
        try FaultSweep.memory.run("\(scenario)", isSticky: isSticky) { fail in
            let stage = try HubStage()
            try scenario.prepare(stage)
            try stage.raise()
            fail { try scenario.play(stage) }
            return try stage.recoverNow()
        }
    }
}
