import LynkCore

/// A tenant's rows in memory, with the declared indexes as sorted scans.
struct MemoryView: TenantView {
    let schema: Schema
    private var tables: [TableID: [RowKey: StampedRow]] = [:]
    /// Rows by table, index and the value of its leading field.
    private var postings: [Slot: Set<RowKey>] = [:]

    private struct Slot: Hashable {
        let table: TableID
        let index: String
        let leading: Value
    }

    init(_ schema: Schema) { self.schema = schema }

    func row(_ table: TableID, _ key: RowKey) -> StampedRow? { tables[table]?[key] }

    func all(_ table: TableID) -> [StampedRow] {
        (tables[table] ?? [:]).values.sorted { $0.key < $1.key }
    }

    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        guard let declared = schema.table(table),
            let ordinals = declared.indexes.first(where: { $0.name == index })?.fields
                .compactMap({ declared.ordinal(named: $0) })
        else { throw Problem(.internalFailure, "no index \(index)") }
        let slot = Slot(table: table, index: index, leading: values[0])
        let rows = (postings[slot] ?? []).compactMap { tables[table]?[$0] }
            .filter { row in zip(ordinals, values).allSatisfy { row.values[$0] == $1 } }
            .sorted { left, right in
                for ordinal in ordinals where left.values[ordinal] != right.values[ordinal] {
                    return left.values[ordinal].precedes(right.values[ordinal])
                }
                return left.key < right.key
            }
        return Array(rows.prefix(limit))
    }

    mutating func put(_ row: StampedRow, in table: TableSchema) {
        let before = tables[table.id]?[row.key]
        tables[table.id, default: [:]][row.key] = row
        for index in table.indexes {
            guard let ordinal = table.ordinal(named: index.fields[0]) else { continue }
            if let before {
                postings[
                    Slot(table: table.id, index: index.name, leading: before.values[ordinal])]?
                    .remove(row.key)
            }
            postings[
                Slot(table: table.id, index: index.name, leading: row.values[ordinal]),
                default: []
            ].insert(row.key)
        }
    }
}

extension Value {
    /// SQLite's order: NULL, numbers, text, blobs.
    func precedes(_ other: Value) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)):
            left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.blob(let left), .blob(let right)): left.lexicographicallyPrecedes(right)
        default: rank < other.rank
        }
    }

    private var rank: Int {
        switch self {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }
}
