package import LynkCore

/// Reads one scope from its start to the head, in short reads, as a pull of that scope alone would.
///
/// So its pages are a pull's, name no other scope, and a row that changes meanwhile comes again.
/// The last read comes to the head, and the cut is told from the same snapshot of the file: applied
/// in order, the pieces give exactly the scope's state there.
struct SnapshotReader<Reads: HubReads> {
    /// One read gathers about so much; it is over in milliseconds.
    private static var stepBytes: Int { 1 << 20 }

    let reads: Reads
    let tables: [TableSchema]

    /// - Throws: ``Problem`` `not_found`.
    static func open(_ scope: Scope, _ reads: Reads) throws -> PullState {
        guard let found = try reads.scopes().first(where: { $0.name == scope }) else {
            throw Problem(.notFound)
        }
        var state = PullState(
            // The cut has no lane: no device's head is in it.
            lane: LaneID(high: 0, low: 0), scopeSetHash: [],
            parts: [.init(scope: found.handle, from: 0)], unborn: [], last: .end(of: 0),
            target: try reads.head())
        state.hasMarks = false
        return state
    }

    func next(_ state: inout PullState) throws -> SnapshotStep {
        var pieces: [PullStep] = []
        var bytes = 0
        while bytes < Self.stepBytes {
            let step = try PullReader(reads).next(&state)
            switch step {
            case .page(let payload): bytes += payload.count
            // Hundreds of conflicts, each with a few values.
            case .conflicts: bytes += Self.stepBytes / 4
            case .checkpoint(let checkpoint):
                return SnapshotStep(pieces: pieces, cut: try cut(checkpoint, state))
            }
            pieces.append(step)
        }
        return SnapshotStep(pieces: pieces, cut: nil)
    }

    private func cut(_ checkpoint: Checkpoint, _ state: PullState) throws -> SnapshotCut {
        guard let hub = try reads.meta(.hub).flatMap({ HubID(bytes: $0) }) else {
            throw Problem(.storeFailed, "the hub's id is damaged")
        }
        var found: [SnapshotTable] = []
        for table in tables.sorted(by: { $0.id < $1.id }) {
            let name = DigestName(scope: state.parts[0].scope, table: table.id)
            guard let digest = try reads.digest(name), digest.count > 0 else { continue }
            found.append(
                SnapshotTable(table: table.id, count: digest.count, root: digest.root))
        }
        return SnapshotCut(
            hub: hub, position: checkpoint.position, vector: checkpoint.vector,
            chain: checkpoint.chain, tables: found)
    }
}

/// Judges snapshots: those that a hub has made, and those that devices say to have.
struct SnapshotCheck<Reads: HubReads> {
    /// A tail of so many rows is short, whatever the scope has.
    private static var tailRows: Int64 { 4_096 }

    let reads: Reads

    /// Whether a pull can go on from it: the hub still has that past, and has forgotten no removed
    /// key after it.
    func isUsable(_ held: HeldSnapshot) throws -> Bool {
        guard held.position > 0, held.position <= (try reads.head()),
            held.position >= (try reads.floor()),
            let chain = try reads.log(at: held.position)?.chain
        else { return false }
        return held.chain.elementsEqual(chain.prefix(CommitChain.shortBytes))
    }

    func standing(_ held: HeldSnapshot?, of scope: HubScope) throws -> SnapshotStanding {
        guard let held, try isUsable(held) else { return .stale }
        let tail = try reads.changeCount(in: scope.handle, after: held.position)
        let rows = try reads.digest(ofScope: scope.handle).count
        return tail <= max(Self.tailRows, rows / 8) ? .good : .stale
    }
}

extension HubReplica {
    package func standing(
        of scope: Scope, for principal: Principal, held: HeldSnapshot?, nowMilliseconds: Int64
    ) throws -> SnapshotStanding? {
        let now = HybridTimestamp(milliseconds: nowMilliseconds)
        return try file.read { reads -> SnapshotStanding? in
            let visible = try VisibleScopes(of: principal, now: now, reads, application)
            guard let found = visible.born.first(where: { $0.name == scope }) else { return nil }
            return try SnapshotCheck(reads: reads).standing(held, of: found)
        }
    }

    package func openSnapshot(of scope: Scope) throws -> SnapshotScan {
        SnapshotScan(state: try file.read { try SnapshotReader.open(scope, $0) })
    }

    package func next(_ scan: inout SnapshotScan) throws -> SnapshotStep {
        guard var state = scan.state as? PullState else {
            throw Problem(.internalFailure, "a snapshot of another store")
        }
        let step = try file.read {
            try SnapshotReader(reads: $0, tables: application.schema.tables).next(&state)
        }
        scan.state = state
        return step
    }
}
