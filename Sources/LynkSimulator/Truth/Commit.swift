import LynkCore
import LynkEngine
import LynkStore

/// A commit as the hub's log had it right after it was made, with what held at that moment and may
/// be forgotten later.
struct Commit: Sendable {
    let position: Int64
    let dot: Dot
    let oid: ContentID
    /// The change set whose writes carry this dot: another one's, when this is a release.
    let subject: ContentID
    /// What ``subject`` follows in its author's chain, as far as its bytes tell.
    let previous: ContentID?
    /// What a release or a final rejection is about.
    let decides: ContentID?
    let lane: LaneID
    let device: DeviceID
    let isByHub: Bool
    let effective: HybridTimestamp
    let received: HybridTimestamp
    let disposition: Disposition
    let problem: ProblemCode?
    let conflicts: Int
    /// The author's context, truncated to what the hub had.
    let context: VersionVector
    /// Scopes that the context covers.
    let covered: Set<Scope>
    /// Places of commits that the context contains under dots that were lost.
    let aliases: Set<Int64>
    /// What the author of ``subject`` wrote.
    let changes: [RowChange]
    /// What the hub derived from it.
    let consequences: [RowChange]
    let chain: [UInt8]

    var isApplied: Bool { disposition.isApplied && !(decides != nil && changes.isEmpty) }
}

extension Commit {
    /// Reads the commits after a position.
    static func read(
        _ store: any HubStore, after position: Int64
    ) throws -> [Commit] {
        let aliases = try store.aliases()
        return try store.inspect { reads in
            let head = try reads.head()
            guard head > position else { return [] }
            var graph = EraGraph()
            let eras = try reads.eras()
            for era in eras { graph.insert(era.record) }
            let lanes = try reads.lanes()
            return try (position + 1...head).compactMap {
                try Self.read($0, reads, eras, graph, lanes, aliases)
            }
        }
    }

    private static func read(
        _ position: Int64, _ reads: any HubReads, _ eras: [HubEra], _ graph: EraGraph,
        _ lanes: [HubLane], _ aliases: [DotAlias]
    ) throws -> Commit? {
        guard let log = try reads.log(at: position) else { return nil }
        guard let own = try reads.changeSet(at: position) else {
            return unreadable(position, log, lanes[Int(log.lane)])
        }
        let isRelease = own.content.intent?.name == "release"
        var (author, origin, sealed) = (log, position, own)
        if let decided = log.subject, isRelease, let place = try reads.position(of: decided),
            let quarantined = try reads.log(at: place),
            let body = try reads.changeSet(at: place)
        {
            (author, origin, sealed) = (quarantined, place, body)
        }
        let hub = HubID(bytes: try reads.meta(.hub) ?? [])
        let lane = lanes[Int(author.lane)].id
        let place =
            author.context.sorted.compactMap { dot in
                eras.first { $0.record.era == dot.era }?.base.map { $0 + Int64(dot.number) }
            }.max() ?? 0
        let covered = try reads.scopeSet(of: sealed.content.device, at: place)?.covered ?? []
        let writes = try reads.writes(at: position)
        let isDecision = log.subject != nil && !isRelease
        let changes = isDecision ? [] : sealed.content.changes
        return Commit(
            position: position, dot: log.dot, oid: log.oid,
            subject: isRelease ? log.subject ?? log.oid : log.oid,
            previous: sealed.content.previous, decides: log.subject, lane: lane,
            device: sealed.content.device,
            isByHub: origin == position
                && (lane.low == hub?.low || lane == LaneID(high: 0, low: 0)),
            effective: author.effective, received: log.received, disposition: log.disposition,
            problem: log.problem?.code, conflicts: Int(log.conflicts), context: author.context,
            covered: Set(covered),
            aliases: Set(
                aliases.filter {
                    // What comes later in the same push was not here yet.
                    $0.position < position && graph.contains(sealed.content.context, $0.lost)
                }.map(\.position)),
            changes: changes,
            consequences: isDecision ? [] : Array(writes.dropFirst(changes.count)),
            chain: log.chain)
    }

    /// Bytes that do not decode: they have a place in the chain, and no effect.
    private static func unreadable(
        _ position: Int64, _ log: LogRecord, _ lane: HubLane
    ) -> Commit {
        Commit(
            position: position, dot: log.dot, oid: log.oid, subject: log.oid, previous: nil,
            decides: nil, lane: lane.id, device: lane.device, isByHub: false,
            effective: log.effective,
            received: log.received, disposition: log.disposition, problem: log.problem?.code,
            conflicts: Int(log.conflicts), context: log.context, covered: [], aliases: [],
            changes: [], consequences: [], chain: log.chain)
    }
}
