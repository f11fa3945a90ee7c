import GRDB
import LynkCore
import LynkWire

/// Rows that show a local change which no change set tells any more: its bytes are damaged.
///
/// They go back to the hub's image at a checkpoint, for nothing can be sent of them. What they
/// showed is kept as incidents, so that a person can write it again.
struct UntoldRows {
    private let database: Database
    private let tables: [TableID: TableSQL]

    init(_ database: Database, tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    /// - Parameter told: the change sets that do open; their rows are shown again by them.
    func keep(besides told: [ChangeSet], at position: Int64) throws {
        let known = Set(
            told.flatMap(\.changes).map { Overlay.RowName(table: $0.table, key: $0.key) })
        let names = try ReplicaNames(database)
        for (id, sql) in tables.sorted(by: { $0.key < $1.key }) {
            for row in try shown(sql)
            where !known.contains(Overlay.RowName(table: id, key: row.key)) {
                var hasher = RowHasher(digestKey: [])
                hasher.write(row, of: sql.schema, era: { _ in EraID(high: 0, low: 0) })
                try Incident(
                    kind: .unsentRow, position: position, ours: hasher.image.writer.bytes,
                    detail: "a local change whose change set is damaged; write it again",
                    row: (id, row.key)
                ).keep(database)
            }
        }
        for (row, table) in try Shadow(database).all(tables)
        where !known.contains(Overlay.RowName(table: table.id, key: row.key)) {
            guard let sql = tables[table.id], try !isThere(row.key, sql) else { continue }
            try Incident(
                kind: .unsentRow, position: position, hubs: RowImage.bytes(row, table, [], names),
                detail: "a local delete whose change set is damaged; delete it again",
                row: (table.id, row.key)
            ).keep(database)
        }
    }

    /// Rows with a pending change, as they are shown. Without stamps: nobody has placed them yet.
    private func shown(_ sql: TableSQL) throws -> [StampedRow] {
        let select = try HotStatement(
            database,
            "SELECT rowid, id, _stamp, \(sql.schema.fields.map(\.name).joined(separator: ", "))"
                + " FROM \(sql.schema.name) WHERE _stamp IS NULL")
        defer { select.reset() }
        let nobody = StampRecord(
            scopes: [], row: Stamp(era: 0, number: 0, effective: .zero, author: 0))
        var rows: [StampedRow] = []
        while try select.step() {
            rows.append(
                StampedRow(
                    key: try select.key(1), values: select.values(sql.schema), record: nobody))
        }
        return rows
    }

    private func isThere(_ key: RowKey, _ sql: TableSQL) throws -> Bool {
        let select = try HotStatement(
            database, "SELECT 1 FROM \(sql.schema.name) WHERE id = ?")
        select.bind(1, blob: key.bytes)
        defer { select.reset() }
        return try select.step()
    }
}
