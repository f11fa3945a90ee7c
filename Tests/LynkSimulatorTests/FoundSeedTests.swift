import LynkSimulator
import Testing

/// Seeds that once failed; Tests/FoundBugs.md says what each of them found. A seed may have become
/// another world since, so what holds a bug is its own case; these are here because they are cheap.
@Suite("Seeds that once failed")
struct FoundSeedTests {
    static let seeds: [UInt64] = [38, 41, 86, 101, 377, 499, 771, 866, 916, 925, 1475]

    static let policySeeds: [UInt64] = [
        44_820, 60_909, 61_738, 90_024, 90_205, 92_796, 103_103, 103_352, 103_700,
    ]

    @Test("Each of those that collect money holds", arguments: [10_031, 10_314])
    func moneyHolds(_ seed: UInt64) {
        let options = SimulationOptions(workload: .payments)
        let outcome = Simulation.run(seed: seed, options)
        if outcome.breach != nil {
            Issue.record("\(FailureReport(outcome, options, commit: "this"))")
        }
    }

    @Test("Each of those of policies holds", arguments: policySeeds)
    func policiesHold(_ seed: UInt64) {
        let options = SimulationOptions(workload: .policies)
        let outcome = Simulation.run(seed: seed, options)
        if outcome.breach != nil {
            Issue.record("\(FailureReport(outcome, options, commit: "this"))")
        }
    }

    @Test("Each of them holds", arguments: seeds)
    func holds(_ seed: UInt64) {
        let outcome = Simulation.run(seed: seed)
        if outcome.breach != nil {
            Issue.record("\(FailureReport(outcome, SimulationOptions(), commit: "this"))")
        }
    }
}
