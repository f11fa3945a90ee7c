import Foundation
import GRDB
public import LynkCore
public import LynkEngine

extension SQLiteTenantStore {
    public func backUp(to path: String) throws -> TenantBackup {
        try BackupCopy.make(of: pool, at: path) { database in
            // From the copy: the tenant itself has gone on meanwhile.
            let reader = HubReader(database)
            return TenantBackup(
                tenant: tenant, position: try reader.head(), vector: try reader.vector())
        }
    }

    public func markDurable(_ vector: VersionVector) throws {
        try pool.write { database in
            try database.execute(
                sql: """
                    INSERT INTO lynk_meta (name, value) VALUES ('durable', ?)
                    ON CONFLICT DO UPDATE SET value = excluded.value
                    """,
                arguments: [Data(VectorCodec.encode(vector))])
        }
    }
}
