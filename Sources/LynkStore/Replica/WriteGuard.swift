import CSQLite
import GRDB
import LynkCore

/// Lets only a replica's own connections write to synced tables.
///
/// Every synced table has a constraint that names an SQL function, and the function's name is the
/// message: on any other connection, such as the sqlite3 shell, an insert or an update does not
/// even compile ("unknown function: …"), while reading goes on. The constraint is decided by its
/// first term for rows that have a stamp, so a pulled row pays for one comparison; a trigger in
/// its place cost 1 µs per inserted row, against 3 µs for the insert itself. Deletes, which no
/// constraint sees, and columns that were added later have triggers.
enum WriteGuard {
    static let function =
        "this table is synced: write through the Lynk replica, or the change is never sent"

    /// Makes the connection one of a replica.
    static func admit(_ database: Database) throws {
        let code = sqlite3_create_function_v2(
            database.sqliteConnection, function, 0,
            SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil,
            { context, _, _ in sqlite3_result_int(context, 1) }, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw Problem(.storeFailed, "SQLite \(code): cannot register the write guard")
        }
    }

    /// The constraint of a table that is made now. It names every column, because SQLite checks
    /// an update only against constraints on columns that it changes.
    static func constraint(_ table: TableSchema) -> String {
        let columns = (["id"] + table.fields.map(\.name)).map { " OR \($0) IS \($0)" }.joined()
        return "CHECK (_stamp IS NOT NULL OR \"\(function)\"()\(columns))"
    }

    /// The triggers that a table needs besides.
    static func install(on table: TableSchema, in database: Database) throws {
        let sql =
            try String.fetchOne(
                database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?",
                arguments: [table.name]) ?? ""
        let isGuarded = sql.contains(function)
        try create("delete", "DELETE", table, database)
        if !isGuarded {
            // A table that an earlier format made.
            try create("insert", "INSERT", table, database)
            try create("update", "UPDATE", table, database)
            return
        }
        let added = table.fields.map(\.name).filter { !sql.contains("OR \($0) IS \($0)") }
        if !added.isEmpty {
            let columns = added.joined(separator: ", ")
            try create("update", "UPDATE OF \(columns)", table, database)
        }
    }

    private static func create(
        _ name: String, _ event: String, _ table: TableSchema, _ database: Database
    ) throws {
        let trigger = "lynk_guard_\(name)_\(table.name)"
        try database.define(
            "TRIGGER", trigger,
            """
            CREATE TRIGGER \(trigger) BEFORE \(event) ON \(table.name)
            WHEN "\(function)"() IS NOT 1 BEGIN SELECT RAISE(ABORT, '\(function)'); END
            """)
    }
}
