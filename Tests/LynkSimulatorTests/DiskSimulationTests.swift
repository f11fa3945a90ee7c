import Foundation
import LynkSimulator
import Testing

/// The same worlds with the shipped stores on SQLite, on disks that lose power, fill up and fail.
@Suite("Simulated worlds on SQLite")
struct DiskSimulationTests {
    /// More of them with `LYNK_SEEDS`.
    static let seeds = UInt64(ProcessInfo.processInfo.environment["LYNK_SEEDS"] ?? "") ?? 20

    private static func options(
        _ seed: UInt64, without: Set<FaultMix.Kind> = []
    ) -> SimulationOptions {
        SimulationOptions(
            workload: WorkloadKind(mixing: seed), store: .sqlite, without: without)
    }

    @Test("The same seed gives the same history", arguments: [3, 4, 5, 8] as [UInt64])
    func deterministic(_ seed: UInt64) {
        let options = Self.options(seed)
        let (first, second) = (
            Simulation.run(seed: seed, options), Simulation.run(seed: seed, options)
        )
        #expect(first.traceHash == second.traceHash)
        #expect(first.steps == second.steps)
        #expect(first.commits > 0)
    }

    /// Two halves, so that two cores have something to do.
    @Test("Every seed holds", arguments: 0...1)
    func seeds(_ half: UInt64) {
        var report = CampaignReport()
        for seed in 1...Self.seeds where seed % 2 == half {
            let options = Self.options(seed)
            let outcome = Simulation.run(seed: seed, options)
            report.add(outcome)
            if outcome.breach != nil {
                Issue.record("\(FailureReport(outcome, options, commit: "this"))")
            }
        }
        print("Marks of every second seed of \(Self.seeds):\n\(report.marks.table)")
        #expect(report.marks.counts[.deviceLostPower] ?? 0 > 0)
        #expect(report.marks.counts[.hubLostPower] ?? 0 > 0)
    }

    /// A green run shows nothing unless it would have seen: here nothing is ever synced.
    @Test("A disk that lies about its syncs is found out")
    func lyingDisk() {
        let found = (UInt64(1)...6).first { seed in
            let options = SimulationOptions(store: .sqlite, slip: .lyingDisk)
            return Simulation.run(seed: seed, options).breach != nil
        }
        #expect(found != nil)
    }

    @Test("A failing world names its store in the command that plays it again")
    func replay() {
        let options = Self.options(2)
        let report = FailureReport(Simulation.run(seed: 2, options), options, commit: "this")
        #expect(report.replay.contains("--store sqlite"))
    }
}
