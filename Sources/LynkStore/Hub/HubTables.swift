import Foundation
import GRDB
import LynkCore

/// The engine's own tables in a tenant's file.
enum HubTables {
    /// Counted up when the tables change; 1 had no number.
    static let format: Int64 = 3

    /// Makes the tables of a new file, or brings those of an earlier format to this one.
    ///
    /// - Throws: ``Problem`` `store_failed` for a file of a later format: it is not touched.
    static func create(in database: Database, schema: Schema) throws {
        let isNew = try !database.tableExists("lynk_meta")
        let format = try isNew ? Self.format : stored(in: database)
        guard format <= Self.format else {
            throw Problem(.storeFailed, "the file has format \(format), this is \(Self.format)")
        }
        if format < 2 { try HubUpgrade.toSecondFormat(database) }
        for statement in definitions { try database.execute(sql: statement) }
        if format < 2 { try HubUpgrade.conflicts(database, schema) }
        if format < 3 { try HubUpgrade.toThirdFormat(database) }
        try database.execute(
            sql: """
                INSERT INTO lynk_meta (name, value) VALUES ('format', ?)
                ON CONFLICT DO UPDATE SET value = excluded.value
                """, arguments: [Data(withUnsafeBytes(of: Self.format.bigEndian) { Array($0) })])
    }

    private static func stored(in database: Database) throws -> Int64 {
        let bytes = try Data.fetchOne(
            database, sql: "SELECT value FROM lynk_meta WHERE name = 'format'")
        return bytes.map { $0.reduce(0) { $0 << 8 | Int64($1) } } ?? 1
    }

    private static let definitions = main + side

    private static let main = [
        // hub, tenant, digest key, format; and at every commit the vector and the hybrid clock.
        """
        CREATE TABLE IF NOT EXISTS lynk_meta (
            name  TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        // Incarnations of this hub. `base` is the position before the era's first commit, so
        // that position = base + number for the hub's own eras; NULL for one that only devices
        // know of.
        """
        CREATE TABLE IF NOT EXISTS lynk_era (
            handle  INTEGER PRIMARY KEY,
            era     BLOB NOT NULL UNIQUE CHECK (length(era) = 16),
            hub     BLOB NOT NULL,
            parents BLOB NOT NULL,
            base    INTEGER
        ) STRICT
        """,
        // One row per lane, live or retired: the full per-device clock and the deduplication of
        // lanes. `fork` and `fork_effective` are the lane and the effective time of the change set
        // that the lane's first one follows; NULL for a device's first lane.
        """
        CREATE TABLE IF NOT EXISTS lynk_lane (
            handle    INTEGER PRIMARY KEY,
            lane      BLOB NOT NULL UNIQUE CHECK (length(lane) = 16),
            device    BLOB NOT NULL,
            sequence  INTEGER NOT NULL,
            oid       BLOB NOT NULL,
            effective INTEGER NOT NULL,
            token        BLOB NOT NULL DEFAULT X'',
            token_before BLOB NOT NULL DEFAULT X'',
            fork           INTEGER,
            fork_effective INTEGER
        ) STRICT
        """,
        // `head` is the position of the last commit that touched a row of the scope: a pull skips
        // scopes at or below its cursor.
        """
        CREATE TABLE IF NOT EXISTS lynk_scope (
            handle INTEGER PRIMARY KEY,
            name   TEXT NOT NULL UNIQUE,
            head   INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE IF NOT EXISTS lynk_digest (
            scope    INTEGER NOT NULL,
            table_id INTEGER NOT NULL,
            rows     INTEGER NOT NULL,
            sum      BLOB NOT NULL CHECK (length(sum) = 32),
            PRIMARY KEY (scope, table_id)
        ) STRICT, WITHOUT ROWID
        """,
        // Every change set that was given a dot, refused ones included: `body` is what the author
        // signed, empty once collected; `consequences` what the hub derived; `subject` the oid that
        // a release or rejection is about; `chain` the hash over all commits so far.
        """
        CREATE TABLE IF NOT EXISTS lynk_log (
            position     INTEGER PRIMARY KEY,
            era          INTEGER NOT NULL,
            number       INTEGER NOT NULL,
            oid          BLOB NOT NULL CHECK (length(oid) = 32),
            lane         INTEGER NOT NULL,
            effective    INTEGER NOT NULL,
            received     INTEGER NOT NULL,
            disposition  TEXT NOT NULL,
            conflicts    INTEGER NOT NULL,
            problem      TEXT,
            detail       TEXT,
            context      BLOB NOT NULL,
            body         BLOB NOT NULL,
            consequences BLOB,
            subject      BLOB,
            chain        BLOB NOT NULL DEFAULT X''
        ) STRICT
        """,
        // Never collected: it is what makes every retry harmless.
        """
        CREATE TABLE IF NOT EXISTS lynk_oid (
            oid      BLOB NOT NULL PRIMARY KEY,
            position INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        // One entry per row and scope at the row's newest position: what a pull scans.
        """
        CREATE TABLE IF NOT EXISTS lynk_change (
            scope    INTEGER NOT NULL,
            position INTEGER NOT NULL,
            table_id INTEGER NOT NULL,
            row      INTEGER NOT NULL,
            PRIMARY KEY (scope, position, table_id, row)
        ) STRICT, WITHOUT ROWID
        """,
        // Which scopes a device has from a position on: a context covers only what was delivered.
        // `covered` are those that every set at this position had.
        """
        CREATE TABLE IF NOT EXISTS lynk_scope_set (
            device   BLOB NOT NULL,
            position INTEGER NOT NULL,
            hash     BLOB NOT NULL,
            scopes   TEXT NOT NULL,
            covered  TEXT NOT NULL DEFAULT '',
            PRIMARY KEY (device, position)
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
