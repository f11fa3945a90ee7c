import Foundation
import LynkCore
import Testing

@testable import LynkStore

@Suite("Random histories mean what the definition says")
struct HistoryTests {
    /// More of them with `LYNK_SEEDS`.
    static let seeds = UInt64(ProcessInfo.processInfo.environment["LYNK_SEEDS"] ?? "") ?? 300

    private func hold(on pair: StorePair, seed: UInt64, steps: Int) throws {
        let history = try History(on: pair, seed: seed)
        try history.run(steps)
        let problems = try history.end()
        if !problems.isEmpty {
            Issue.record("seed \(seed), \(steps) steps: \(problems.prefix(3))")
        }
    }

    @Test("The hub's rows are F of what it applied, and every device equals the hub")
    func memory() throws {
        let pair = StorePair(hub: .memory, replica: .memory)
        for seed in 1...Self.seeds { try hold(on: pair, seed: seed, steps: 120) }
    }

    @Test("The same on real files", arguments: 1...max(4, seeds / 50))
    func files(_ seed: UInt64) throws {
        for pair in StorePair.all where pair.hub != .memory || pair.replica != .memory {
            try hold(on: pair, seed: seed, steps: 60)
        }
    }
}
