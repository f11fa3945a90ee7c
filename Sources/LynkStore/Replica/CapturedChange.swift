import CSQLite
import LynkCore
import LynkWire

/// One row's change, with what it overwrote.
struct CapturedChange {
    let change: RowChange
    let sql: TableSQL
    /// The fields that an update changed, or all of a deleted row, with their old values.
    private(set) var old: [(ordinal: Int, value: Value)] = []
    /// The stamp record that the write itself overwrote, as a delete or INSERT OR REPLACE does.
    private(set) var oldRecord: [UInt8]?

    /// `nil` for an update that changed no field of ours.
    init?(_ iterator: OpaquePointer?, _ operation: Int32, _ sql: TableSQL) throws {
        self.sql = sql
        let table = sql.schema
        let isInsert = operation == SQLITE_INSERT
        let keyValue = try isInsert ? Self.new(iterator, 0) : Self.old(iterator, 0)
        guard let key = keyValue?.keyValue else {
            throw Problem(.valueInvalid, "\(table.name).id is sixteen bytes")
        }
        if operation == SQLITE_DELETE {
            guard table.deletes != .forbidden else {
                throw Problem(.deleteUnsupported, "a row of \(table.name)")
            }
            change = RowChange(table: table.id, key: key, kind: .delete)
            for ordinal in table.fields.indices {
                old.append((ordinal, try Self.old(iterator, Int32(ordinal + 2)) ?? .null))
            }
            if case .blob(let bytes)? = try Self.old(iterator, 1) { oldRecord = bytes }
            return
        }
        if !isInsert, table.kind == .appendOnly {
            throw Problem(.factReused, "\(table.name) \(key) is a fact and stays as it is")
        }
        var writes = Writes()
        for (ordinal, field) in table.fields.enumerated() {
            // Columns: id, _stamp, the fields. An update lists only what changed.
            guard let value = try Self.new(iterator, Int32(ordinal + 2)) else { continue }
            let before =
                try isInsert ? field.defaultValue : Self.old(iterator, Int32(ordinal + 2))
            if isInsert, value == field.defaultValue { continue }
            guard field.authority == .device else {
                throw Problem(.fieldNotWritable, "\(table.name).\(field.name)")
            }
            if !isInsert { old.append((ordinal, before ?? .null)) }
            try writes.add(field, table, from: before ?? .null, to: value)
        }
        if !isInsert, writes.isEmpty { return nil }
        if !isInsert, case .blob(let bytes)? = try Self.old(iterator, 1) { oldRecord = bytes }
        change = RowChange(
            table: table.id, key: key, kind: isInsert ? .insert : .update, puts: writes.puts,
            adds: writes.adds, edits: writes.edits)
    }

    private static func new(_ iterator: OpaquePointer?, _ column: Int32) throws -> Value? {
        var value: OpaquePointer?
        let code = sqlite3changeset_new(iterator, column, &value)
        guard code == SQLITE_OK else {
            throw Problem(.storeFailed, "SQLite \(code): cannot read a recorded change")
        }
        return try value.map { try Value(sqlite: $0) }
    }

    private static func old(_ iterator: OpaquePointer?, _ column: Int32) throws -> Value? {
        var value: OpaquePointer?
        let code = sqlite3changeset_old(iterator, column, &value)
        guard code == SQLITE_OK else {
            throw Problem(.storeFailed, "SQLite \(code): cannot read a recorded change")
        }
        return try value.map { try Value(sqlite: $0) }
    }
}

/// What a write did to a row's fields, as its author meant it: a value, a sum, or elements that
/// came and went.
private struct Writes {
    private(set) var puts: [RowChange.Put] = []
    private(set) var adds: [RowChange.Add] = []
    private(set) var edits: [SetEdit] = []

    var isEmpty: Bool { puts.isEmpty && adds.isEmpty && edits.isEmpty }

    mutating func add(
        _ field: FieldSchema, _ table: TableSchema, from before: Value, to after: Value
    ) throws {
        func invalid(_ reason: String) -> Problem {
            Problem(.valueInvalid, "\(table.name).\(field.name) \(reason)")
        }
        switch field.policy {
        case .counter:
            guard let new = after.integerValue, let old = before.integerValue else {
                throw invalid("counts in integers")
            }
            let (delta, overflow) = new.subtractingReportingOverflow(old)
            guard !overflow else {
                throw Problem(.counterOverflow, "\(table.name).\(field.name)")
            }
            adds.append(RowChange.Add(field.id, delta))
        case .set:
            guard let edit = SetEdit(field.id, from: before, to: after) else {
                throw invalid("is a set: distinct scalars in canonical CBOR")
            }
            edits.append(edit)
        default:
            if let reason = field.problem(with: after) { throw invalid(reason) }
            puts.append(RowChange.Put(field.id, after))
        }
    }
}

extension Value {
    /// - Throws: ``Problem`` `value_invalid` for text that is not UTF-8.
    init(sqlite value: OpaquePointer) throws {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            // As a blob: a text would be copied to end in a zero, which needs memory.
            let start = sqlite3_value_blob(value)
            let text = UnsafeRawBufferPointer(
                start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
            guard isValidUTF8(text) else { throw Problem(.valueInvalid, "a text is not UTF-8") }
            self = .text(String(decoding: text, as: UTF8.self))
        case SQLITE_BLOB:
            let blob = sqlite3_value_blob(value)
            self = .blob(
                Array(
                    UnsafeRawBufferPointer(
                        start: blob, count: blob == nil ? 0 : Int(sqlite3_value_bytes(value)))))
        default: self = .null
        }
    }
}
