import GRDB
import LynkCore
import LynkWire

/// The hub's images of rows that have own pending changes on top.
struct Shadow {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func keep(_ table: TableID, _ key: RowKey, record: [UInt8], values: [Value]) throws {
        var writer = CBORWriter()
        writer.array(values.count)
        for value in values { writer.value(value) }
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_shadow (table_id, row_key, record, image) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(1, Int64(table))
        insert.bind(2, blob: key.bytes)
        insert.bind(3, blob: record)
        insert.bind(4, blob: writer.bytes)
        try insert.run()
    }

    /// Takes the image out; `nil` when the row has none, as for a pending birth.
    func take(_ table: TableSchema, _ key: RowKey) throws -> StampedRow? {
        let select = try HotStatement(
            database, "SELECT record, image FROM lynk_shadow WHERE table_id = ? AND row_key = ?")
        select.bind(1, Int64(table.id))
        select.bind(2, blob: key.bytes)
        guard try select.step() else {
            select.reset()
            return nil
        }
        let row = try Self.row(select, table, key)
        select.reset()
        let delete = try HotStatement(
            database, "DELETE FROM lynk_shadow WHERE table_id = ? AND row_key = ?")
        delete.bind(1, Int64(table.id))
        delete.bind(2, blob: key.bytes)
        try delete.run()
        return row
    }

    /// Every image, for a digest from scratch.
    func all(_ tables: [TableID: TableSQL]) throws -> [(row: StampedRow, table: TableSchema)] {
        let select = try HotStatement(
            database, "SELECT record, image, table_id, row_key FROM lynk_shadow")
        defer { select.reset() }
        var found: [(StampedRow, TableSchema)] = []
        while try select.step() {
            guard let sql = tables[TableID(truncatingIfNeeded: select.integer(2))] else { continue }
            found.append((try Self.row(select, sql.schema, try select.key(3)), sql.schema))
        }
        return found
    }

    /// The image in columns 0 and 1.
    private static func row(
        _ select: HotStatement, _ table: TableSchema, _ key: RowKey
    ) throws -> StampedRow {
        let record = try StampCodec.decode(select.blobView(0))
        var values = table.defaults
        do {
            var reader = CBORReader(select.blobView(1))
            // An image of an older schema is shorter: new fields have their defaults.
            let count = try reader.array(Limits.fieldsPerTableMax, "fieldsPerTableMax")
            for ordinal in 0..<min(count, values.count) { values[ordinal] = try reader.value() }
        } catch {
            throw Problem(.storeFailed, "a row's shadow is damaged: \(error)")
        }
        return StampedRow(key: key, values: values, record: record)
    }
}
