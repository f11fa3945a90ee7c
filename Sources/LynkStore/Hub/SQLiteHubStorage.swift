import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// The writer's connection of a hub's file, inside a transaction.
final class SQLiteHubStorage: SQLiteHubReads, HubStorage {
    typealias Hasher = RowHasher

    /// Runs a statement that returns no row.
    func run(_ sql: String, bind: (HotStatement) -> Void) throws {
        let statement = try HotStatement(database, sql)
        bind(statement)
        try statement.run()
    }

    func setMeta(_ name: HubMeta, _ value: [UInt8]) throws {
        try run(
            """
            INSERT INTO lynk_meta (name, value) VALUES (?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """
        ) {
            $0.bind(1, text: name.rawValue)
            $0.bind(2, blob: value)
        }
    }

    func setVector(_ vector: VersionVector) throws {
        try setMeta(.vector, VectorCodec.encode(vector))
    }

    func setDurable(_ vector: VersionVector) throws {
        try setMeta(.durable, VectorCodec.encode(vector))
    }

    func insert(_ era: HubEra) throws {
        try run("INSERT INTO lynk_era (handle, era, hub, parents, base) VALUES (?, ?, ?, ?, ?)") {
            $0.bind(1, Int64(era.handle))
            $0.bind(2, blob: era.record.era.bytes)
            $0.bind(3, blob: era.record.hub.bytes)
            $0.bind(4, blob: VectorCodec.encode(era.record.parents))
            if let base = era.base { $0.bind(5, base) } else { $0.bindNull(5) }
        }
    }

    func put(_ lane: HubLane) throws {
        try run(
            """
            INSERT INTO lynk_lane (handle, lane, device, sequence, oid, effective, token,
                token_before, fork, fork_effective)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (handle) DO UPDATE SET device = excluded.device,
                sequence = excluded.sequence, oid = excluded.oid, effective = excluded.effective,
                token = excluded.token, token_before = excluded.token_before,
                fork = excluded.fork, fork_effective = excluded.fork_effective
            """
        ) {
            $0.bind(1, Int64(lane.handle))
            $0.bind(2, blob: lane.id.bytes)
            $0.bind(3, blob: lane.device.bytes)
            $0.bind(4, Int64(lane.head?.sequence ?? 0))
            $0.bind(5, blob: lane.head?.oid.bytes ?? [])
            $0.bind(6, Int64(bitPattern: lane.effective.rawValue))
            $0.bind(7, blob: lane.ratchet.current)
            $0.bind(8, blob: lane.ratchet.previous)
            let fork = lane.fork
            $0.bind(9, fork.map { .integer(Int64($0.lane)) } ?? .null)
            $0.bind(
                10, fork.map { .integer(Int64(bitPattern: $0.effective.rawValue)) } ?? .null)
        }
    }

    func put(_ scope: HubScope) throws {
        try run(
            """
            INSERT INTO lynk_scope (handle, name, head) VALUES (?, ?, ?)
            ON CONFLICT (handle) DO UPDATE SET head = excluded.head
            """
        ) {
            $0.bind(1, Int64(scope.handle))
            $0.bind(2, text: scope.name.name)
            $0.bind(3, scope.head)
        }
    }

    func put(_ digest: SetDigest, _ name: DigestName) throws {
        try run(
            """
            INSERT INTO lynk_digest (scope, table_id, rows, sum) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET rows = excluded.rows, sum = excluded.sum
            """
        ) {
            $0.bind(1, Int64(name.scope))
            $0.bind(2, Int64(name.table))
            $0.bind(3, digest.count)
            $0.bind(4, blob: digest.sum)
        }
    }

    func insert(_ row: StampedRow, into table: TableSchema) throws -> Int64 {
        let statement = try HotStatement(database, try sql(table).insert)
        statement.bind(1, blob: row.key.bytes)
        for (ordinal, value) in row.values.enumerated() {
            statement.bind(Int32(ordinal + 2), value)
        }
        statement.bind(Int32(row.values.count + 2), blob: StampCodec.encode(row.record))
        try statement.run()
        return statement.lastRow
    }

