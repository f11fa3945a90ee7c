import GRDB
import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

extension Replica: ReplicaStore {
    public func enrolment() throws -> Enrolment? { state.withLock { $0.enrolment } }

    public func adopt(_ enrolment: Enrolment) throws {
        try pool.write { database in
            let meta = ReplicaMeta(database)
            guard try meta.enrolment() == nil else {
                throw Problem(.alreadyExists, "this replica is enrolled")
            }
            try meta.write(enrolment)
            try meta.write("fence", place.fence(enrolment.key))
        }
        state.withLock { $0.enrolment = enrolment }
    }

    public func offer() throws -> ExchangeOffer {
        let state = state.withLock { $0 }
        guard let enrolment = state.enrolment else { throw Problem(.notEnrolled) }
        var batch = try pool.read { try Outbox($0).batch(after: state.answered) }
        if let damaged = batch.damaged, batch.entries.isEmpty {
            try skip(damaged, enrolment)
            batch = try pool.read { try Outbox($0).batch(after: state.answered) }
        }
        let offered = Dictionary(
            batch.entries.map { ($0.oid, $0.sequence) }, uniquingKeysWith: { first, _ in first })
        self.state.withLock { $0.offered = offered }
        let hello = try hello(enrolment, state)
        return ExchangeOffer(
            hello: hello,
            changeSets: batch.entries.map { OfferedChangeSet(oid: $0.oid, bytes: $0.bytes) },
            signature: batch.entries.last?.signature ?? [],
            hasMore: batch.hasMore || batch.damaged != nil)
    }

    private func hello(_ enrolment: Enrolment, _ state: ReplicaState) throws -> Hello {
        let told = try pool.read { database in
            (
                eras: state.mustSendEras || state.isRolledBack
                    ? try ReplicaEras(database).records() : [],
                proofs: state.isRolledBack ? try ReceiptProofs(database).latest() : [],
                keptHeads: try Outbox(database).keptHeads(state),
                snapshots: try SnapshotIntake(database).held()
            )
        }
        return Hello(
            device: enrolment.principal.device, lane: state.lane, schemaName: schema.name,
            schemaVersion: schema.version, head: state.head, cursor: state.cursor,
            clock: clock.read(), digestRoot: state.root, ratchet: state.ratchet,
            chain: state.chain, keptHeads: told.keptHeads, eras: told.eras, proofs: told.proofs,
            resume: state.resumeMark, snapshots: told.snapshots)
    }

    /// Puts a signed note in the place of a change set that can no longer be sent, so that those
    /// after it do not wait; what is left of its bytes is kept.
    private func skip(_ damaged: Outbox.Entry, _ enrolment: Enrolment) throws {
        try pool.write { database in
            let state = self.state.withLock { $0 }
            let outbox = Outbox(database)
            let made = clock.read()
            let sealed = ChangeSetCodec.seal(
                ChangeSet(
                    tenant: enrolment.principal.tenant, device: enrolment.principal.device,
                    previous: try outbox.name(of: damaged.sequence - 1),
                    context: state.cursor.vector, schemaVersion: schema.version, changes: [],
                    intent: Intent(name: Outbox.skipIntent, arguments: "\(damaged.oid)"),
                    claimed: state.clock.last, made: made))
            try outbox.discard(
                damaged, reason: "its bytes were damaged on this device",
                now: made.wallMilliseconds)
            try outbox.replace(
                damaged.sequence, with: sealed,
                signature: try enrolment.key.sign(sealed.oid.bytes, as: .changeSet))
        }
    }
}
