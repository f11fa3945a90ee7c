import GRDB
package import LynkCore
package import LynkEngine
import LynkWire
import Synchronization

/// What a simulator sees of a replica's file, who knows everything: the same as of its twin in
/// memory.
extension Replica {
    package func inspect() throws -> ReplicaInspection {
        let state = state.withLock { $0 }
        return try pool.read { database in
            let own = try list(database, "SELECT sequence, oid FROM lynk_outbox ORDER BY sequence")
            { (sequence: try $0.natural(0), oid: try Self.oid($0, 1)) }
            return ReplicaInspection(
                lane: state.lane, cursor: state.cursor, chain: state.chain,
                scopes: try list(database, "SELECT name FROM lynk_scope WHERE member = 1") {
                    Scope($0.text(0))
                }.sorted(),
                kept: own.map(\.oid),
                pending: own.filter { $0.sequence > state.settled }.map(\.oid),
                durable: state.durable,
                incidents: try list(database, "SELECT kind FROM lynk_incident ORDER BY id") {
                    $0.text(0)
                },
                conflicts: Int(
                    try list(database, "SELECT count(*) FROM lynk_conflict") { $0.integer(0) }
                        .first ?? 0),
                isStaging: state.hasInbox || state.firstPage != nil)
        }
    }

    /// What the device shows of a table, in key order; own pending writes are in it.
    package func rows(_ table: TableID) throws -> [ShownRow] {
        guard let sql = tables[table] else { return [] }
        return try pool.read { database in
            try list(database, sql.selectAll + " ORDER BY id") {
                ShownRow(
                    key: try $0.key(1), values: $0.values(sql.schema), isPending: $0.isNull(2))
            }
        }
    }

    /// What the device shows of a row; `nil` when it shows none.
    package func row(_ table: TableID, _ key: RowKey) throws -> ShownRow? {
        guard let sql = tables[table] else { return nil }
        return try pool.read { database in
            let select = try HotStatement(database, sql.selectByKey)
            select.bind(1, blob: key.bytes)
            defer { select.reset() }
            guard try select.step() else { return nil }
            return ShownRow(
                key: try select.key(1), values: select.values(sql.schema),
                isPending: select.isNull(2))
        }
    }

    /// The rows as the hub last gave them, in key order.
    package func confirmedRows(_ table: TableID) throws -> [NamedRow] {
        guard let sql = tables[table] else { return [] }
        return try pool.read { database in
            let names = try ReplicaNames(database)
            var lanes: [UInt32: LaneID] = [:]
            for (handle, lane): (UInt32, LaneID) in try list(
                database, "SELECT handle, lane FROM lynk_lane",
                { (try $0.handle(0), try $0.key(1)) })
            { lanes[handle] = lane }
            let shown = try list(database, sql.selectAll) { try $0.stampedRow(sql.schema) }
            let hidden = try Shadow(database).all(tables).filter { $0.table.id == table }
            let nowhere = LaneID(high: 0, low: 0)
            return try (shown.compactMap { $0 } + hidden.map(\.row)).sorted { $0.key < $1.key }
                .map {
                    try NamedRow(
                        $0, era: { try names.era($0) }, lane: { lanes[$0] ?? nowhere },
                        scope: { try names.scope($0) })
                }
        }
    }

    /// What the hub told of concurrent writes, in the order of its telling.
    package func toldConflicts() throws -> [ToldConflict] {
        try pool.read { database in
            try list(
                database,
                """
                SELECT position, row_key, field, new_era, new_number, new FROM lynk_conflict
                ORDER BY id
                """
            ) {
                ToldConflict(
                    position: $0.integer(0), key: try $0.key(1),
                    field: $0.integer(2) < 0 ? nil : try $0.handle(2),
                    new: Dot(
                        era: try $0.key(3), number: UInt64(bitPattern: $0.integer(4))),
                    value: $0.cell(5).value)
            }
        }
    }

    /// The canonical bytes of an own change set that is still kept.
    package func bytes(of oid: ContentID) throws -> [UInt8]? {
        try pool.read { database in
            let select = try HotStatement(database, "SELECT bytes FROM lynk_outbox WHERE oid = ?")
            select.bind(1, blob: oid.bytes)
            defer { select.reset() }
            return try select.step() ? select.blob(0) : nil
        }
    }

    /// The receipts in chain order.
    package func receipts() throws -> [Receipt] {
        try pool.read { database in
            try list(
                database,
                """
                SELECT oid, disposition, era, number, effective, conflicts, problem, detail
                FROM lynk_receipt ORDER BY sequence
                """
            ) { row in
                guard let disposition = Disposition(rawValue: row.text(1)) else {
                    throw Problem(.storeFailed, "a receipt in this file has no disposition")
                }
                let problem = row.isNull(6) ? nil : ProblemCode(rawValue: row.text(6))
                return Receipt(
                    oid: try Self.oid(row, 0), disposition: disposition,
                    dot: Dot(
                        era: try row.key(2), number: UInt64(bitPattern: row.integer(3))),
                    effective: HybridTimestamp(rawValue: UInt64(bitPattern: row.integer(4))),
                    conflicts: UInt32(clamping: row.integer(5)),
                    problem: problem.map { Problem($0, row.isNull(7) ? "" : row.text(7)) })
            }
        }
    }

    /// What SQLite itself says of the file; `ok` for one that is whole.
    package func integrity() throws -> String {
        try pool.read {
            try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") ?? "unreadable"
        }
    }

    private static func oid(_ row: HotStatement, _ column: Int32) throws -> ContentID {
        guard let oid = ContentID(bytes: row.blobView(column)) else {
            throw Problem(.storeFailed, "a stored name is not thirty-two bytes")
        }
        return oid
    }

    private func list<T>(
        _ database: Database, _ sql: String, _ read: (HotStatement) throws -> T
    ) throws -> [T] {
        let select = try HotStatement(database, sql)
        defer { select.reset() }
        var found: [T] = []
        while try select.step() { found.append(try read(select)) }
        return found
    }
}
