import GRDB
import LynkCore

/// Copies a database that is in use into a file of its own.
enum BackupCopy {
    /// Copies one snapshot, checks it, and reads from the copy.
    ///
    /// SQLite's online backup and not `VACUUM INTO`: that may give rows new rowids, and the change
    /// index names rows by them. https://www.sqlite.org/lang_vacuum.html
    ///
    /// - Throws: ``Problem`` `store_failed` for a copy that is damaged.
    static func make<Value>(
        of pool: DatabasePool, at path: String, read: (Database) throws -> Value
    ) throws -> Value {
        do {
            let copy = try DatabaseQueue(path: path)
            try pool.backup(to: copy)
            let value = try copy.read { database in
                let check = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
                guard check == "ok" else {
                    throw Problem(.storeFailed, "the copy is damaged: \(check ?? "unreadable")")
                }
                return try read(database)
            }
            try copy.close()
            return value
        } catch let error as DatabaseError {
            throw Problem(.storeFailed, "\(error.resultCode): \(error.message ?? "no backup")")
        }
    }
}
