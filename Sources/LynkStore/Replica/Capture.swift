import CSQLite
import GRDB
import LynkCore
import LynkWire

/// Records what a transaction does to synced tables, with SQLite's session extension.
///
/// https://www.sqlite.org/sessionintro.html. One session per transaction, on its connection; the
/// object must not outlive the transaction.
final class Capture {
    private let session: OpaquePointer
    private let database: Database

    init(_ database: Database) throws {
        self.database = database
        var session: OpaquePointer?
        let code = sqlite3session_create(database.sqliteConnection, "main", &session)
        guard code == SQLITE_OK, let session else {
            throw Problem(.storeFailed, "SQLite \(code): cannot record changes")
        }
        self.session = session
        // NULL attaches every table with a primary key; our own are told apart when reading.
        sqlite3session_attach(session, nil)
    }

    deinit { sqlite3session_delete(session) }

    /// Stops recording, so that our own bookkeeping is not taken for the user's.
    func stop() { sqlite3session_enable(session, 0) }

    /// The net effect on synced tables, one entry per touched row.
    ///
    /// - Throws: ``Problem`` for a write that the schema does not allow: the caller rolls back.
    func changes(_ tables: [String: TableSQL]) throws -> [CapturedChange] {
        var size: Int32 = 0
        var buffer: UnsafeMutableRawPointer?
        try check(sqlite3session_changeset(session, &size, &buffer))
        defer { sqlite3_free(buffer) }
        var iterator: OpaquePointer?
        try check(sqlite3changeset_start(&iterator, size, buffer))
        defer { sqlite3changeset_finalize(iterator) }
        var found: [CapturedChange] = []
        while sqlite3changeset_next(iterator) == SQLITE_ROW {
            var name: UnsafePointer<CChar>?
            var columns: Int32 = 0
            var operation: Int32 = 0
            var indirect: Int32 = 0
            try check(sqlite3changeset_op(iterator, &name, &columns, &operation, &indirect))
            guard let name, let sql = tables[String(cString: name)] else { continue }
            if let change = try CapturedChange(iterator, operation, sql) { found.append(change) }
        }
        return found
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else {
            throw Problem(.storeFailed, "SQLite \(code): cannot read the recorded changes")
        }
    }
}

/// One row's change, with what an update overwrote.
struct CapturedChange {
    let change: RowChange
    let sql: TableSQL
    /// For an update: the fields that it changed, with their old values.
    private(set) var old: [(ordinal: Int, value: Value)] = []
    /// The stamp record that the write itself overwrote, as INSERT OR REPLACE does.
    private(set) var oldRecord: [UInt8]?

    /// `nil` for an update that changed no field of ours.
    init?(_ iterator: OpaquePointer?, _ operation: Int32, _ sql: TableSQL) throws {
        self.sql = sql
        let table = sql.schema
        if operation == SQLITE_DELETE {
            throw Problem(.deleteUnsupported, "a row of \(table.name)")
        }
        let isInsert = operation == SQLITE_INSERT
        let keyValue = try isInsert ? Self.new(iterator, 0) : Self.old(iterator, 0)
        guard let key = keyValue?.keyValue else {
            throw Problem(.valueInvalid, "\(table.name).id is sixteen bytes")
        }
        if !isInsert, table.kind == .appendOnly {
            throw Problem(.factReused, "\(table.name) \(key) is a fact and stays as it is")
        }
        var puts: [RowChange.Put] = []
        var adds: [RowChange.Add] = []
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
            if field.policy == .counter {
                adds.append(try Self.delta(field, table, from: before, to: value))
            } else {
                try Self.check(field, table, value)
                puts.append(.init(field.id, value))
            }
        }
        if !isInsert, puts.isEmpty, adds.isEmpty { return nil }
        if case .blob(let bytes)? = try Self.old(iterator, 1) {
            oldRecord = bytes
        }
        change = RowChange(
            table: table.id, key: key, kind: isInsert ? .insert : .update, puts: puts, adds: adds)
    }

    private static func check(_ field: FieldSchema, _ table: TableSchema, _ value: Value) throws {
        if let reason = field.problem(with: value) {
            throw Problem(.valueInvalid, "\(table.name).\(field.name) \(reason)")
        }
    }

    private static func delta(
        _ field: FieldSchema, _ table: TableSchema, from before: Value?, to after: Value
    ) throws -> RowChange.Add {
        guard let new = after.integerValue, let old = before?.integerValue else {
            throw Problem(.valueInvalid, "\(table.name).\(field.name) counts in integers")
        }
        let (delta, overflow) = new.subtractingReportingOverflow(old)
        guard !overflow else { throw Problem(.counterOverflow, "\(table.name).\(field.name)") }
        return RowChange.Add(field.id, delta)
    }

    private static func new(_ iterator: OpaquePointer?, _ column: Int32) throws -> Value? {
        var value: OpaquePointer?
        guard sqlite3changeset_new(iterator, column, &value) == SQLITE_OK else { return nil }
        return try value.map { try Value(sqlite: $0) }
    }

    private static func old(_ iterator: OpaquePointer?, _ column: Int32) throws -> Value? {
        var value: OpaquePointer?
        guard sqlite3changeset_old(iterator, column, &value) == SQLITE_OK else { return nil }
        return try value.map { try Value(sqlite: $0) }
    }
}

extension Value {
    /// - Throws: ``Problem`` `value_invalid` for text that is not UTF-8.
    init(sqlite value: OpaquePointer) throws {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: self = .integer(sqlite3_value_int64(value))
        case SQLITE_FLOAT: self = .real(sqlite3_value_double(value))
        case SQLITE_TEXT:
            let text = UnsafeRawBufferPointer(
                start: sqlite3_value_text(value), count: Int(sqlite3_value_bytes(value)))
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
