import LynkCore
import LynkEngine
import LynkWire

/// Everything that an in-memory replica is. A value: a copy is a snapshot.
struct ReplicaMemory: Sendable {
    /// An own change set, as it waits and as it is kept afterwards.
    struct Written: Sendable {
        let sequence: UInt64
        let sealed: SealedChangeSet
    }

    struct Incident: Hashable, Sendable {
        let position: Int64
        let ours: [UInt8]
        let hubs: [UInt8]
    }

    /// What lives only as long as an exchange: a crash drops it.
    struct Exchange: Sendable {
        /// Sequences of what the last offer sent, by oid: receipts name oids.
        var offered: [ContentID: UInt64] = [:]
        var scopes: ScopeUpdate?
        var pages: [PageRows] = []
    }

    var enrolment: Enrolment?
    var lane: LaneID
    /// The last change set written here, sent or not.
    var head: LaneHead?
    var clock = HybridClock()
    var cursor = PullCursor.start
    var progress = ChainProgress()
    /// In chain order, without a hole.
    var written: [Written] = []
    var receipts: [UInt64: Receipt] = [:]
    /// The eras that the hub told of: they say which dots a vector contains.
    var eras = EraGraph()
    var incidents: [Incident] = []
    /// Root over the device's scopes at its cursor.
    var root: [UInt8] = []
    /// Writes that policies decided at the hub, as it told of them.
    var conflicts: [ConflictRecord] = []
    /// What the hub said of the last push, if it refused it.
    var refusal: Problem?
    var confirmed = ConfirmedMemory()
    /// The changes behind ``ChainProgress/settled`` by row, in chain order.
    private(set) var pending: [RowName: [RowChange]] = [:]
    var exchange = Exchange()

    init(lane: LaneID) { self.lane = lane }

    func shown(_ table: TableSchema, _ key: RowKey) -> ShownRow? {
        let name = RowName(table: table.id, key: key)
        return PendingOverlay.show(
            key, confirmed: confirmed.row(table.id, key)?.values, removed: confirmed.removed[name],
            under: pending[name] ?? [], of: table)
    }

    /// What the device shows of a table, in key order.
    func shown(_ table: TableSchema) -> [ShownRow] {
        var keys = Set((confirmed.rows[table.id] ?? [:]).keys)
        for name in pending.keys where name.table == table.id { keys.insert(name.key) }
        return keys.sorted().compactMap { shown(table, $0) }
    }

    /// Something was written that has no receipt.
    var owes: Bool { (head?.sequence ?? 0) > progress.answered }

    mutating func append(_ sealed: SealedChangeSet) {
        let sequence = (head?.sequence ?? 0) + 1
        written.append(Written(sequence: sequence, sealed: sealed))
        head = LaneHead(lane: lane, sequence: sequence, oid: sealed.oid)
        hold(sealed.content)
    }

    private mutating func hold(_ content: ChangeSet) {
        for change in content.changes {
            pending[RowName(table: change.table, key: change.key), default: []].append(change)
        }
    }

    /// Own change sets after a place in the chain.
    func written(after sequence: UInt64) -> ArraySlice<Written> {
        guard let first = written.first?.sequence, sequence >= first else { return written[...] }
        return written.dropFirst(Int(min(sequence - first + 1, UInt64(written.count))))
    }

    /// Own change sets inside the checkpoint leave the overlay.
    mutating func settle(_ checkpoint: Checkpoint) {
        let before = progress.settled
        progress.settle(
            checkpoint.head,
            sequence: { oid in
                exchange.offered[oid] ?? written.last { $0.sealed.oid == oid }?.sequence
            },
            hasDot: { sequence in
                receipts[sequence].map { eras.contains(checkpoint.vector, $0.dot) } ?? false
            })
        guard progress.settled != before else { return }
        pending = [:]
        for own in written(after: progress.settled) { hold(own.sealed.content) }
    }
}
