import GRDB
import LynkCore

/// The engine's own tables in a tenant's file.
enum HubTables {
    static func create(in database: Database) throws {
        for statement in definitions { try database.execute(sql: statement) }
    }

    private static let definitions = [
        // hub, tenant, digest key, format; and at every commit the vector and the hybrid clock.
        """
        CREATE TABLE IF NOT EXISTS lynk_meta (
            name  TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        // Incarnations of this hub. `base` is the position before the era's first commit, so
        // that position = base + number for the hub's own eras.
        """
        CREATE TABLE IF NOT EXISTS lynk_era (
            handle  INTEGER PRIMARY KEY,
            era     BLOB NOT NULL UNIQUE CHECK (length(era) = 16),
            hub     BLOB NOT NULL,
            parents BLOB NOT NULL,
            base    INTEGER NOT NULL
        ) STRICT
        """,
        // One row per lane, live or retired: the full per-device clock and the deduplication of
        // lanes.
        """
        CREATE TABLE IF NOT EXISTS lynk_lane (
            handle    INTEGER PRIMARY KEY,
            lane      BLOB NOT NULL UNIQUE CHECK (length(lane) = 16),
            device    BLOB NOT NULL,
            sequence  INTEGER NOT NULL,
            oid       BLOB NOT NULL,
            effective INTEGER NOT NULL
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
        // signed, `consequences` what the application derived.
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
            consequences BLOB
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
        """
        CREATE TABLE IF NOT EXISTS lynk_conflict (
            id             INTEGER PRIMARY KEY,
            position       INTEGER NOT NULL,
            table_id       INTEGER NOT NULL,
            row_key        BLOB NOT NULL,
            field          TEXT NOT NULL,
            policy         TEXT NOT NULL,
            outcome        TEXT NOT NULL,
            current_value  ANY,
            current_era    INTEGER NOT NULL,
            current_number INTEGER NOT NULL,
            new_value      ANY
        ) STRICT
        """,
        // Which scopes a device has from a position on: a context covers only what was delivered.
        """
        CREATE TABLE IF NOT EXISTS lynk_scope_set (
            device   BLOB NOT NULL,
            position INTEGER NOT NULL,
            hash     BLOB NOT NULL,
            scopes   TEXT NOT NULL,
            PRIMARY KEY (device, position)
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
