import LynkCore
import LynkEngine
import Synchronization
import TestSupport

@testable import LynkStore

final class MemoryReplicaFixture: ReplicaFixture {
    let kind = ReplicaKind.memory
    private(set) var replica: InMemoryReplica
    private let seed: UInt64

    init(schema: Schema, clock: any ReplicaClock, seed: UInt64) throws {
        self.seed = seed
        replica = try InMemoryReplica(
            schema: schema, clock: clock, random: SeededGenerator(seed: seed))
    }

    var store: any ReplicaStore { replica }
    func mintKey() -> RowKey { replica.mintKey() }
    func write(_ edits: [RowEdit]) throws { try replica.write(edits) }
    func rows(_ table: TableSchema) throws -> [ShownRow] { replica.rows(table.id) }
    func status() throws -> ReplicaStatus { replica.status() }
    func recomputeRoot() throws -> [UInt8] { replica.recomputeRoot() }

    func confirmed(_ table: TableSchema) throws -> [ConfirmedImage] {
        replica.memory.withLock { memory in
            let confirmed = memory.confirmed
            return (confirmed.rows[table.id] ?? [:]).values.sorted { $0.key < $1.key }.map {
                ConfirmedImage(
                    $0, era: { confirmed.eras[$0] }, lane: { confirmed.lanes[$0] },
                    scope: { confirmed.scopes[$0] })
            }
        }
    }

    func pending() throws -> [ChangeSet] {
        replica.memory.withLock { memory in
            memory.written(after: memory.progress.settled).map(\.sealed.content)
        }
    }

    func receipts() throws -> [ReceiptLine] {
        replica.receipts().map {
            ReceiptLine(
                oid: $0.oid, disposition: $0.disposition.rawValue, number: $0.dot.number,
                effective: $0.effective.rawValue, conflicts: Int($0.conflicts),
                problem: $0.problem?.code.rawValue)
        }
    }

    func refused() throws -> [RefusedChangeSet] { replica.refused() }
    func resubmit(_ oid: ContentID, _ edits: [RowEdit]) throws -> ContentID {
        try replica.resubmit(oid, edits: edits)
    }
    func discard(_ oid: ContentID, reason: String) throws {
        try replica.discard(oid, reason: reason)
    }

    func crash() throws { try replica.restore(replica.snapshot()) }

    func upgrade(to schema: Schema) throws {
        let snapshot = replica.snapshot()
        replica = try InMemoryReplica(
            schema: schema, clock: replica.clock, random: SeededGenerator(seed: seed &+ 2))
        try replica.restore(snapshot)
    }

    func copy() throws -> any ReplicaFixture {
        let copy = try MemoryReplicaFixture(
            schema: replica.schema, clock: replica.clock, seed: seed &+ 1)
        try copy.replica.restore(replica.snapshot())
        return copy
    }
}
