public import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

/// A device's replica in memory: the same laws as ``Replica``, without a file and without SQL.
///
/// It decides by the rules of the protocol book alone, so it checks the replica on SQLite; and it
/// is fast, deterministic and a value inside, so that a simulator runs many of them. Isolation:
/// safe from any thread; every call is one step.
public final class InMemoryReplica: Sendable {
    /// Signs the last oid of a push.
    public typealias Signer = @Sendable (ContentID, DeviceKey) throws -> [UInt8]

    /// A replica's state at one moment. Restoring it into another replica makes a clone.
    public struct Snapshot: Sendable {
        let memory: ReplicaMemory
        /// The schema that its rows are kept under.
        let schema: Schema
    }

    public let schema: Schema
    let clock: any ReplicaClock
    let signer: Signer
    let memory: Mutex<ReplicaMemory>
    private let random: Mutex<any RandomNumberGenerator & Sendable>

    /// - Parameters:
    ///   - clock: the machine's clocks, or a virtual one.
    ///   - random: mints keys and lane ids.
    ///   - signer: Ed25519 unless a simulation counts its microseconds.
    /// - Throws: ``Problem`` `schema_unknown` for a schema with a slip.
    public init(
        schema: Schema, clock: any ReplicaClock,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        signer: @escaping Signer = { try $1.sign($0.bytes, as: .changeSet) }
    ) throws {
        if let problem = schema.problems.first {
            throw Problem(.schemaUnknown, "\(problem.table): \(problem.reason)")
        }
        var generator = random
        let lane = LaneID(high: generator.next(), low: generator.next())
        self.schema = schema
        self.clock = clock
        self.signer = signer
        memory = Mutex(ReplicaMemory(lane: lane))
        self.random = Mutex(generator)
    }

    /// A new key for a row that this device makes: a UUIDv7 of the device's time.
    public func mintKey() -> RowKey {
        let chance = random.withLock { ($0.next(), $0.next()) }
        let now = clock.read().wallMilliseconds
        return RowKey(milliseconds: UInt64(max(now, 0)), chance: chance)
    }

    /// What the device shows of a row; `nil` when it shows none.
    public func row(_ table: TableID, _ key: RowKey) -> ShownRow? {
        guard let table = schema.table(table) else { return nil }
        return memory.withLock { $0.shown(table, key) }
    }

    /// What the device shows of a table, in key order; own pending writes are in it.
    public func rows(_ table: TableID) -> [ShownRow] {
        guard let table = schema.table(table) else { return [] }
        return memory.withLock { $0.shown(table) }
    }

    /// Runs one local transaction and puts its change set in the outbox.
    ///
    /// - Parameter intent: what the user did, for the audit.
    /// - Returns: the change set's name; `nil` when the edits have no net effect.
    /// - Throws: ``Problem``: `not_enrolled`, `change_set_too_large`, `field_not_writable`,
    ///   `fact_reused`, `delete_unsupported`, `value_invalid`, `counter_overflow`,
    ///   `already_exists`. Nothing of the transaction remains then.
    @discardableResult
    public func write(intent: Intent? = nil, _ edits: [RowEdit]) throws -> ContentID? {
        try memory.withLock { memory in
            var working = WorkingRows(schema)
            for edit in edits { try working.apply(edit) { memory.shown($0, $1)?.values } }
            return try commit(working.changes(), intent, &memory)
        }
    }

    /// Puts the changes in the outbox as one change set.
    ///
    /// - Returns: `nil` for no changes.
    func commit(
        _ changes: [RowChange], _ intent: Intent?, _ memory: inout ReplicaMemory
    ) throws -> ContentID? {
        if changes.isEmpty { return nil }
        guard let enrolment = memory.enrolment else { throw Problem(.notEnrolled) }
        guard changes.count <= Limits.changesPerSetMax else {
            throw Problem(.changeSetTooLarge, "\(changes.count) rows in one write")
        }
        let made = clock.read()
        var ticking = memory.clock
        let claimed = ticking.tick(wallMilliseconds: made.wallMilliseconds)
        let sealed = ChangeSetCodec.seal(
            ChangeSet(
                tenant: enrolment.principal.tenant, device: enrolment.principal.device,
                previous: memory.head?.oid, context: memory.cursor.vector,
                schemaVersion: schema.version, changes: changes, intent: intent,
                claimed: claimed, made: made))
        guard sealed.bytes.count <= Limits.changeSetBytesMax else {
            throw Problem(.changeSetTooLarge, "\(sealed.bytes.count) bytes in one write")
        }
        memory.clock = ticking
        memory.append(sealed)
        return sealed.oid
    }

    /// The receipts in chain order.
    public func receipts() -> [Receipt] {
        memory.withLock { memory in
            memory.receipts.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    /// What the replica has and owes, as of its last transaction.
    public func status() -> ReplicaStatus {
        memory.withLock { memory in
            let written = memory.head?.sequence ?? 0
            return ReplicaStatus(
                position: memory.cursor.position, vector: memory.cursor.vector,
                head: memory.head,
                pending: Int(written - min(memory.progress.answered, written)),
                refused: memory.receipts.values.count { !$0.disposition.isApplied },
                incidents: memory.incidents.count, scopes: memory.confirmed.members.count,
                rows: memory.confirmed.total.count, root: memory.root, lane: memory.lane,
                durable: memory.durable ?? .zero,
                eras: memory.eras.records.values.sorted { $0.era < $1.era })
        }
    }

    /// Recomputes the digest of every confirmed row from scratch and returns its root.
    public func recomputeRoot() -> [UInt8] {
        memory.withLock { $0.confirmed.recomputed(schema).root }
    }

    /// The state as it is on disk: what an exchange had only in memory is not in it.
    public func snapshot() -> Snapshot {
        memory.withLock { memory in
            var durable = memory
            if durable.exchange.isFirstPageOnly { durable.inbox = [] }
            durable.exchange = ReplicaMemory.Exchange()
            return Snapshot(memory: durable, schema: schema)
        }
    }

    /// Goes on from a snapshot, of this replica or of another: a crash, a restore or a clone; or
    /// of one with another version of the schema, as after an upgrade of the program.
    ///
    /// - Throws: ``Problem`` `store_failed` when what was kept of another schema is damaged:
    ///   nothing is restored then.
    public func restore(_ snapshot: Snapshot) throws {
        var restored = snapshot.memory
        if snapshot.schema != schema {
            try restored.confirmed.move(from: snapshot.schema, to: schema)
            for index in restored.inbox.indices {
                try restored.inbox[index].rows.move(from: snapshot.schema, to: schema)
            }
            for index in restored.intake.pages.indices {
                try restored.intake.pages[index].move(from: snapshot.schema, to: schema)
            }
        }
        let memory = restored
        self.memory.withLock { $0 = memory }
    }
}
