import Foundation
import GRDB
import LynkCore
public import LynkEngine

extension SQLiteControlStore {
    public func backUp(to path: String) throws {
        try BackupCopy.make(of: pool, at: path) { _ in }
    }

    public func record(_ backup: BackupRecord) throws {
        try pool.writing { database in
            try database.execute(
                sql: """
                    INSERT INTO backup (tenant, position, vector, completed) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET position = excluded.position,
                        vector = excluded.vector, completed = excluded.completed
                    """,
                arguments: [
                    Data(backup.backup.tenant.bytes), backup.backup.position,
                    Data(VectorCodec.encode(backup.backup.vector)), backup.completedMilliseconds,
                ])
        }
    }

    public func backups() throws -> [BackupRecord] {
        try pool.reading { database in
            try Row.fetchAll(database, sql: "SELECT * FROM backup ORDER BY tenant").map { row in
                BackupRecord(
                    backup: TenantBackup(
                        tenant: try row.id("tenant"), position: try row.integer("position"),
                        vector: try VectorCodec.decode(try row.bytes("vector"))),
                    completedMilliseconds: try row.integer("completed"))
            }
        }
    }
}
