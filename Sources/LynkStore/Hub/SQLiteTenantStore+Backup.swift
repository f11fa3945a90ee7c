import LynkCore
public import LynkEngine

extension SQLiteTenantStore {
    public func backUp(to path: String) throws -> TenantBackup {
        try BackupCopy.make(of: pool, at: path) { database in
            // From the copy: the tenant itself has gone on meanwhile.
            let reads = SQLiteHubReads(database, tables: replica.file.tables)
            return TenantBackup(
                tenant: tenant, position: try reads.head(), vector: try reads.vector())
        }
    }
}

extension InMemoryTenantStore {
    /// - Throws: ``Problem`` `not_found`: a store in memory has no file; see ``snapshot()``.
    public func backUp(to path: String) throws -> TenantBackup {
        throw Problem(.notFound, "a store in memory has no file to copy")
    }
}
