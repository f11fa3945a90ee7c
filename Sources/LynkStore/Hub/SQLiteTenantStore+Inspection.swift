import GRDB
package import LynkCore
package import LynkEngine

/// What a simulator sees of a hub's file, who knows everything: the same as of its twin in memory.
extension SQLiteTenantStore {
    /// Reads the tables as of one commit.
    package func inspect<T>(_ body: (any HubReads) throws -> T) throws -> T {
        try replica.file.read { try body($0) }
    }

    /// Names that commits had in eras which this hub lost.
    package func aliases() throws -> [DotAlias] {
        try pool.read { database in
            try SQLiteHubStorage(database, tables: replica.file.tables).aliases()
        }
    }

    /// The rows that are there, in key order.
    package func presentRows(_ table: TableID) throws -> [NamedRow] {
        guard let sql = replica.file.tables[table] else { return [] }
        return try replica.file.read { reads in
            let eras = Dictionary(
                try reads.eras().map { ($0.handle, $0.record.era) }, uniquingKeysWith: { $1 })
            let lanes = Dictionary(
                try reads.lanes().map { ($0.handle, $0.id) }, uniquingKeysWith: { $1 })
            let scopes = Dictionary(
                try reads.scopes().map { ($0.handle, $0.name) }, uniquingKeysWith: { $1 })
            func known<Name>(_ name: Name?) throws -> Name {
                guard let name else {
                    throw Problem(.storeFailed, "a row of \(sql.schema.name) has unknown handles")
                }
                return name
            }
            return try reads.all("\(sql.selectAll) ORDER BY id") { row in
                try row.stampedRow(sql.schema).map {
                    try NamedRow(
                        $0, era: { try known(eras[$0]) }, lane: { try known(lanes[$0]) },
                        scope: { try known(scopes[$0]) })
                }
            }.compactMap { $0 }
        }
    }

    /// Checkpoints the WAL after so many pages: small files with few writes meet it too.
    package func checkpoint(every pages: Int) throws {
        try pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_autocheckpoint = \(pages)")
        }
    }

    /// What SQLite itself says of the file; `ok` for one that is whole.
    package func integrity() throws -> String {
        try pool.read {
            try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") ?? "unreadable"
        }
    }
}
