import GRDB

/// The engine's own tables in a device's file.
enum ReplicaTables {
    static func create(in database: Database) throws {
        for statement in definitions { try database.execute(sql: statement) }
    }

    private static let definitions = [
        // enrolment, lane, fence, keys and format.
        """
        CREATE TABLE IF NOT EXISTS lynk_meta (
            name  TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS lynk_era (
            handle  INTEGER PRIMARY KEY,
            era     BLOB NOT NULL UNIQUE,
            hub     BLOB,
            parents BLOB
        ) STRICT
        """,
        """
        CREATE TABLE IF NOT EXISTS lynk_lane (
            handle INTEGER PRIMARY KEY,
            lane   BLOB NOT NULL UNIQUE
        ) STRICT
        """,
        // `member` is 1 while the device has the scope.
        """
        CREATE TABLE IF NOT EXISTS lynk_scope (
            handle INTEGER PRIMARY KEY,
            name   TEXT NOT NULL UNIQUE,
            member INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE IF NOT EXISTS lynk_digest (
            scope    INTEGER NOT NULL,
            table_id INTEGER NOT NULL,
            rows     INTEGER NOT NULL,
            sum      BLOB NOT NULL,
            PRIMARY KEY (scope, table_id)
        ) STRICT, WITHOUT ROWID
        """,
        // Own change sets in chain order, kept until they are durable elsewhere. See
        // lynk_settled for how far they are answered. `placed` is the oid of the skip that is
        // sent in the place of one that was damaged here.
        """
        CREATE TABLE IF NOT EXISTS lynk_outbox (
            sequence  INTEGER PRIMARY KEY,
            oid       BLOB NOT NULL,
            claimed   INTEGER NOT NULL,
            bytes     BLOB NOT NULL,
            signature BLOB NOT NULL,
            placed    BLOB
        ) STRICT
        """,
        // How far the chain is answered and inside the last checkpoint: one row each.
        """
        CREATE TABLE IF NOT EXISTS lynk_settled (
            id       INTEGER PRIMARY KEY CHECK (id = 1),
            answered INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            oid      BLOB
        ) STRICT
        """,
        "INSERT INTO lynk_settled (id, answered, sequence) VALUES (1, 0, 0) ON CONFLICT DO NOTHING",
        """
        CREATE TABLE IF NOT EXISTS lynk_receipt (
            sequence    INTEGER PRIMARY KEY,
            oid         BLOB NOT NULL,
            disposition TEXT NOT NULL,
            era         BLOB NOT NULL,
            number      INTEGER NOT NULL,
            effective   INTEGER NOT NULL,
            conflicts   INTEGER NOT NULL,
            problem     TEXT,
            detail      TEXT,
            resolution  TEXT,
            resolved    INTEGER,
            successor   BLOB
        ) STRICT
        """,
        // What a person gave up, and why: never deleted.
        """
        CREATE TABLE IF NOT EXISTS lynk_discarded (
            id        INTEGER PRIMARY KEY,
            sequence  INTEGER NOT NULL,
            oid       BLOB NOT NULL,
            bytes     BLOB NOT NULL,
            signature BLOB NOT NULL,
            reason    TEXT NOT NULL,
            discarded INTEGER NOT NULL
        ) STRICT
        """,
        // The hub's signatures over receipts, until they are durable: 64 bytes per receipt.
        """
        CREATE TABLE IF NOT EXISTS lynk_proof (
            id        INTEGER PRIMARY KEY,
            entries   BLOB NOT NULL,
            signature BLOB NOT NULL UNIQUE
        ) STRICT
        """,
        // The last checkpoint, and what the hub last said: one row.
        """
        CREATE TABLE IF NOT EXISTS lynk_sync (
            id        INTEGER PRIMARY KEY CHECK (id = 1),
            position  INTEGER NOT NULL DEFAULT 0,
            vector    BLOB NOT NULL DEFAULT x'',
            scope_set BLOB NOT NULL DEFAULT x'',
            root      BLOB NOT NULL DEFAULT x'',
            chain     BLOB NOT NULL DEFAULT x'',
            durable   BLOB NOT NULL DEFAULT x'',
            is_equal  INTEGER,
            synced    INTEGER,
            refusal   TEXT,
            refusal_detail TEXT,
            refused   INTEGER,
            verdict   TEXT
        ) STRICT
        """,
        "INSERT INTO lynk_sync (id) VALUES (1) ON CONFLICT DO NOTHING",
        // Lanes of this device that it left, with what the hub had answered of them.
        """
        CREATE TABLE IF NOT EXISTS lynk_lane_left (
            lane     BLOB NOT NULL PRIMARY KEY,
            sequence INTEGER NOT NULL,
            oid      BLOB,
            reason   TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        // The hub's image of a row under own pending changes; a pending birth has none. A ghost is
        // the last image of a row that the hub has removed meanwhile.
        """
        CREATE TABLE IF NOT EXISTS lynk_shadow (
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL,
            record   BLOB NOT NULL,
            image    BLOB NOT NULL,
            ghost    INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (table_id, row_key)
        ) STRICT, WITHOUT ROWID
        """,
        // Fields and rows of a newer schema (I8). `record` holds the stamps of a row whose table
        // this program does not know; otherwise they are in the row or in its shadow.
        """
        CREATE TABLE IF NOT EXISTS lynk_unknown (
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL,
            record   BLOB,
            fields   BLOB NOT NULL,
            PRIMARY KEY (table_id, row_key)
        ) STRICT, WITHOUT ROWID
        """,
        // Rows that pending change sets write and that are not shown here: their scope was left,
        // or the hub removed them.
        """
        CREATE TABLE IF NOT EXISTS lynk_hidden (
            sequence INTEGER NOT NULL,
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL,
            PRIMARY KEY (sequence, table_id, row_key)
        ) STRICT, WITHOUT ROWID
        """,
        // Pages of a pull whose checkpoint has not come yet, kept over a restart; `mark` is where
        // the hub can go on after the page.
        """
        CREATE TABLE IF NOT EXISTS lynk_inbox (
            id   INTEGER PRIMARY KEY,
            page BLOB NOT NULL,
            mark BLOB NOT NULL DEFAULT x''
        ) STRICT
        """,
        // Snapshots of scopes that are being taken in, in the order in which they are fetched:
        // the manifest as it came, empty before, and how many of its segments are taken in.
        """
        CREATE TABLE IF NOT EXISTS lynk_snapshot (
            id       INTEGER PRIMARY KEY,
            scope    TEXT NOT NULL UNIQUE,
            manifest BLOB NOT NULL,
            taken    INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        // Bytes of the one segment that is being fetched.
        """
        CREATE TABLE IF NOT EXISTS lynk_snapshot_part (
            id    INTEGER PRIMARY KEY,
            bytes BLOB NOT NULL
        ) STRICT
        """,
        // Pages of segments that wait for the checkpoint, before those of lynk_inbox.
        """
        CREATE TABLE IF NOT EXISTS lynk_snapshot_page (
            id   INTEGER PRIMARY KEY,
            page BLOB NOT NULL
        ) STRICT
        """,
        // Divergences, never silently healed.
        """
        CREATE TABLE IF NOT EXISTS lynk_incident (
            id       INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            kind     TEXT NOT NULL,
            ours     BLOB NOT NULL,
            hubs     BLOB NOT NULL,
            detail   TEXT,
            table_id INTEGER,
            row_key  BLOB
        ) STRICT
        """,
        // What the hub decided between concurrent writes; values keep their own type. `field` is
        // -1 for the row's presence.
        """
        CREATE TABLE IF NOT EXISTS lynk_conflict (
            id            INTEGER PRIMARY KEY,
            position      INTEGER NOT NULL,
            table_id      INTEGER NOT NULL,
            row_key       BLOB NOT NULL,
            field         INTEGER NOT NULL,
            table_name    TEXT,
            field_name    TEXT,
            policy        TEXT NOT NULL,
            outcome       TEXT NOT NULL,
            base          ANY,
            current       ANY,
            new           ANY,
            current_is_own INTEGER NOT NULL,
            new_is_own    INTEGER NOT NULL,
            current_era   BLOB NOT NULL,
            current_number INTEGER NOT NULL,
            new_era       BLOB NOT NULL,
            new_number    INTEGER NOT NULL,
            new_oid       BLOB NOT NULL,
            effective     INTEGER NOT NULL,
            UNIQUE (new_oid, table_id, row_key, field, current_era, current_number)
        ) STRICT
        """,
    ]
}
