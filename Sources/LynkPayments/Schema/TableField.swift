import LynkCore

/// The columns of one table as an enumeration, so that rules name a column and never a string.
///
/// The raw value is the field's id for ever; cases are numbered from 1 without holes and only
/// ever appended, so the place in a row's values is the id less one.
protocol TableField: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == FieldID {
    static var table: TableSchema { get }
    var schema: FieldSchema { get }
}

extension TableField {
    var ordinal: Int { Int(rawValue) - 1 }

    static var fields: [FieldSchema] { allCases.map(\.schema) }

    /// A field that a device or a back office may write.
    func stated(
        _ name: String, _ type: FieldType, _ policy: MergePolicy = .lastWriter,
        default value: Value = .null
    ) -> FieldSchema {
        FieldSchema(rawValue, name, type, policy, by: .device, default: value)
    }

    /// A field that only the hub writes.
    func derived(
        _ name: String, _ type: FieldType, default value: Value = .null
    ) -> FieldSchema {
        FieldSchema(rawValue, name, type, .lastWriter, by: .hub, default: value)
    }

    /// An amount that only the hub computes; none is zero.
    func computed(_ name: String) -> FieldSchema { derived(name, .money, default: 0) }
}

extension RowChange {
    /// What this change writes to a column, if it writes it.
    func value<Field: TableField>(_ field: Field) -> Value? { put(field.rawValue) }

    /// The birth of a row with these values.
    static func birth<Field: TableField>(_ key: RowKey, _ values: [Field: Value]) -> RowChange {
        RowChange(
            table: Field.table.id, key: key, kind: .insert,
            puts: values.map { Put($0.key.rawValue, $0.value) })
    }
}
