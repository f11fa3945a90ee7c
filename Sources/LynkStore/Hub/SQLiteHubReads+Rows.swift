import LynkCore
import LynkEngine
import LynkWire

/// Rows, and what the log says of them.
extension SQLiteHubReads {
    func sql(_ table: TableSchema) throws -> TableSQL {
        guard let sql = tables[table.id] else {
            throw Problem(.schemaUnknown, "table \(table.id)")
        }
        return sql
    }

    func stored(_ table: TableSchema, _ key: RowKey) throws -> StoredState? {
        let present = try first(
            try sql(table).selectByKey, bind: { $0.bind(1, blob: key.bytes) }
        ) { row in
            try row.stampedRow(table).map {
                StoredState(number: row.integer(0), state: .present($0))
            }
        }
        if present != nil || table.deletes == .forbidden { return present }
        return try first(
            "SELECT id, image, deleted FROM lynk_tombstone WHERE table_id = ? AND row_key = ?",
            bind: {
                $0.bind(1, Int64(table.id))
                $0.bind(2, blob: key.bytes)
            }
        ) {
            StoredState(
                number: -$0.integer(0),
                state: .deleted(
                    try TombstoneCodec.decode(
                        key: key, image: $0.blob(1), deleted: $0.blob(2), of: table)))
        }
    }

    func lanes() throws -> [HubLane] {
        try all("\(Self.laneColumns) ORDER BY handle") { try lane($0) }
    }

    func position(of oid: ContentID) throws -> Int64? {
        try first(
            "SELECT position FROM lynk_oid WHERE oid = ?", bind: { $0.bind(1, blob: oid.bytes) }
        ) { $0.integer(0) }
    }

    func history(of row: RowName, limit: Int) throws -> [Int64] {
        try all(
            """
            SELECT position FROM lynk_history WHERE table_id = ? AND row_key = ?
            ORDER BY position DESC LIMIT ?
            """, bind: { SQLiteHubStorage.bind(row, at: Int64(limit), to: $0) }
        ) { $0.integer(0) }
    }

    func writes(at position: Int64) throws -> [RowChange] {
        guard let log = try log(at: position) else { return [] }
        let author = try log.subject.flatMap { try self.position(of: $0) } ?? position
        let derived: [RowChange]? = try first(
            "SELECT consequences FROM lynk_log WHERE position = ?", bind: { $0.bind(1, position) }
        ) { $0.isNull(0) ? nil : try ChangeSetCodec.decode(changes: $0.blob(0)) }
        return try (changeSet(at: author)?.content.changes ?? []) + (derived ?? [])
    }

    func changeSet(at position: Int64) throws -> SealedChangeSet? {
        let found = try first(
            "SELECT body, oid FROM lynk_log WHERE position = ?", bind: { $0.bind(1, position) }
        ) { ($0.blob(0), ContentID(bytes: $0.blobView(1))) }
        guard let (body, oid) = found, !body.isEmpty else { return nil }
        let sealed = try ChangeSetCodec.offered(body)
        guard sealed.oid == oid else {
            throw Problem(.storeFailed, "the change set at position \(position) is damaged")
        }
        return sealed.flaw == nil ? sealed : nil
    }

    func changeCount(in scope: UInt32, after position: Int64) throws -> Int64 {
        try first(
            "SELECT count(*) FROM lynk_change WHERE scope = ? AND position > ?",
            bind: {
                $0.bind(1, Int64(scope))
                $0.bind(2, position)
            }
        ) { $0.integer(0) } ?? 0
    }

    func rows(
        of table: TableID, in range: KeyRange, _ body: (Int64, StampedRow) throws -> Void
    ) throws {
        guard let sql = tables[table] else { return }
        let bounds = range.upper == nil ? "id >= ?" : "id >= ? AND id < ?"
        let statement = try HotStatement(
            database, "\(sql.selectAll) WHERE \(bounds) ORDER BY id")
        statement.bind(1, blob: range.lower.bytes)
        if let upper = range.upper { statement.bind(2, blob: upper.bytes) }
        defer { statement.reset() }
        while try statement.step() {
            if let row = try statement.stampedRow(sql.schema) {
                try body(statement.integer(0), row)
            }
        }
    }
}
