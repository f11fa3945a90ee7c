import CSQLite
import LynkCore

/// The same rows in plain SQLite through prepared statements of the C library: the baseline.
final class PlainTable {
    private let path: String
    private var database: OpaquePointer?

    /// Opens with the settings that Lynk uses: WAL, every commit synced.
    init(path: String) throws {
        self.path = path
        try check(sqlite3_open(path, &database))
        try run("PRAGMA journal_mode = WAL")
        try run("PRAGMA synchronous = FULL")
        try run(
            """
            CREATE TABLE IF NOT EXISTS payment (
                id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), retailer BLOB, worker BLOB,
                amount INTEGER, currency TEXT, method TEXT, reference TEXT, claimed_at INTEGER,
                receipt_no TEXT, lifecycle TEXT) STRICT
            """)
    }

    deinit {
        sqlite3_close_v2(database)
        Scratch.remove(path)
    }

    func run(_ sql: String) throws { try check(sqlite3_exec(database, sql, nil, nil, nil)) }

    func prepare(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(database, sql, -1, &statement, nil))
        return statement
    }

    static let insert = "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

    /// Inserts a row's values; the statement is ready again afterwards.
    func insert(_ statement: OpaquePointer?, _ row: PaymentRow) throws {
        bind(statement, 1, .key(row.key))
        for (index, value) in row.values.enumerated() { bind(statement, Int32(index + 2), value) }
        try step(statement)
    }

    func step(_ statement: OpaquePointer?) throws {
        guard sqlite3_step(statement) == SQLITE_DONE else {
            throw Problem(.storeFailed, String(cString: sqlite3_errmsg(database)))
        }
        sqlite3_reset(statement)
    }

    private func bind(_ statement: OpaquePointer?, _ index: Int32, _ value: Value) {
        // Like SQLITE_TRANSIENT, a cast macro that Swift does not import: copy the bytes now.
        let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .text(var text):
            text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    _ = sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), copy)
                }
            }
        case .blob(let bytes): sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copy)
        default: sqlite3_bind_null(statement, index)
        }
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else {
            throw Problem(.storeFailed, String(cString: sqlite3_errmsg(database)))
        }
    }
}
