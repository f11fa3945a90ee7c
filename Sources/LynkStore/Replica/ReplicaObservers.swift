import Synchronization

/// Who is to be woken by which tables.
///
/// Ours instead of GRDB's observation: pages and the overlay are written by statements that GRDB
/// does not see, and the capture already knows the tables of a local write.
final class ReplicaObservers: Sendable {
    private struct Watcher {
        let tables: Set<String>
        let isOfEngine: Bool
        let continuation: AsyncStream<Void>.Continuation
    }

    private struct Shared {
        var watchers: [UInt64: Watcher] = [:]
        var last: UInt64 = 0
        var isClosed = false
    }

    private let shared = Mutex(Shared())

    /// One iterator's place; it ends with the object.
    final class Subscription: Sendable {
        let wakes: AsyncStream<Void>
        private let id: UInt64
        private let observers: ReplicaObservers

        fileprivate init(_ wakes: AsyncStream<Void>, _ id: UInt64, _ observers: ReplicaObservers) {
            self.wakes = wakes
            self.id = id
            self.observers = observers
        }

        deinit { observers.end(id) }
    }

    var isClosed: Bool { shared.withLock { $0.isClosed } }
    var count: Int { shared.withLock { $0.watchers.count } }

    /// The first wake is there at once. Wakes that nobody has taken are one.
    func subscribe(to tables: Set<String>) -> Subscription {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Void.self, bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        let id: UInt64? = shared.withLock { shared in
            guard !shared.isClosed else { return nil }
            shared.last += 1
            shared.watchers[shared.last] = Watcher(
                tables: tables, isOfEngine: tables.contains { $0.hasPrefix("lynk_") },
                continuation: continuation)
            return shared.last
        }
        if id == nil { continuation.finish() }
        return Subscription(stream, id ?? 0, self)
    }

    /// Something was committed.
    ///
    /// - Parameter tables: what has changed besides the engine's own tables; `nil` for anything.
    func publish(_ tables: Set<String>?) {
        let woken = shared.withLock { shared in
            shared.watchers.values.filter { watcher in
                watcher.isOfEngine || tables.map { !$0.isDisjoint(with: watcher.tables) } ?? true
            }
        }
        for watcher in woken { watcher.continuation.yield() }
    }

    func close() {
        let ended = shared.withLock { shared in
            shared.isClosed = true
            defer { shared.watchers = [:] }
            return Array(shared.watchers.values)
        }
        for watcher in ended { watcher.continuation.finish() }
    }

    private func end(_ id: UInt64) { shared.withLock { $0.watchers[id] = nil } }
}
