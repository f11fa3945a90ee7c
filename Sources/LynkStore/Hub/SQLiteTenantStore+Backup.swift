import Foundation
import GRDB
public import LynkCore
public import LynkEngine

extension SQLiteTenantStore {
    public func backUp(to path: String) throws -> TenantBackup {
        try BackupCopy.make(of: pool, at: path) { database in
            // From the copy: the tenant itself has gone on meanwhile.
            let reader = SQLiteHubReads(database, tables: replica.file.tables)
            return TenantBackup(
                tenant: tenant, position: try reader.head(), vector: try reader.vector())
        }
    }
}
