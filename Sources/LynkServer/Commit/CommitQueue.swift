package import Logging
package import LynkCore
package import LynkEngine

/// Group commit: pushes that arrive while a commit runs go into the next one together.
///
/// A tenant is bound to one of a few threads, so its commits never overlap and keep their order.
/// One durable transaction then serves many requests.
package final class CommitQueue: Sendable {
    package struct Bounds: Sendable {
        /// Pushes that may wait on one thread.
        package var pushesMax = 1_024
        /// Bytes of change sets that may wait on one thread; a single push always may.
        package var bytesMax = 64 << 20
        package init() {}
    }

    private let threads: [CommitThread]

    /// - Parameter onCommit: told of each commit on its thread, after it is durable.
    package init(
        threads count: Int = 2, bounds: Bounds = Bounds(), logger: Logger,
        onCommit: @escaping @Sendable (TenantID) -> Void = { _ in }
    ) {
        threads = (0..<max(count, 1)).map {
            CommitThread(
                name: "lynk-commit-\($0)", bounds: bounds, logger: logger, onCommit: onCommit)
        }
    }

    /// Commits one push, in one transaction with whatever else waits for the tenant.
    ///
    /// When it returns, the receipts are on disk. A caller that is cancelled meanwhile gets its
    /// answer all the same: the commit is not undone.
    ///
    /// - Throws: ``Problem`` `overloaded` when the queue is full or stopping, `store_failed` when
    ///   the group could not be committed: nothing of it is acknowledged then.
    package func push(_ push: Push, to store: any TenantStore) async throws -> PushAnswer {
        let index = Int(truncatingIfNeeded: store.tenant.low % UInt64(threads.count))
        return try await threads[index].push(push, to: store)
    }

    /// Pushes that wait now.
    package var waitingCount: Int { threads.reduce(0) { $0 + $1.waitingCount } }

    /// Refuses new pushes, commits what waits, and returns when the threads have ended.
    package func stop() async {
        for thread in threads { await thread.stop() }
    }
}
