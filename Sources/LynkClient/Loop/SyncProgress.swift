import LynkCore
import Synchronization

/// The loop's machine and those who watch its state.
final class SyncProgress: Sendable {
    private struct Shared {
        var machine: SyncLoopMachine
        var watchers: [UInt64: AsyncStream<SyncState>.Continuation] = [:]
        var lastWatcher: UInt64 = 0
        var catchUp = CatchUpProgress()
        var readers: [UInt64: AsyncStream<Void>.Continuation] = [:]
    }

    private let shared: Mutex<Shared>

    init(pollInterval: Duration, prefersLive: Bool) {
        shared = Mutex(
            Shared(
                machine: SyncLoopMachine(pollInterval: pollInterval, prefersLive: prefersLive)))
    }

    deinit {
        for watcher in shared.withLock({ $0.watchers.values.map { $0 } }) { watcher.finish() }
        for reader in shared.withLock({ $0.readers.values.map { $0 } }) { reader.finish() }
    }

    var state: SyncState { shared.withLock { $0.machine.state } }
    var catchUp: CatchUpProgress { shared.withLock { $0.catchUp } }

    /// A checkpoint was applied.
    func applied() {
        for reader in shared.withLock({ $0.readers.values.map { $0 } }) { reader.yield() }
    }

    func checkpoints() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = shared.withLock { shared in
            shared.lastWatcher += 1
            shared.readers[shared.lastWatcher] = continuation
            return shared.lastWatcher
        }
        continuation.onTermination = { [weak self] _ in
            self?.shared.withLock { $0.readers[id] = nil }
        }
        return stream
    }

    func caughtUp(to progress: CatchUpProgress) { shared.withLock { $0.catchUp = progress } }

    /// Lets the machine decide, and tells the watchers when its state has changed.
    @discardableResult
    func update<Value: Sendable>(_ step: (inout SyncLoopMachine) -> Value) -> Value {
        let (value, change) = shared.withLock { shared in
            let before = shared.machine.state
            let value = step(&shared.machine)
            let after = shared.machine.state
            let watchers = before == after ? [] : Array(shared.watchers.values)
            return (value, (after, watchers))
        }
        for watcher in change.1 { watcher.yield(change.0) }
        return value
    }

    func states() -> AsyncStream<SyncState> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SyncState.self, bufferingPolicy: .bufferingNewest(16))
        let id = shared.withLock { shared in
            shared.lastWatcher += 1
            shared.watchers[shared.lastWatcher] = continuation
            continuation.yield(shared.machine.state)
            return shared.lastWatcher
        }
        continuation.onTermination = { [weak self] _ in
            self?.shared.withLock { $0.watchers[id] = nil }
        }
        return stream
    }
}
