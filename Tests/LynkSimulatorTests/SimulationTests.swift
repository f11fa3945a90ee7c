import LynkSimulator
import Testing

@Suite("Simulated worlds")
struct SimulationTests {
    @Test("The same seed gives the same history")
    func deterministic() {
        for seed in UInt64(1)...10 {
            let (first, second) = (Simulation.run(seed: seed), Simulation.run(seed: seed))
            #expect(first.traceHash == second.traceHash)
        }
    }

    @Test("Every seed holds")
    func seeds() {
        for seed in UInt64(1)...100 {
            let outcome = Simulation.run(seed: seed)
            if outcome.breach != nil {
                Issue.record("\(FailureReport(outcome, SimulationOptions(), commit: "this"))")
            }
        }
    }
}
