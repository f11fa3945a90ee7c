import LynkCore

/// A row under work: read through the view, changed here, written back as the difference.
struct Entry<Field: TableField> {
    let key: RowKey
    var values: [Value]
    /// As the view had it; `nil` for a row that is born here.
    let original: StampedRow?

    init(_ row: StampedRow) {
        key = row.key
        values = row.values
        original = row
    }

    init(birth key: RowKey, _ values: [Field: Value]) {
        self.key = key
        self.values = Field.table.defaults
        original = nil
        for (field, value) in values { self.values[field.ordinal] = value }
    }

    init(key: RowKey, values: [Value], original: StampedRow?) {
        self.key = key
        self.values = values
        self.original = original
    }

    subscript(field: Field) -> Value {
        get { values[field.ordinal] }
        set { values[field.ordinal] = newValue }
    }

    func money(_ field: Field) -> Int64 { values[field.ordinal].integerValue ?? 0 }
    func text(_ field: Field) -> String { values[field.ordinal].textValue ?? "" }
    func reference(_ field: Field) -> RowKey? { values[field.ordinal].keyValue }

    mutating func add(_ amount: Int64, to field: Field) throws {
        self[field] = .integer(try sum(money(field), amount))
    }

    /// The commit that wrote a column, when the row is older than this change set.
    func stamp(_ field: Field) -> Stamp? { original?.record[field.rawValue] }

    /// What the hub has to write; `nil` when nothing changed.
    var change: RowChange? {
        let before = original?.values ?? Field.table.defaults
        var puts: [RowChange.Put] = []
        for (index, field) in Field.table.fields.enumerated() where before[index] != values[index] {
            puts.append(RowChange.Put(field.id, values[index]))
        }
        if original == nil {
            return RowChange(table: Field.table.id, key: key, kind: .insert, puts: puts)
        }
        if puts.isEmpty { return nil }
        return RowChange(table: Field.table.id, key: key, kind: .update, puts: puts)
    }
}
