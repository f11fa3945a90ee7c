import CSQLite
import GRDB
import LynkCore
import LynkWire
import Synchronization

/// A prepared statement of a GRDB connection, driven by SQLite's C interface.
///
/// GRDB prepares, caches and owns it; hot loops bind and step it here, because GRDB's arguments
/// cost several times the C calls. Use it only on the connection that made it.
struct HotStatement {
    private let owner: Statement
    private let handle: OpaquePointer

    init(_ database: Database, _ sql: String) throws {
        owner = try database.cachedStatement(sql: sql)
        handle = owner.sqliteStatement
        sqlite3_reset(handle)
        BindFaults.forget(handle)
    }

    @inline(__always)
    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bindNull(_ index: Int32) { sqlite3_bind_null(handle, index) }

    /// The bytes are copied. Where there is no memory for them the next step throws.
    func bind(_ index: Int32, blob: [UInt8]) {
        blob.withUnsafeBytes {
            // A null pointer would bind NULL, not an empty blob.
            BindFaults.note(
                sqlite3_bind_blob(
                    handle, index, $0.baseAddress ?? UnsafeRawPointer(handle), Int32(blob.count),
                    Self.transient), handle)
        }
    }

    func bind(_ index: Int32, text: String) {
        var text = text
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                BindFaults.note(
                    sqlite3_bind_text(
                        handle, index, $0.baseAddress ?? Self.emptyText, Int32($0.count),
                        Self.transient), handle)
            }
        }
    }

    func bind(_ index: Int32, _ value: Value) {
        switch value {
        case .null: bindNull(index)
        case .integer(let number): bind(index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        case .text(let text): bind(index, text: text)
        case .blob(let bytes): bind(index, blob: bytes)
        }
    }

    /// The cell's bytes are not copied: they must live until the statement is stepped and reset.
    @inline(__always)
    func bind(_ index: Int32, view cell: Cell) {
        switch cell {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        case .text(let view):
            BindFaults.note(
                sqlite3_bind_text(
                    handle, index,
                    view.baseAddress?.assumingMemoryBound(to: CChar.self)
                        ?? Self.emptyText, Int32(view.count), nil), handle)
        case .blob(let view): bind(index, view: view)
        }
    }

    @inline(__always)
    func bind(_ index: Int32, view: UnsafeRawBufferPointer) {
        BindFaults.note(
            sqlite3_bind_blob(
                handle, index, view.baseAddress ?? UnsafeRawPointer(handle), Int32(view.count),
                nil), handle)
    }

    /// Steps once: true for a row, false when done.
    @inline(__always)
    func step() throws -> Bool {
        if let code = BindFaults.take(handle) { throw failure(code) }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw failure(code)
    }

    /// Runs a statement that returns no row, and makes it ready again.
    @inline(__always)
    func run() throws {
        if let code = BindFaults.take(handle) { throw failure(code) }
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw failure(code) }
    }

    @inline(__always)
    func reset() { sqlite3_reset(handle) }

    /// How many rows the last insert, update or delete of the connection touched.
    var changes: Int { Int(sqlite3_changes(sqlite3_db_handle(handle))) }
    var lastRow: Int64 { sqlite3_last_insert_rowid(sqlite3_db_handle(handle)) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// A number that never is below zero, unless the file is damaged.
    ///
    /// - Throws: ``Problem`` `store_failed`, as the next ones do.
    func natural(_ column: Int32) throws -> UInt64 {
        guard let number = UInt64(exactly: integer(column)) else { throw Self.damage }
        return number
    }

    /// A handle or a number of a table or field, which both are small.
    func handle(_ column: Int32) throws -> UInt32 {
        guard let number = UInt32(exactly: integer(column)) else { throw Self.damage }
        return number
    }

    /// The handle that an insert has just given.
    func lastHandle() throws -> UInt32 {
        guard let number = UInt32(exactly: lastRow) else { throw Self.damage }
        return number
    }

    private static var damage: Problem {
        Problem(.storeFailed, "a number in this file is out of its range: the file is damaged")
    }

    func isNull(_ column: Int32) -> Bool {
        sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// A view that lives until the next step or reset.
    @inline(__always)
    func blobView(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }

    func blob(_ column: Int32) -> [UInt8] { Array(blobView(column)) }

    func text(_ column: Int32) -> String {
        String(decoding: textView(column), as: UTF8.self)
    }

    @inline(__always)
    private func textView(_ column: Int32) -> UnsafeRawBufferPointer {
        // As a blob: a text would be copied to end in a zero, which needs memory.
        blobView(column)
    }

    /// A view that lives until the next step or reset.
    @inline(__always)
    func cell(_ column: Int32) -> Cell {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
        case SQLITE_TEXT: .text(textView(column))
        case SQLITE_BLOB: .blob(blobView(column))
        case SQLITE_FLOAT: .real(sqlite3_column_double(handle, column))
        default: .null
        }
    }

    private func failure(_ code: Int32) -> Problem {
        let connection = sqlite3_db_handle(handle)
        let extended = sqlite3_extended_errcode(connection)
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "no message"
        sqlite3_reset(handle)
        let isBusy = code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED
        return Problem(isBusy ? .storeBusy : .storeFailed, "SQLite \(extended): \(message)")
    }

    // SQLITE_TRANSIENT is a cast macro, which Swift does not import: "copy the bytes now".
    private static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // A constant for the life of the program: SQLite takes a null pointer for NULL, not for "".
    nonisolated(unsafe) private static let emptyText: UnsafePointer<CChar> = {
        let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        text.initialize(to: 0)
        return UnsafePointer(text)
    }()
}

/// Values that SQLite could not take, by statement: a parameter keeps its last value then, and a
/// step would go on with that.
///
/// Binding has no place for an error in loops that bind a million cells, so the next step throws
/// it. Without any, which is nearly always, asking costs one load.
private enum BindFaults {
    private static let count = Atomic<Int>(0)
    private static let codes = Mutex<[UInt: Int32]>([:])

    @inline(__always)
    static func note(_ code: Int32, _ handle: OpaquePointer) {
        if code != SQLITE_OK { keep(code, handle) }
    }

    private static func keep(_ code: Int32, _ handle: OpaquePointer) {
        codes.withLock { codes in
            codes[UInt(bitPattern: handle)] = code
            count.store(codes.count, ordering: .relaxed)
        }
    }

    @inline(__always)
    static func take(_ handle: OpaquePointer) -> Int32? {
        count.load(ordering: .relaxed) == 0 ? nil : remove(handle)
    }

    @inline(__always)
    static func forget(_ handle: OpaquePointer) { _ = take(handle) }

    private static func remove(_ handle: OpaquePointer) -> Int32? {
        codes.withLock { codes in
            defer { count.store(codes.count, ordering: .relaxed) }
            return codes.removeValue(forKey: UInt(bitPattern: handle))
        }
    }
}

extension Database {
    /// Runs one statement that returns no row. GRDB's own arguments end the process when there is
    /// no memory for one.
    func run(_ sql: String, _ values: [Value]) throws {
        let statement = try HotStatement(self, sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        try statement.run()
    }
}
