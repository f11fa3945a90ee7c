import GRDB
import LynkCore
import LynkEngine

/// Digests of ranges of confirmed rows, recomputed from the rows; the overlay must be off.
struct ConfirmedRanges: RangeDigests {
    let database: Database
    let tables: [TableID: TableSQL]
    let digestKey: [UInt8]

    func digests() throws -> [TableDigest] {
        let names = try ReplicaNames(database)
        return try ConfirmedRows(database, tables: tables).digests(digestKey)
            .map { name, digest in
                TableDigest(
                    scope: try names.scope(name.scope), table: name.table,
                    count: UInt64(digest.count), hash: digest.root)
            }
    }

    func digest(_ scope: Scope, _ table: TableID, _ range: KeyRange) throws -> TableDigest {
        var names = try ReplicaNames(database)
        let handle = try names.handle(scope)
        var hasher = RowHasher(digestKey: digestKey)
        let prefix = hasher.prefix(handle) { _ in scope }
        var digest = SetDigest()
        let unknown = try UnknownRows(database)
        try forEach(handle, table, range) { row, schema in
            let fields = try unknown.fields(table, row.key)
            try hasher.write(row, of: schema, unknown: fields, era: { try names.era($0) })
            hasher.insert(into: &digest, prefix: prefix)
        }
        return TableDigest(
            scope: scope, table: table, count: UInt64(digest.count), hash: digest.root)
    }

    /// Confirmed rows of the scope in key order.
    func forEach(
        _ scope: UInt32, _ table: TableID, _ range: KeyRange,
        _ body: (StampedRow, TableSchema) throws -> Void
    ) throws {
        guard let sql = tables[table] else {
            return try UnknownRows(database).forEach(table, range) { schema, row in
                if row.record.scopes.contains(scope) { try body(row, schema) }
            }
        }
        let select = try HotStatement(
            database, range.upper == nil ? sql.selectFrom : sql.selectBetween)
        select.bind(1, blob: range.lower.bytes)
        if let upper = range.upper { select.bind(2, blob: upper.bytes) }
        defer { select.reset() }
        while try select.step() {
            guard let row = try select.stampedRow(sql.schema), row.record.scopes.contains(scope)
            else { continue }
            try body(row, sql.schema)
        }
    }
}
