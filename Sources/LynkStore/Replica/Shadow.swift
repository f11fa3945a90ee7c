import GRDB
import LynkCore
import LynkWire

/// The hub's images of rows that have own pending changes on top.
///
/// A *ghost* is the last image of a row that the hub has removed while an own pending update
/// would bring it back: it is shown under that update, and no digest has it.
struct Shadow {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// Keeps an image unless there is one; a ghost gives way to what is newer.
    func keep(
        _ table: TableID, _ key: RowKey, record: [UInt8], values: [Value], isGhost: Bool = false
    ) throws {
        var writer = CBORWriter()
        writer.array(values.count)
        for value in values { writer.value(value) }
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_shadow (table_id, row_key, record, image, ghost)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE
            SET record = excluded.record, image = excluded.image, ghost = excluded.ghost
            WHERE ghost = 1
            """)
        insert.bind(1, Int64(table))
        insert.bind(2, blob: key.bytes)
        insert.bind(3, blob: record)
        insert.bind(4, blob: writer.bytes)
        insert.bind(5, Int64(isGhost ? 1 : 0))
        try insert.run()
    }

    /// Whether there is any image.
    func isEmpty() throws -> Bool {
        let select = try HotStatement(database, "SELECT 1 FROM lynk_shadow LIMIT 1")
        defer { select.reset() }
        return try !select.step()
    }

    /// The last image of a row that the hub has removed.
    func ghost(_ table: TableSchema, _ key: RowKey) throws -> StampedRow? {
        try find(table, key, isGhost: true)
    }

    /// Ghosts that nothing pending stands on go.
    func dropGhosts(except kept: (TableID, RowKey) -> Bool) throws {
        let select = try HotStatement(
            database, "SELECT table_id, row_key FROM lynk_shadow WHERE ghost = 1")
        var names: [(TableID, RowKey)] = []
        while try select.step() {
            names.append((TableID(truncatingIfNeeded: select.integer(0)), try select.key(1)))
        }
        select.reset()
        for (table, key) in names where !kept(table, key) { try delete(table, key) }
    }

    private func find(
        _ table: TableSchema, _ key: RowKey, isGhost: Bool
    ) throws -> StampedRow? {
        let select = try HotStatement(
            database,
            """
            SELECT record, image FROM lynk_shadow
            WHERE table_id = ? AND row_key = ? AND ghost = ?
            """)
        select.bind(1, Int64(table.id))
        select.bind(2, blob: key.bytes)
        select.bind(3, Int64(isGhost ? 1 : 0))
        defer { select.reset() }
        return try select.step() ? try Self.row(select, table, key) : nil
    }

    /// Takes the image out; `nil` when the row has none, as for a pending birth.
    func take(_ table: TableSchema, _ key: RowKey) throws -> StampedRow? {
        guard let row = try find(table, key, isGhost: false) else { return nil }
        try delete(table.id, key)
        return row
    }

    private func delete(_ table: TableID, _ key: RowKey) throws {
        let delete = try HotStatement(
            database, "DELETE FROM lynk_shadow WHERE table_id = ? AND row_key = ?")
        delete.bind(1, Int64(table))
        delete.bind(2, blob: key.bytes)
        try delete.run()
    }

    /// Every image, for a digest from scratch.
    func all(_ tables: [TableID: TableSQL]) throws -> [(row: StampedRow, table: TableSchema)] {
        let select = try HotStatement(
            database,
            "SELECT record, image, table_id, row_key FROM lynk_shadow WHERE ghost = 0")
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
