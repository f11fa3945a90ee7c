import LynkCore
public import LynkEngine
import Synchronization

/// Keeps one replica in step with its hub.
///
/// ```swift
/// let client = SyncClient(replica: replica, transport: try CurlTransport())
/// let report = try await client.sync()
/// ```
///
/// Isolation: any task may call; exchanges of one client run one at a time. Blocking calls on the
/// replica run on threads of their own, never on Swift's cooperative pool. Breaking off anywhere
/// loses nothing: what a user wrote is in the replica, and stays in its outbox until the hub has
/// given a receipt.
public final class SyncClient: Sendable {
    private let exchange: Exchange
    private let pacing: SyncPacing
    private let gate = SerialGate()
    private let signal = WakeSignal()
    private let progress: SyncProgress

    /// A first sync of some million rows; longer answers are broken off.
    public static let responseBytesMax = 1 << 30
    /// A push that the hub refuses this often in a row, although the replica followed its advice,
    /// is reported.
    private static let refusalsMax = 3

    /// - Parameters:
    ///   - transport: may be shared by many clients.
    ///   - threads: where the replica's calls block.
    public init(
        replica: any ReplicaStore, transport: any HTTPTransport, pacing: SyncPacing = .system,
        threads: BlockingThreads = .shared
    ) {
        let progress = SyncProgress(pollInterval: pacing.pollInterval)
        self.progress = progress
        self.pacing = pacing
        exchange = Exchange(
            replica: replica, transport: transport,
            tokens: TokenSource(transport: transport, elapsed: pacing.elapsed),
            threads: threads, responseBytesMax: Self.responseBytesMax,
            onAnswer: { progress.update { $0.answered() } })
    }

    /// Where this client stands.
    public var state: SyncState { progress.state }

    /// The current state and each that follows; a slow reader misses states in between, never the
    /// last. Ends with the client.
    public func states() -> AsyncStream<SyncState> { progress.states() }

    /// Exchanges until everything written before the call has its receipt and the replica has
    /// applied a checkpoint that is not older than the call.
    ///
    /// - Throws: ``Problem``: the transport's, the hub's or the replica's. Safe to repeat.
    @discardableResult
    public func sync() async throws -> SyncReport {
        progress.update { $0.started() }
        do {
            let report = try await attempt()
            progress.update { _ = $0.succeeded() }
            return report
        } catch {
            if let problem = error.asProblem {
                progress.update { _ = $0.failed(problem, asked: nil, chance: 0) }
                throw problem
            }
            progress.update { _ = $0.failed(Problem(.unreachable), asked: nil, chance: 0) }
            throw error
        }
    }

    /// Syncs now and then until its task is cancelled: at once, after ``wake()``, at the poll
    /// interval, and after failures with growing, random waits.
    ///
    /// One task owns the loop; do not run two.
    public func run() async {
        while !Task.isCancelled {
            // Lowered before the offer is made: a write during the exchange raises it again.
            signal.lower()
            progress.update { $0.started() }
            let pause: SyncLoopMachine.Pause
            do {
                _ = try await attempt()
                pause = progress.update { $0.succeeded() }
            } catch {
                guard !Task.isCancelled else { break }
                let refusal = error as? HubRefusal
                let problem = error.asProblem ?? Problem(.storeFailed, "\(error)")
                pause = progress.update {
                    $0.failed(problem, asked: refusal?.retryAfter, chance: pacing.chance())
                }
            }
            await wait(pause)
        }
        progress.update { $0.stopped() }
    }

    /// There is something to send, or a network again: ``run()`` looks at once, unless the hub
    /// has asked for a wait.
    public func wake() { signal.raise() }

    private func wait(_ pause: SyncLoopMachine.Pause) async {
        let pacing = pacing
        let signal = signal
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Only cancellation ends a sleep early, and then nobody waits for it.
                try? await pacing.sleep(pause.duration)
            }
            if pause.isWakeable { group.addTask { await signal.wait() } }
            await group.next()
            group.cancelAll()
        }
    }

    /// - Throws: also ``HubRefusal``, with the wait that the hub asked for.
    private func attempt() async throws -> SyncReport {
        try await gate.run {
            var report = SyncReport()
            var refusals = 0
            while true {
                var cost = TransferStatistics()
                let outcome = try await exchange.run(&cost)
                report += outcome.report
                report.transfer += cost
                if let refusal = outcome.refusal {
                    refusals += 1
                    guard refusal.isMendedByReplica, refusals < Self.refusalsMax else {
                        throw refusal
                    }
                    continue
                }
                guard outcome.hasMore else { return report }
                guard outcome.report.receiptsTotal > 0 else {
                    throw Problem(.responseInvalid, "the hub gave no receipt for a push")
                }
                refusals = 0
            }
        }
    }
}

extension Problem {
    /// The welcome told the replica what to offer instead.
    fileprivate var isMendedByReplica: Bool { code == .chainGap || code == .laneForked }
}
