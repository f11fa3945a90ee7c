import LynkCore
import LynkWire

/// Fields of a row that this program's schema does not have, kept as they stand in the row's
/// image: a CBOR sequence of number and value, ascending, without values at their default.
///
/// A table that the schema does not have is one without known fields.
enum UnknownFields {
    /// A table of a newer schema, as far as this program knows it.
    static func table(_ id: TableID) -> TableSchema { TableSchema(id, "#\(id)", .mutable, []) }

    /// Columns of a page's section that the table does not have, ascending by field.
    static func columns(_ section: PageSection, _ table: TableSchema) -> [Int] {
        section.columns.indices.filter { table.ordinal(of: section.columns[$0].field) == nil }
            .sorted { section.columns[$0].field < section.columns[$1].field }
    }

    /// Adds the next value of each of these columns.
    static func append(
        _ columns: [Int], of section: inout PageSection, to writer: inout CBORWriter
    ) throws(WireError) {
        for column in columns {
            let cell = try section.columns[column].cursor.next()
            guard !cell.equals(section.columns[column].defaultValue) else { continue }
            writer.unsigned(UInt64(section.columns[column].field))
            writer.cell(cell)
        }
    }

    static func encode(_ fields: [FieldID: Value]) -> [UInt8] {
        var writer = CBORWriter()
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) {
            writer.unsigned(UInt64(field))
            writer.value(value)
        }
        return writer.bytes
    }

    /// - Throws: ``Problem`` `store_failed` for bytes that ``encode(_:)`` does not make.
    static func decode(_ bytes: [UInt8]) throws -> [FieldID: Value] {
        do {
            return try bytes.withUnsafeBytes { view in
                var reader = CBORReader(view)
                var fields: [FieldID: Value] = [:]
                while !reader.isAtEnd {
                    let field = try reader.unsigned32("field")
                    fields[field] = try reader.value()
                }
                return fields
            }
        } catch {
            throw Problem(.storeFailed, "kept fields of a newer schema are damaged: \(error)")
        }
    }

    /// A row of one version of a table as one of another: what the other does not know goes to
    /// the unknown fields, what it knows by now comes from them.
    static func move(
        _ values: [Value], _ unknown: [UInt8], from old: TableSchema, to new: TableSchema
    ) throws -> (values: [Value], unknown: [UInt8]) {
        var fields = try decode(unknown)
        for (field, value) in zip(old.fields, values) where value != field.defaultValue {
            fields[field.id] = value
        }
        let moved = new.fields.map { field in
            fields.removeValue(forKey: field.id) ?? field.defaultValue
        }
        return (moved, encode(fields))
    }
}
