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
        try FaultSweep.disk.run("\(scenario)", isSticky: isSticky) { fail in
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
        try FaultSweep.disk.run("\(scenario)", isSticky: isSticky) { fail in
            let stage = try HubStage()
            try scenario.prepare(stage)
            try stage.raise()
            fail { try scenario.play(stage) }
            return try stage.recoverNow()
        }
    }
}
