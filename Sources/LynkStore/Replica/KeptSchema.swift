import LynkCore
import LynkWire

/// What a replica's file notes of the schema that its rows are kept under: enough to find every
/// row and field again, whatever they are called by now.
struct KeptSchema: Equatable {
    let bytes: [UInt8]
    /// Policies and rules are not noted: rows of an earlier version are only moved.
    let tables: [TableSchema]

    private static let name = "schema"

    init(_ schema: Schema) {
        tables = schema.tables
        var writer = CBORWriter()
        for table in tables {
            writer.array(3)
            writer.unsigned(UInt64(table.id))
            writer.text(table.name)
            writer.array(table.fields.count)
            for field in table.fields {
                writer.array(4)
                writer.unsigned(UInt64(field.id))
                writer.text(field.name)
                writer.text(field.type.rawValue)
                writer.value(field.defaultValue)
            }
        }
        bytes = writer.bytes
    }

    static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }

    /// `nil` for a file that has no note yet.
    ///
    /// - Throws: ``Problem`` `store_failed` for a note that does not decode.
    init?(_ meta: ReplicaMeta) throws {
        guard let bytes = try meta.read(Self.name) else { return nil }
        self.bytes = bytes
        do {
            tables = try bytes.withUnsafeBytes { view in
                var reader = CBORReader(view)
                var tables: [TableSchema] = []
                while !reader.isAtEnd { tables.append(try Self.table(&reader)) }
                return tables
            }
        } catch {
            throw Problem(.storeFailed, "the note of the file's schema is damaged: \(error)")
        }
    }

    func write(_ meta: ReplicaMeta) throws { try meta.write(Self.name, bytes) }

    private static func table(_ reader: inout CBORReader) throws -> TableSchema {
        try reader.array(exactly: 3)
        let id = try reader.unsigned32("table")
        let name = try reader.text(Limits.nameBytesMax, "nameBytesMax")
        var fields: [FieldSchema] = []
        for _ in 0..<(try reader.array(Limits.fieldsPerTableMax, "fieldsPerTableMax")) {
            try reader.array(exactly: 4)
            let field = try reader.unsigned32("field")
            let name = try reader.text(Limits.nameBytesMax, "nameBytesMax")
            guard let type = FieldType(rawValue: try reader.text(16, "type of a field")) else {
                throw WireError.invalid("type of a field")
            }
            fields.append(FieldSchema(field, name, type, default: try reader.value()))
        }
        return TableSchema(id, name, .mutable, fields)
    }
}
