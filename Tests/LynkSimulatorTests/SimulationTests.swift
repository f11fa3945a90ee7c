import Foundation
import LynkSimulator
import Testing

@Suite("Simulated worlds")
struct SimulationTests {
    /// More of them with `LYNK_SEEDS`.
    static let seeds = UInt64(ProcessInfo.processInfo.environment["LYNK_SEEDS"] ?? "") ?? 160

    @Test("The same seed gives the same history")
    func deterministic() {
        for seed in UInt64(1)...8 {
            let (first, second) = (Simulation.run(seed: seed), Simulation.run(seed: seed))
            #expect(first.traceHash == second.traceHash)
            #expect(first.commits == second.commits)
        }
    }

    @Test("Another seed gives another history")
    func different() {
        let hashes = (UInt64(1)...8).map { Simulation.run(seed: $0).traceHash }
        #expect(Set(hashes).count == hashes.count)
    }

    /// Two halves, so that two cores have something to do.
    @Test("Every seed holds", arguments: 0...1)
    func seeds(_ half: UInt64) {
        var report = CampaignReport()
        for seed in 1...Self.seeds where seed % 2 == half {
            let outcome = Simulation.run(seed: seed)
            report.add(outcome)
            if outcome.breach != nil {
                Issue.record("\(FailureReport(outcome, SimulationOptions(), commit: "this"))")
            }
        }
        print("Marks of every second seed of \(Self.seeds):\n\(report.marks.table)")
        // A run that never gets far proves less than it seems to.
        if Self.seeds >= 4_000 { #expect(report.marks.missing == []) }
        if Self.seeds >= 160 {
            let reached = Mark.allCases.count - report.marks.missing.count
            #expect(reached > Mark.allCases.count * 3 / 4, "\(report.marks.missing)")
        }
    }

    @Test(
        "A planted slip is found by the checker that is there for it",
        arguments: Slip.allCases.filter { !$0.isOfDisk })
    func slips(_ slip: Slip) {
        let options = SimulationOptions(checkers: [slip.checker], slip: slip)
        let found = (UInt64(1)...120).first { seed in
            Simulation.run(seed: seed, options).breach?.checker == slip.checker
        }
        #expect(found != nil)
    }

    @Test("A failing world becomes small and still fails for the same reason")
    func shrinking() throws {
        let options = SimulationOptions(slip: .repeatedEffect)
        let failing = try #require(
            (UInt64(1)...100).lazy.map { Simulation.run(seed: $0, options) }
                .first { $0.breach != nil })
        var shrinker = Shrinker(failing, options, runs: 120)
        let (smaller, outcome) = shrinker.shrunk()
        #expect(outcome.breach?.checker == failing.breach?.checker)
        #expect(outcome.events < failing.events)
        let report = FailureReport(outcome, smaller, commit: "abc")
        #expect("\(report)".contains("seed \(failing.seed)  commit abc"))
        #expect(report.replay.contains("--keep"))
        #expect(report.replay.contains("--slip repeated-effect"))
        // The replay is the same world again.
        let kept = try #require(smaller.events)
        #expect(FailureReport.numbers(FailureReport.ranges(kept)) == kept)
        #expect(Simulation.run(seed: failing.seed, smaller).traceHash == outcome.traceHash)
    }

    @Test(
        "Numbers as ranges",
        arguments: [
            ([], ""), ([3], "3"), ([1, 2, 3, 7, 9, 10], "1-3,7,9-10"),
        ] as [(Set<Int>, String)])
    func ranges(_ numbers: Set<Int>, _ text: String) {
        #expect(FailureReport.ranges(numbers) == text)
        #expect(FailureReport.numbers(text) == numbers)
        #expect(FailureReport.numbers("x") == nil)
    }
}
