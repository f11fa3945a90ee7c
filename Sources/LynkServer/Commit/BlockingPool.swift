import LynkCore
import NIOPosix
import Synchronization

/// A few threads for calls that block on files, so that the cooperative pool never does.
package final class BlockingPool: Sendable {
    private let threads: NIOThreadPool
    private let waiting = Atomic<Int>(0)
    private let waitingMax: Int

    package init(threads count: Int = 4, waitingMax: Int = 4_096) {
        threads = NIOThreadPool(numberOfThreads: count)
        self.waitingMax = waitingMax
        threads.start()
    }

    /// Runs a blocking call on one of the threads.
    ///
    /// - Throws: what the call throws; ``Problem`` `overloaded` when too many calls wait.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let (_, count) = waiting.add(1, ordering: .relaxed)
        defer { waiting.subtract(1, ordering: .relaxed) }
        guard count <= waitingMax else {
            throw Problem(.overloaded, "\(waitingMax) calls are waiting for the disk")
        }
        return try await threads.runIfActive(body)
    }

    /// Lets running calls end; later ones fail.
    package func stop() async {
        do {
            try await threads.shutdownGracefully()
        } catch {
            // Only a second stop fails, and it has nothing left to stop.
        }
    }
}
