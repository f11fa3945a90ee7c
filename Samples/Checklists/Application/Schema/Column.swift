import LynkCore

/// The columns of one table as an enumeration, so that rules name a column and never a string.
///
/// The raw value is the field's id for ever; cases count from 1 without holes and are only ever
/// appended, so the place in a row's values is the id less one.
protocol Column: RawRepresentable, CaseIterable, Hashable, Sendable where RawValue == FieldID {
    static var table: TableSchema { get }
    var schema: FieldSchema { get }
}

extension Column {
    var ordinal: Int { Int(rawValue) - 1 }

    static var fields: [FieldSchema] { allCases.map(\.schema) }

    func field(
        _ name: String, _ type: FieldType, _ policy: MergePolicy = .lastWriter,
        by authority: FieldAuthority = .device, default value: Value = .null,
        of reference: Reference? = nil
    ) -> FieldSchema {
        FieldSchema(
            rawValue, name, type, policy, by: authority, default: value, references: reference)
    }

    /// A part of a fact: written once, with its row.
    func stated(
        _ name: String, _ type: FieldType, of reference: Reference? = nil
    ) -> FieldSchema {
        field(name, type, .immutable, of: reference)
    }
}

extension StampedRow {
    subscript(column: some Column) -> Value { values[column.ordinal] }
}

extension RowChange {
    /// What this change writes to a column, if it writes it.
    func value(_ column: some Column) -> Value? { put(column.rawValue) }
}
