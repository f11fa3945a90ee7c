import LynkClient
import Synchronization

/// Time that moves only when a loop sleeps, and chance that is always the same.
final class VirtualPacing: Sendable {
    private struct State {
        var now = Duration.zero
        var sleeps: [Duration] = []
        /// Sleeps that return by themselves; the one after them waits to be cancelled.
        var budget: Int
        var onExhausted: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    let chance: UInt64

    /// Whether the loop asks for live answers.
    private let prefersLive: Bool

    init(sleeps budget: Int, chance: UInt64, prefersLive: Bool = false) {
        self.prefersLive = prefersLive
        state = Mutex(State(budget: budget))
        self.chance = chance
    }

    var sleeps: [Duration] { state.withLock { $0.sleeps } }
    func advance(_ duration: Duration) { state.withLock { $0.now += duration } }

    /// Returns when a loop has used up its sleeps and rests in one more.
    func restReached() async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.budget < 0 { return true }
                state.onExhausted.append(continuation)
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    var pacing: SyncPacing {
        var pacing = SyncPacing(
            sleep: { [self] in try await pass($0) }, chance: { [chance] in chance },
            elapsed: { [self] in state.withLock { $0.now } })
        pacing.prefersLive = prefersLive
        return pacing
    }

    private func pass(_ duration: Duration) async throws {
        let (rests, waiting) = state.withLock { state in
            state.sleeps.append(duration)
            state.now += duration
            state.budget -= 1
            guard state.budget < 0 else {
                return (false, [] as [CheckedContinuation<Void, Never>])
            }
            defer { state.onExhausted = [] }
            return (true, state.onExhausted)
        }
        guard rests else { return }
        for continuation in waiting { continuation.resume() }
        // Nothing ever comes: only cancellation ends it.
        let never = AsyncStream<Never>.makeStream()
        for await _ in never.stream {}
        never.continuation.finish()
        throw CancellationError()
    }
}
