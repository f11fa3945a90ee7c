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
    private let comparison: RowComparison
    private let look: HeadLook
    private let snapshots: SnapshotFetch?
    private let snapshotRowsMin: Int64
    private let pacing: SyncPacing
    private let gate = SerialGate()
    private let signal = WakeSignal()
    private let progress: SyncProgress

    /// A first sync of some million rows; longer answers are broken off.
    public static let responseBytesMax = 1 << 30
    /// A push that the hub refuses this often in a row, although the replica followed its advice,
    /// is reported.
    private static let refusalsMax = 3
    /// Scopes change now and then, not all the time.
    private static let cutsMax = 10
    /// Below so many rows of a scope the exchange's own pages are quicker: see ``init``.
    public static let snapshotRowsMin: Int64 = 10_000

    /// - Parameters:
    ///   - transport: may be shared by many clients.
    ///   - threads: where the replica's calls block.
    ///   - snapshotRowsMin: a scope that the device enters with at least so many rows comes as a
    ///     snapshot, where hub and replica know how; 0 for none.
    public init(
        replica: any ReplicaStore, transport: any HTTPTransport, pacing: SyncPacing = .system,
        threads: BlockingThreads = .shared,
        snapshotRowsMin: Int64 = SyncClient.snapshotRowsMin
    ) {
        let progress = SyncProgress(
            pollInterval: pacing.pollInterval, prefersLive: pacing.prefersLive)
        self.progress = progress
        self.pacing = pacing
        let tokens = TokenSource(transport: transport, elapsed: pacing.elapsed)
        comparison = RowComparison(
            replica: replica, transport: transport, tokens: tokens, threads: threads)
        look = HeadLook(
            replica: replica, transport: transport, tokens: tokens, threads: threads)
        let watcher = ExchangeWatcher(
            answered: { progress.update { $0.answered() } },
            progressed: { progress.caughtUp(to: $0) },
            caughtUp: { mode in
                progress.applied()
                guard mode == .live else { return }
                progress.update { $0.live(now: pacing.elapsed()) }
            })
        exchange = Exchange(
            replica: replica, transport: transport, tokens: tokens,
            threads: threads, responseBytesMax: Self.responseBytesMax, watcher: watcher)
        snapshots = (replica as? any SnapshotReplica).map {
            SnapshotFetch(
                replica: $0, transport: transport, tokens: tokens, threads: threads,
                watcher: watcher)
        }
        self.snapshotRowsMin = snapshots == nil ? 0 : max(snapshotRowsMin, 0)
    }

    /// Where this client stands.
    public var state: SyncState { progress.state }

    /// How far the running catch-up is, or the last one was.
    public var catchUp: CatchUpProgress { progress.catchUp }

    /// The current state and each that follows; a slow reader misses states in between, never the
    /// last. Ends with the client.
    public func states() -> AsyncStream<SyncState> { progress.states() }

    /// One element after each applied checkpoint, of which a slow reader sees the last: the time
    /// to look at the rows again. Ends with the client.
    public func checkpoints() -> AsyncStream<Void> { progress.checkpoints() }

    /// Exchanges until everything written before the call has its receipt and the replica has
    /// applied a checkpoint that is not older than the call.
    ///
    /// - Throws: ``Problem``: the transport's, the hub's or the replica's. Safe to repeat.
    @discardableResult
    public func sync() async throws -> SyncReport {
        progress.update { $0.started() }
        do {
            let (report, _) = try await attempt(.once)
            progress.update { _ = $0.succeeded(now: pacing.elapsed()) }
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

    /// Stays in step until its task is cancelled: by a live answer that the hub goes on with at
    /// each commit, or where that does not work, by looking now and then; after failures with
    /// growing, random waits.
    ///
    /// One exchange runs at a time: what is written meanwhile ends the live answer, and the next
    /// request carries it and asks for another one. One task owns the loop; do not run two.
    public func run() async {
        while !Task.isCancelled {
            let mode = progress.update { $0.started(now: pacing.elapsed()) }
            // A live attempt lowers it when it is its turn.
            if mode == .once { signal.lower() }
            let pause: SyncLoopMachine.Pause
            do {
                let isUnchanged = try await isUnchanged(mode)
                let ended = isUnchanged ? nil : try await attempt(mode).1
                let chance = pacing.chance()
                pause = progress.update { machine in
                    let now = pacing.elapsed()
                    return switch ended {
                    case nil: machine.unchanged(now: now)
                    case .once: machine.succeeded(now: now)
                    case .interrupted: machine.interrupted()
                    case .byHub: machine.liveEnded(now: now, chance: chance)
                    }
                }
            } catch {
                guard !Task.isCancelled else { break }
                let refusal = error as? HubRefusal
                let problem = error.asProblem ?? Problem(.storeFailed, "\(error)")
                pause = progress.update {
                    $0.failed(
                        problem, asked: refusal?.retryAfter, chance: pacing.chance(),
                        now: pacing.elapsed())
                }
            }
            if pause.duration > .zero { await wait(pause) }
        }
        progress.update { $0.stopped() }
    }

    /// Somebody uses the device: where the hub gives no live answers, ``run()`` looks more often
    /// for the next five minutes.
    public func noteActivity() {
        if progress.update({ $0.active(now: pacing.elapsed()) }) { signal.raise() }
    }

    /// There is something to send, or a network again: ``run()`` looks at once, unless the hub
    /// has asked for a wait.
    public func wake() { signal.raise() }

    /// Whether a poll is over with the hub's word that nothing changed.
    private func isUnchanged(_ mode: PullMode) async throws -> Bool {
        guard mode == .once, progress.update({ $0.mayLook(now: pacing.elapsed()) }) else {
            return false
        }
        return try await look.isUnchanged()
    }

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

    /// How an attempt ended.
    private enum Ending {
        case once
        /// A live answer was left, to push or to let another caller in.
        case interrupted
        /// The hub ended a live answer.
        case byHub
    }

    /// - Throws: also ``HubRefusal``, with the wait that the hub asked for.
    private func attempt(_ mode: PullMode) async throws -> (SyncReport, Ending) {
        // Whoever waits for a live answer to end asks it to.
        try await gate.run(onWait: { [signal] in signal.raise() }) {
            var report = SyncReport()
            var refusals = 0
            var returns = 0
            var cuts = 0
            var hasCompared = false
            var snapshotRows = snapshotRowsMin
            while true {
                var cost = TransferStatistics()
                if mode == .live {
                    // Lowered before the offer is made: a write during the exchange raises it.
                    signal.lower()
                    if gate.hasWaiters { signal.raise() }
                }
                let outcome = try await exchange.run(
                    mode, snapshotRows: snapshotRows, &cost, until: mode == .live ? signal : nil)
                report += outcome.report
                report.transfer += cost
                if let refusal = outcome.refusal {
                    refusals += 1
                    guard refusal.isMendedByReplica, refusals < Self.refusalsMax else {
                        throw refusal
                    }
                    continue
                }
                if outcome.isCutShort {
                    cuts += 1
                    guard cuts < Self.cutsMax else { throw Problem(.scopesChanged) }
                    continue
                }
                if let snapshots, !outcome.offers.isEmpty {
                    let ending = try await snapshots.run(outcome.offers, &report)
                    // From then on the pull brings what is left, as from any hub.
                    if ending == .unavailable { snapshotRows = 0 }
                    continue
                }
                if outcome.mustReturn, outcome.report.receiptsTotal == 0 {
                    returns += 1
                    guard returns < Self.refusalsMax else {
                        throw Problem(.responseInvalid, "the hub takes nothing of what it lacks")
                    }
                    continue
                }
                if outcome.mustReturn { continue }
                if !outcome.hasMore, !outcome.report.digestMatches, !hasCompared {
                    hasCompared = true
                    if try await repair(&report) { continue }
                }
                guard outcome.hasMore else {
                    guard outcome.mode == .live else { return (report, .once) }
                    return (report, signal.isRaised ? .interrupted : .byHub)
                }
                guard outcome.report.receiptsTotal > 0 else {
                    throw Problem(.responseInvalid, "the hub gave no receipt for a push")
                }
                refusals = 0
            }
        }
    }
}

extension SyncClient {
    /// After a checkpoint whose digest differs: finds the rows that differ, once per attempt.
    ///
    /// - Returns: whether rows were put right, so that another exchange is to show it.
    private func repair(_ report: inout SyncReport) async throws -> Bool {
        var cost = TransferStatistics()
        let found = try await comparison.run(&cost)
        report.transfer += cost
        guard let found else { return false }
        report.rowsRepaired += found.rowsRepaired
        return found.rowsRepaired > 0 || !found.isComplete
    }

    /// Compares every confirmed row with the hub's now, whatever the digests say.
    ///
    /// - Returns: what was found; `nil` for a replica that cannot compare.
    /// - Throws: ``Problem``. Safe to repeat.
    public func verify() async throws -> RepairReport? {
        try await gate.run(onWait: { [signal] in signal.raise() }) {
            var cost = TransferStatistics()
            do {
                return try await comparison.run(&cost)
            } catch let refusal as HubRefusal {
                throw refusal.problem
            }
        }
    }
}

extension Problem {
    /// The welcome told the replica what to offer instead.
    fileprivate var isMendedByReplica: Bool {
        code == .chainGap || code == .laneForked || code == .hubRolledBack
    }
}
