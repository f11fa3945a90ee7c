import GRDB

/// The engine's own tables in a device's file, and the views that a person may query.
enum ReplicaTables {
    static func create(in database: Database) throws {
        for statement in definitions { try database.execute(sql: statement) }
    }

    private static let definitions = [
        // enrolment, lane, cursor and format.
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
        // lynk_settled for how far they are answered.
        """
        CREATE TABLE IF NOT EXISTS lynk_outbox (
            sequence  INTEGER PRIMARY KEY,
            oid       BLOB NOT NULL,
            claimed   INTEGER NOT NULL,
            bytes     BLOB NOT NULL,
            signature BLOB NOT NULL
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
            detail      TEXT
        ) STRICT
        """,
        // The hub's image of a row under own pending changes; a pending birth has none.
        """
        CREATE TABLE IF NOT EXISTS lynk_shadow (
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL,
            record   BLOB NOT NULL,
            image    BLOB NOT NULL,
            PRIMARY KEY (table_id, row_key)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE TABLE IF NOT EXISTS lynk_inbox (id INTEGER PRIMARY KEY, page BLOB NOT NULL) STRICT",
        // Divergences, never silently healed.
        """
        CREATE TABLE IF NOT EXISTS lynk_incident (
            id       INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            kind     TEXT NOT NULL,
            ours     BLOB NOT NULL,
            hubs     BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE VIEW IF NOT EXISTS sync_outbox AS
        SELECT sequence, lower(hex(lynk_outbox.oid)) AS oid, claimed >> 16 AS claimed_ms,
            length(bytes) AS bytes, receipt.disposition AS answer
        FROM lynk_outbox LEFT JOIN lynk_receipt AS receipt USING (sequence)
        WHERE sequence > (SELECT settled.sequence FROM lynk_settled AS settled)
        """,
        """
        CREATE VIEW IF NOT EXISTS sync_receipts AS
        SELECT sequence, lower(hex(oid)) AS oid, disposition, number,
            effective >> 16 AS effective_ms, conflicts, problem, detail
        FROM lynk_receipt
        """,
        """
        CREATE VIEW IF NOT EXISTS sync_rejected AS
        SELECT * FROM sync_receipts WHERE disposition IN ('rejected', 'quarantined')
        """,
        """
        CREATE VIEW IF NOT EXISTS sync_incidents AS
        SELECT id, position, kind, lower(hex(ours)) AS ours, lower(hex(hubs)) AS hubs
        FROM lynk_incident
        """,
    ]
}
