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
        let kind: LynkStore.Incident.Kind
        let position: Int64
        let ours: [UInt8]
        let hubs: [UInt8]
    }

    /// What became of a refused change set.
    enum Decision: Hashable, Sendable {
        case resubmitted(as: ContentID)
        case discarded(reason: String)
    }

    /// A page that waits for its checkpoint, and where the hub can go on after it.
    struct Staged: Sendable {
        var rows: PageRows
        let mark: [UInt8]
    }

    /// What the last answers said and no disk has: a crash drops it.
    struct Exchange: Sendable {
        /// Sequences of what the last offer sent, by oid: receipts name oids.
        var offered: [ContentID: UInt64] = [:]
        var scopes: ScopeUpdate?
        var ratchet: [UInt8] = []
        var durable: VersionVector?
        var mustSendEras = false
        var isRolledBack = false
        /// A comparison with the hub that has not ended.
        var repair: RepairMachine?
        /// The first page of a pull is on no disk until the second comes.
        var isFirstPageOnly = false
    }

    var enrolment: Enrolment?
    /// What an enrolment is asked for with, before there is one.
    var ownKey: DeviceKey?
    var lane: LaneID
    /// The last change set written here, sent or not.
    var head: LaneHead?
    var clock = HybridClock()
    var cursor = PullCursor.start
    var progress = ChainProgress()
    /// In chain order; what is durable is dropped.
    var written: [Written] = []
    var receipts: [UInt64: Receipt] = [:]
    /// What a person decided about refused change sets.
    var decisions: [UInt64: Decision] = [:]
    /// The eras that the hub told of, parents first, and which dots a vector contains by them.
    private(set) var eraRecords: [EraRecord] = []
    private(set) var eras = EraGraph()
    /// Lanes of this device that it left, with what the hub had answered of them.
    var lanesLeft: [LaneHead] = []
    var ratchet: [UInt8] = []
    /// The hub's chain hash at the cursor.
    var chain: [UInt8] = []
    var durable: VersionVector?
    var proofs: [ReceiptProof] = []
    var inbox: [Staged] = []
    var intake = SnapshotMemory()
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

    mutating func keep(_ told: [ConflictRecord]) {
        for conflict in told where !conflicts.contains(conflict) { conflicts.append(conflict) }
    }

    mutating func note(_ era: EraRecord) {
        guard eras.records[era.era] == nil else { return }
        eras.insert(era)
        eraRecords.append(era)
    }

    /// Own change sets after a place in the chain.
    func written(after sequence: UInt64) -> ArraySlice<Written> {
        var (low, high) = (0, written.count)
        while low < high {
            let middle = (low + high) / 2
            if written[middle].sequence <= sequence { low = middle + 1 } else { high = middle }
        }
        return written[low...]
    }

    func sequence(of oid: ContentID) -> UInt64? {
        exchange.offered[oid] ?? written.last { $0.sealed.oid == oid }?.sequence
    }

    /// Own change sets inside the checkpoint leave the overlay; a rollback brings some back.
    mutating func settle(_ checkpoint: Checkpoint) {
        let before = progress.settled
        if exchange.isRolledBack { progress.rollBack() }
        var next = progress
        next.settle(
            checkpoint.head, sequence: { sequence(of: $0) },
            hasDot: { sequence in
                receipts[sequence].map { eras.contains(checkpoint.vector, $0.dot) } ?? false
            })
        progress = next
        guard progress.settled != before else { return }
        pending = [:]
        for own in written(after: progress.settled) { hold(own.sealed.content) }
    }

    /// The first change set that has a receipt and is not in the checkpoint that came after it.
    func firstLost(after settled: UInt64, in vector: VersionVector) -> UInt64? {
        written(after: min(settled, progress.settled)).first { own in
            own.sequence <= progress.answered
                && receipts[own.sequence].map { !eras.contains(vector, $0.dot) } ?? false
        }?.sequence
    }

    /// Drops what is on disk in two places, and settled here; the last one stays, because the
    /// chain goes on from it, and so does what a person has not decided about.
    mutating func drop(durable: VersionVector) {
        let settled = min(progress.settled, progress.answered)
        let last = written.last?.sequence
        written.removeAll { own in
            guard own.sequence <= settled, own.sequence != last,
                let receipt = receipts[own.sequence], receipt.disposition.isApplied
            else { return false }
            return eras.contains(durable, receipt.dot)
        }
        proofs.removeAll { proof in
            proof.entries.allSatisfy { eras.contains(durable, $0.dot) }
        }
        self.durable = durable
    }

    /// Where the hub can go on after a pull that broke off.
    var resumeMark: [UInt8] {
        exchange.isFirstPageOnly ? [] : inbox.last?.mark ?? []
    }

    /// A first sync of a device that has written nothing.
    var isBootstrapping: Bool { cursor.position == 0 && head == nil }
}
