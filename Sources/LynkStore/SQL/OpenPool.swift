import GRDB
import LynkCore

/// Opens a file as we keep all files: WAL, every commit synced, foreign keys not enforced.
enum OpenPool {
    /// - Parameters:
    ///   - readers: connections that never wait for the writer.
    ///   - prepare: called with each new connection.
    static func open(
        _ path: String, readers: Int,
        prepare: @escaping @Sendable (Database) throws -> Void = { _ in }
    ) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA cache_size = -16000")
            try prepare(database)
        }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB sets NORMAL with WAL, which may lose acknowledged commits at a power loss.
            // https://www.sqlite.org/pragma.html#pragma_synchronous
            try pool.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
            }
            return pool
        } catch let error as DatabaseError {
            throw Problem(.storeFailed, "\(error.resultCode): \(error.message ?? "cannot open")")
        }
    }
}
