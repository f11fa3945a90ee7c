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
    /// Every table with a primary key that the transaction has changed, the application's own
    /// local ones included; known once ``changes(_:)`` was asked.
    private(set) var touched: Set<String> = []

    init(_ database: Database) throws {
        self.database = database
        var session: OpaquePointer?
        let code = sqlite3session_create(database.sqliteConnection, "main", &session)
        guard code == SQLITE_OK, let session else {
            throw Problem(.storeFailed, "SQLite \(code): cannot record changes")
        }
        self.session = session
        // NULL attaches every table with a primary key; our own are told apart when reading.
        try check(sqlite3session_attach(session, nil))
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
        while true {
            let code = sqlite3changeset_next(iterator)
            // Any other end leaves changes out.
            if code == SQLITE_DONE { break }
            guard code == SQLITE_ROW else { throw failure(code) }
            var name: UnsafePointer<CChar>?
            var columns: Int32 = 0
            var operation: Int32 = 0
            var indirect: Int32 = 0
            try check(sqlite3changeset_op(iterator, &name, &columns, &operation, &indirect))
            guard let name = name.map({ String(cString: $0) }) else { continue }
            touched.insert(name)
            guard let sql = tables[name] else { continue }
            if let change = try CapturedChange(iterator, operation, sql) { found.append(change) }
        }
        return found
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> Problem {
        Problem(.storeFailed, "SQLite \(code): cannot read the recorded changes")
    }
}