    func replace(
        _ old: StampedRow, with new: StampedRow, number: Int64, in table: TableSchema
    ) throws {
        let changed = old.values.indices.filter { old.values[$0] != new.values[$0] }
        let statement = try HotStatement(database, try sql(table).update(changed))
        for (offset, ordinal) in changed.enumerated() {
            statement.bind(Int32(offset + 1), new.values[ordinal])
        }
        statement.bind(Int32(changed.count + 1), blob: StampCodec.encode(new.record))
        statement.bind(Int32(changed.count + 2), number)
        try statement.run()
    }

    func index(_ entry: ChangeEntry, in scope: UInt32) throws {
        try run("INSERT INTO lynk_change (scope, position, table_id, row) VALUES (?, ?, ?, ?)") {
            Self.bind(entry, scope, to: $0)
        }
    }

    func unindex(_ entry: ChangeEntry, in scope: UInt32) throws {
        try run(
            """
            DELETE FROM lynk_change
            WHERE scope = ? AND position = ? AND table_id = ? AND row = ?
            """
        ) { Self.bind(entry, scope, to: $0) }
    }

    private static func bind(
        _ entry: ChangeEntry, _ scope: UInt32, to statement: HotStatement
    ) {
        statement.bind(1, Int64(scope))
        statement.bind(2, entry.position)
        statement.bind(3, entry.table)
        statement.bind(4, entry.row)
    }

    func append(
        _ record: LogRecord, era: UInt32, body: SealedChangeSet, consequences: [RowChange]
    ) throws {
        try run(
            """
            INSERT INTO lynk_log (position, era, number, oid, lane, effective, received,
                disposition, conflicts, problem, detail, context, body, consequences, subject,
                chain)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) {
            $0.bind(1, record.position)
            $0.bind(2, Int64(era))
            $0.bind(3, Int64(bitPattern: record.dot.number))
            $0.bind(4, blob: record.oid.bytes)
            $0.bind(5, Int64(record.lane))
            $0.bind(6, Int64(bitPattern: record.effective.rawValue))
            $0.bind(7, Int64(bitPattern: record.received.rawValue))
            $0.bind(8, text: record.disposition.rawValue)
            $0.bind(9, Int64(record.conflicts))
            $0.bind(10, record.problem.map { .text($0.code.rawValue) } ?? .null)
            $0.bind(11, record.problem.map { .text($0.detail) } ?? .null)
            $0.bind(12, blob: VectorCodec.encode(record.context))
            $0.bind(13, blob: body.bytes)
            $0.bind(
                14,
                consequences.isEmpty
                    ? .null : .blob(ChangeSetCodec.encode(changes: consequences)))
            $0.bind(15, record.subject.map { .blob($0.bytes) } ?? .null)
            $0.bind(16, blob: record.chain)
        }
        try place(record.oid, at: record.position)
    }

    func place(_ oid: ContentID, at position: Int64) throws {
        try run("INSERT INTO lynk_oid (oid, position) VALUES (?, ?) ON CONFLICT DO NOTHING") {
            $0.bind(1, blob: oid.bytes)
            $0.bind(2, position)
        }
    }

    func oid(at position: Int64) throws -> ContentID? {
        try first(
            "SELECT coalesce(subject, oid) FROM lynk_log WHERE position = ?",
            bind: { $0.bind(1, position) }
        ) { ContentID(bytes: $0.blobView(0)) }
    }

    func savepoint(_ body: () throws -> Void) throws {
        try database.inSavepoint {
            try body()
            return .commit
        }
    }

    func seal(_ changeSet: ChangeSet) -> SealedChangeSet { ChangeSetCodec.seal(changeSet) }

    static func message(_ entries: [ReceiptProof.Entry]) -> [UInt8] {
        ReceiptProof.digest(of: entries).bytes
    }
}
