import Logging
import LynkCore
import LynkEngine

/// Moves the floors of a serving hub: steps of some milliseconds, with pauses for commits.
struct FloorUpkeep: Sendable {
    let hub: Hub

    /// A round over all tenants after each interval, until the task is cancelled.
    func run(every interval: Duration) async {
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            do {
                let stores = try await hub.pool.run { [floor = hub.floor] in try floor.stores() }
                for store in stores { try await advance(store) }
            } catch {
                // The next round tries again: what was forgotten so far is on disk.
                hub.logger.error("the floor stays", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Moves one tenant's floor as far as it may go.
    func advance(_ store: any TenantStore) async throws {
        let time = ContinuousClock()
        while true {
            let start = time.now
            let step = try await hub.pool.run { [hub] in
                try hub.floor.step(store, nowMilliseconds: hub.clock.nowMilliseconds())
            }
            guard step.hasMore else { return }
            // Commits get at least half of the time.
            try await Task.sleep(for: min(time.now - start, .seconds(1)))
        }
    }
}
