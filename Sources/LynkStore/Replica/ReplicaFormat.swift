import Foundation
import GRDB
import LynkCore

/// The layout of the engine's own tables, counted, so that a newer program opens what an older
/// one wrote and an older one leaves a newer file alone.
///
/// 1: the first. 2: a typed `lynk_sync` in the place of meta values, marks in the inbox,
/// resolutions of refused change sets, guarded tables. 3: `lynk_unknown`, which a program that
/// passes over it would let go stale, and the schema that the rows were last kept under.
enum ReplicaFormat {
    static let current: UInt8 = 3

    /// Brings the file to the current format, or makes it.
    ///
    /// - Throws: ``Problem`` `schema_unknown` for a file of a newer program: it is not touched.
    static func prepare(_ database: Database) throws {
        let format = try stored(database)
        guard format <= current else {
            throw Problem(
                .schemaUnknown,
                "this replica has format \(format), and \(current) is the newest known"
            )
        }
        if format == 1 { try upgradeFromFirst(database) }
        try ReplicaTables.create(in: database)
        try ReplicaViews.create(in: database)
        if format == 1 { try moveProgress(database) }
        try ReplicaMeta(database).write("format", [current])
    }

    /// The format of the file; the current one for a file without tables.
    private static func stored(_ database: Database) throws -> UInt8 {
        guard try database.tableExists("lynk_meta") else { return current }
        return try ReplicaMeta(database).read("format")?.first ?? 1
    }

    private static func upgradeFromFirst(_ database: Database) throws {
        // Views name what is renamed or added: they are made anew afterwards.
        for view in ["sync_outbox", "sync_rejected", "sync_receipts", "sync_incidents"] {
            try database.execute(sql: "DROP VIEW IF EXISTS \(view)")
        }
        for (table, column) in [
            ("lynk_outbox", "placed BLOB"), ("lynk_receipt", "resolution TEXT"),
            ("lynk_receipt", "resolved INTEGER"), ("lynk_receipt", "successor BLOB"),
            ("lynk_inbox", "mark BLOB NOT NULL DEFAULT x''"), ("lynk_incident", "detail TEXT"),
            ("lynk_incident", "table_id INTEGER"), ("lynk_incident", "row_key BLOB"),
            ("lynk_shadow", "ghost INTEGER NOT NULL DEFAULT 0"),
        ] {
            try database.execute(sql: "ALTER TABLE \(table) ADD COLUMN \(column)")
        }
        // Pages without marks cannot be resumed after.
        try database.execute(sql: "DELETE FROM lynk_inbox")
    }

    private static func moveProgress(_ database: Database) throws {
        let meta = ReplicaMeta(database)
        guard let position = try meta.read("position") else { return }
        try database.execute(
            sql: "UPDATE lynk_sync SET position = ?, vector = ?, scope_set = ?, root = ?",
            arguments: [
                position.reduce(Int64(0)) { $0 << 8 | Int64($1) },
                Data(try meta.read("vector") ?? []), Data(try meta.read("scope_set") ?? []),
                Data(try meta.read("root") ?? []),
            ])
        try database.execute(
            sql: "DELETE FROM lynk_meta WHERE name IN ('position', 'vector', 'scope_set', 'root')")
    }
}
