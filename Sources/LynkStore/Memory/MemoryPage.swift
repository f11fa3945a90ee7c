import LynkCore
import LynkEngine
import LynkWire

/// A page filled from values.
final class MemoryPage: PullPage {
    private let tables: MemoryTables
    private let schema: Schema
    private let page = PageWriter()

    init(_ tables: MemoryTables, schema: Schema) {
        self.tables = tables
        self.schema = schema
    }

    var rowCount: Int { page.rowCount }
    var byteCount: Int { page.byteCount }

    func append(
        row: Int64, of table: TableID, members: (StampRecord) throws -> [UInt32]?
    ) rethrows {
        guard let schema = schema.table(table), let rows = tables.rows[table],
            let key = rows.keys[row], let found = rows.row(key),
            let members = try members(found.record)
        else { return }
        let section = page.section(schema, handles: members) { tables.scopes[Int($0)].name }
        found.key.bytes.withUnsafeBytes { key in
            page.begin(section, key: key, record: found.record) { stamp in
                (tables.eras[Int(stamp.era)].record.era, tables.lanes[Int(stamp.author)].id)
            }
        }
        var bytes = 32
        for (column, value) in found.values.enumerated() {
            bytes += value.withCell { cell in
                section.append(cell, column: column)
                switch cell {
                case .text(let view), .blob(let view): return 2 + view.count
                default: return 4
                }
            }
        }
        page.end(rowBytes: bytes)
    }

    func remove(_ key: RowKey, of table: TableID, members: [UInt32]) {
        guard let schema = schema.table(table) else { return }
        let section = page.section(schema, handles: members) { tables.scopes[Int($0)].name }
        key.bytes.withUnsafeBytes { page.remove(section, key: $0) }
    }

    func finish(mark: [UInt8]) -> [UInt8] { page.finish(mark: mark) }
}

extension Value {
    /// The value as a cell, whose bytes live as long as the call.
    func withCell<T>(_ body: (Cell) throws -> T) rethrows -> T {
        switch self {
        case .null: return try body(.null)
        case .integer(let number): return try body(.integer(number))
        case .real(let number): return try body(.real(number))
        case .text(var text):
            return try text.withUTF8 { try body(.text(UnsafeRawBufferPointer($0))) }
        case .blob(let bytes): return try bytes.withUnsafeBytes { try body(.blob($0)) }
        }
    }
}
