import LynkCore
import LynkEngine
import LynkWire

/// Fetches the snapshots that a hub has offered, into a replica that takes them in
/// (Protocol/05-exchange.md, X42 to X45).
///
/// Everything that arrives is in the replica's file before the next is asked for, so whatever
/// breaks it off, the next attempt goes on at that byte.
struct SnapshotFetch: Sendable {
    enum Ending: Hashable, Sendable {
        /// Everything that was offered is taken in: the next hello names it.
        case complete
        /// There is something to push: an exchange first, then on with what is left.
        case interrupted
        /// The hub does not have it any more, or never spoke this way. What was taken in is
        /// dropped, and the pull is to bring the rows.
        case unavailable
    }

    /// In a row, each after some bytes; then the loop's back-off takes over.
    private static let cutsMax = 8
    /// Bytes that were all there and not what their name stands for.
    private static let damagesMax = 2
    static let manifestBytesMax = 2 << 20

    let replica: any SnapshotReplica
    let transport: any HTTPTransport
    let tokens: TokenSource
    let threads: BlockingThreads
    let watcher: ExchangeWatcher

    /// - Parameter offers: of the welcome that was just applied.
    /// - Throws: ``Problem`` of the transport, or ``HubRefusal`` when the hub asks for a wait: to
    ///   be gone on with later. What the replica threw.
    func run(_ offers: [SnapshotOffer], _ report: inout SyncReport) async throws -> Ending {
        let replica = replica
        guard let enrolment = try await threads.run({ try replica.enrolment() }) else {
            throw Problem(.notEnrolled)
        }
        let line = SnapshotLine(
            address: try HubAddress(enrolment.server), enrolment: enrolment,
            transport: transport, tokens: tokens)
        var progress = CatchUpProgress()
        progress.began(expecting: offers.reduce(0) { $0 &+ min($1.rows, 1 << 40) })
        var hasRenewed = false
        var damages = 0
        while let task = try await threads.run({ try replica.snapshotTask() }) {
            guard let segment = task.segment, let manifest = task.manifest else {
                guard try await plan(task, line, &report) else { return try await drop() }
                continue
            }
            switch try await fetch(segment, from: task.byteCount, line, &report) {
            case .whole:
                do {
                    try await threads.run { try replica.takeSegment() }
                } catch let problem as Problem where problem.code == .responseInvalid {
                    damages += 1
                    guard damages < Self.damagesMax else { return try await drop() }
                    continue
                }
                report.segments += 1
                progress.received(
                    rows: Int(manifest.rowCount) / manifest.segments.count,
                    bytes: segment.byteCount)
                watcher.progressed(progress)
                if try await hasUnsent() { return .interrupted }
            case .gone:
                // Another snapshot may have the same segments up to here.
                guard !hasRenewed, try await plan(task, line, &report) else {
                    return try await drop()
                }
                hasRenewed = true
            }
        }
        return .complete
    }

    private func drop() async throws -> Ending {
        let replica = replica
        try await threads.run { try replica.dropSnapshots() }
        return .unavailable
    }

    private func hasUnsent() async throws -> Bool {
        let replica = replica
        return try await threads.run { !(try replica.offer().changeSets.isEmpty) }
    }

    /// Asks for the manifest of a scope.
    ///
    /// - Returns: whether it is there and goes on from what was taken in.
    private func plan(
        _ task: SnapshotTask, _ line: SnapshotLine, _ report: inout SyncReport
    ) async throws -> Bool {
        let (replica, scope) = (replica, task.scope)
        let body: [UInt8]
        do {
            let found = try await line.manifest(of: scope, &report.transfer)
            guard let found else { return false }
            body = found
        } catch let problem as Problem where problem.code == .timedOut {
            // It takes a hub long to make one of many rows; the pull streams them meanwhile.
            return false
        }
        let manifest: SnapshotManifest
        do throws(WireError) {
            manifest = try SnapshotManifest.decode(body)
        } catch {
            return false
        }
        guard manifest.scope == scope, !manifest.segments.isEmpty else { return false }
        return try await threads.run { try replica.begin(snapshot: manifest) }
    }

    private enum Fetched { case whole, gone }

    /// Brings the rest of a segment into the replica, over several connections if need be.
    private func fetch(
        _ segment: SnapshotSegment, from start: Int, _ line: SnapshotLine,
        _ report: inout SyncReport
    ) async throws -> Fetched {
        let (replica, threads) = (replica, threads)
        var kept = start
        var cuts = 0
        while kept < segment.byteCount {
            var received = 0
            do {
                let status = try await line.read(segment, from: kept, &report.transfer) {
                    bytes, isFromStart in
                    if isFromStart, kept > 0, received == 0 {
                        try await threads.run { try replica.dropSegmentBytes() }
                        kept = 0
                    }
                    guard kept + bytes.count <= segment.byteCount else {
                        throw Problem(.responseInvalid, "a segment is longer than it says")
                    }
                    try await threads.run { try replica.keep(segmentBytes: bytes) }
                    kept += bytes.count
                    received += bytes.count
                }
                guard status == 200 || status == 206 else { return .gone }
                if received == 0 { return .gone }
            } catch let problem as Problem where problem.code == .responseInvalid {
                try await threads.run { try replica.dropSegmentBytes() }
                return .gone
            } catch let problem as Problem where problem.isCut {
                cuts += 1
                guard received > 0, cuts < Self.cutsMax else { throw problem }
            }
        }
        return .whole
    }
}

extension Problem {
    /// The line broke; the bytes that came are good.
    fileprivate var isCut: Bool { code == .unreachable || code == .timedOut }
}
