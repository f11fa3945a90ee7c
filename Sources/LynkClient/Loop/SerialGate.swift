import Synchronization

/// Lets one asynchronous section run at a time, first come, first served.
final class SerialGate: Sendable {
    private struct State {
        var isBusy = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    // Bounded by the tasks that call.
    private let state = Mutex(State())

    /// Somebody waits for the section to be left.
    var hasWaiters: Bool { state.withLock { !$0.waiters.isEmpty } }

    /// A cancelled caller still waits for its turn, which is as long as one exchange.
    ///
    /// - Parameter onWait: called once when the section is busy, after the caller stands in line.
    func run<Value: Sendable>(
        onWait: @Sendable () -> Void = {}, _ body: () async throws -> Value
    ) async throws -> Value {
        await enter(onWait)
        defer { leave() }
        try Task.checkCancellation()
        return try await body()
    }

    private func enter(_ onWait: () -> Void) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isBusy else {
                    state.isBusy = true
                    return true
                }
                state.waiters.append(continuation)
                return false
            }
            if isFree { continuation.resume() } else { onWait() }
        }
    }

    private func leave() {
        let next = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.isBusy = false
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiters.removeFirst()
        }
        next?.resume()
    }
}
