import GRDB
import LynkCore

/// A scan of one declared index: what ``TenantView`` offers to an application.
enum IndexScan {
    static func rows(
        _ database: Database, tables: [TableID: TableSQL], table: TableID, index: String,
        equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        guard let sql = tables[table],
            let declared = sql.schema.indexes.first(where: { $0.name == index }),
            values.count <= declared.fields.count
        else { throw Problem(.internalFailure, "no index \(index) is declared") }
        let statement = try HotStatement(
            database, sql.select(index: declared, count: values.count))
        for (offset, value) in values.enumerated() { statement.bind(Int32(offset + 1), value) }
        statement.bind(Int32(values.count + 1), Int64(limit))
        defer { statement.reset() }
        var rows: [StampedRow] = []
        while try statement.step() {
            if let row = try statement.stampedRow(sql.schema) { rows.append(row) }
        }
        return rows
    }
}

/// A view of a hub's rows on a read connection.
struct HubView: TenantView {
    let database: Database
    let tables: [TableID: TableSQL]

    func row(_ table: TableID, _ key: RowKey) throws -> StampedRow? {
        guard let sql = tables[table] else { return nil }
        let statement = try HotStatement(database, sql.selectByKey)
        statement.bind(1, blob: key.bytes)
        defer { statement.reset() }
        return try statement.step() ? try statement.stampedRow(sql.schema) : nil
    }

    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        try IndexScan.rows(
            database, tables: tables, table: table, index: index, equals: values, limit: limit)
    }
}

/// A scope set as one text column: names in order, each on its line.
enum ScopeList {
    static func encode(_ update: ScopeUpdate) -> String {
        update.scopes.map(\.name).joined(separator: "\n")
    }

    static func decode(_ text: String) -> [Scope] {
        text.split(separator: "\n").map { Scope(String($0)) }
    }
}
