import LynkCore
import LynkEngine
import LynkWire

/// What stands beside the rows: tombstones, live versions, histories, conflicts.
extension SQLiteHubStorage {
    func remove(row number: Int64, from table: TableSchema) throws {
        try run(try sql(table).delete) { $0.bind(1, number) }
    }

    func insert(_ tombstone: Tombstone, of table: TableSchema) throws -> Int64 {
        let statement = try HotStatement(
            database,
            "INSERT INTO lynk_tombstone (table_id, row_key, image, deleted) VALUES (?, ?, ?, ?)")
        statement.bind(1, Int64(table.id))
        statement.bind(2, blob: tombstone.row.key.bytes)
        statement.bind(3, blob: TombstoneCodec.image(of: tombstone.row, table))
        statement.bind(4, blob: TombstoneCodec.deleted(tombstone.deleted))
        try statement.run()
        return -statement.lastRow
    }

    func replace(_ tombstone: Tombstone, number: Int64, of table: TableSchema) throws {
        try run("UPDATE lynk_tombstone SET image = ?, deleted = ? WHERE id = ?") {
            $0.bind(1, blob: TombstoneCodec.image(of: tombstone.row, table))
            $0.bind(2, blob: TombstoneCodec.deleted(tombstone.deleted))
            $0.bind(3, -number)
        }
    }

    func remove(tombstone number: Int64) throws {
        try run("DELETE FROM lynk_tombstone WHERE id = ?") { $0.bind(1, -number) }
    }

    func live(_ field: FieldID, of row: RowName) throws -> LiveVersions? {
        let versions = try all(
            """
            SELECT value, era, number, effective, author, oid FROM lynk_version
            WHERE table_id = ? AND row_key = ? AND field = ? ORDER BY place
            """, bind: { Self.bind(row, field, to: $0) }
        ) {
            LiveVersions.Version(
                value: $0.cell(0).value, stamp: try $0.stamp(1),
                oid: ContentID(bytes: $0.blobView(5)))
        }
        return versions.isEmpty ? nil : LiveVersions(versions)
    }

    private static func bind(_ row: RowName, _ field: FieldID, to statement: HotStatement) {
        statement.bind(1, Int64(row.table))
        statement.bind(2, blob: row.key.bytes)
        statement.bind(3, Int64(field))
    }

    func put(_ live: LiveVersions, _ field: FieldID, of row: RowName) throws {
        try run(
            "DELETE FROM lynk_version WHERE table_id = ? AND row_key = ? AND field = ?"
        ) { Self.bind(row, field, to: $0) }
        for (place, version) in live.versions.enumerated() {
            try run(
                """
                INSERT INTO lynk_version (table_id, row_key, field, place, value, era, number,
                    effective, author, oid)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
            ) {
                Self.bind(row, field, to: $0)
                $0.bind(4, Int64(place))
                $0.bind(5, version.value)
                $0.bind(6, version.stamp)
                $0.bind(10, version.oid.map { .blob($0.bytes) } ?? .null)
            }
        }
    }

    func note(_ row: RowName, at position: Int64) throws {
        try run(
            """
            INSERT INTO lynk_history (table_id, row_key, position) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING
            """
        ) { Self.bind(row, at: position, to: $0) }
    }

    static func bind(_ row: RowName, at position: Int64, to statement: HotStatement) {
        statement.bind(1, Int64(row.table))
        statement.bind(2, blob: row.key.bytes)
        statement.bind(3, position)
    }

    func keep(
        _ conflict: Conflict, by oid: ContentID, in scopes: [UInt32], at position: Int64
    ) throws {
        let statement = try HotStatement(
            database,
            """
            INSERT INTO lynk_conflict (position, table_id, row_key, field, policy, outcome,
                has_base, base, current_value, current_era, current_number, current_effective,
                current_author, new_value, new_era, new_number, new_effective, new_author, new_oid)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        statement.bind(1, position)
        statement.bind(2, Int64(conflict.table))
        statement.bind(3, blob: conflict.key.bytes)
        statement.bind(4, conflict.field.map { .integer(Int64($0)) } ?? .null)
        statement.bind(5, text: conflict.policy)
        statement.bind(6, text: conflict.outcome.rawValue)
        statement.bind(7, Int64(conflict.base == nil ? 0 : 1))
        statement.bind(8, conflict.base ?? .null)
        statement.bind(9, conflict.current)
        statement.bind(10, conflict.currentStamp)
        statement.bind(14, conflict.new)
        statement.bind(15, conflict.newStamp)
        statement.bind(19, blob: oid.bytes)
        try statement.run()
        let number = statement.lastRow
        for scope in Set(scopes) {
            try run(
                "INSERT INTO lynk_conflict_scope (scope, position, conflict) VALUES (?, ?, ?)"
            ) {
                $0.bind(1, Int64(scope))
                $0.bind(2, position)
                $0.bind(3, number)
            }
        }
    }
}
