import Foundation
import GRDB
import LynkCore
import Testing

@testable import LynkStore

/// Crashes at every write, sync, truncation and removal of a file, with what was not synced there,
/// torn, lost or in any order: `bash Tests/crash.sh`. Without it, at every seventh.
@Suite("Power loss at every boundary", .serialized)
struct CrashTests {
    static let stride =
        max(1, ProcessInfo.processInfo.environment["LYNK_CRASH_EVERY"].flatMap { Int($0) } ?? 7)

    @Test("A device loses nothing that it acknowledged", arguments: DeviceScenario.allCases)
    func device(_ scenario: DeviceScenario) throws {
        try Self.expectNothingLost(try Self.play(scenario), scenario.rawValue)
    }

    @Test("A hub loses nothing that it acknowledged", arguments: HubScenario.allCases)
    func hub(_ scenario: HubScenario) throws {
        let stage = try HubStage()
        try scenario.prepare(stage)
        try stage.raise()
        try scenario.play(stage)
        try Self.expectNothingLost(
            try stage.crashEverywhere(every: Self.stride), scenario.rawValue)
    }

    @Test("Commits that are not synced are lost, and that is seen")
    func careless() throws {
        let report = try Self.play(.writes, isCareless: true)
        #expect(report.violations.contains { $0.contains("0 writes of") })
        #expect(report.violations.allSatisfy { $0.contains("writes of") })
    }

    private static func play(
        _ scenario: DeviceScenario, isCareless: Bool = false
    ) throws -> CrashReport {
        let stage = try DeviceStage(isCareless: isCareless)
        try scenario.prepare(stage)
        try stage.raise()
        try scenario.play(stage)
        return try stage.crashEverywhere(every: stride)
    }

    private static func expectNothingLost(_ report: CrashReport, _ name: String) throws {
        #expect(report.violations == [], "\(name)")
        #expect(report.crashes > 10)
        print("\(name): \(report.crashes) crashes at \(report.boundaries) boundaries")
    }
}

extension Replica {
    /// Moves everything from the WAL into the file.
    func checkpointFile() throws {
        try pool.writeWithoutTransaction { database in
            _ = try database.checkpoint(.truncate)
        }
    }
}
