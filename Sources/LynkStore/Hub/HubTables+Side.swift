extension HubTables {
    /// What stands beside the rows and the log.
    static let side = [
        // Deleted rows with their last image; the change index names them by the negative id.
        """
        CREATE TABLE IF NOT EXISTS lynk_tombstone (
            id       INTEGER PRIMARY KEY,
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL CHECK (length(row_key) = 16),
            image    BLOB NOT NULL,
            deleted  BLOB NOT NULL,
            UNIQUE (table_id, row_key)
        ) STRICT
        """,
        // Live versions of fields whose value alone does not tell them; field 0 is the presence.
        """
        CREATE TABLE IF NOT EXISTS lynk_version (
            table_id  INTEGER NOT NULL,
            row_key   BLOB NOT NULL,
            field     INTEGER NOT NULL,
            place     INTEGER NOT NULL,
            value     ANY,
            era       INTEGER NOT NULL,
            number    INTEGER NOT NULL,
            effective INTEGER NOT NULL,
            author    INTEGER NOT NULL,
            oid       BLOB,
            PRIMARY KEY (table_id, row_key, field, place)
        ) STRICT, WITHOUT ROWID
        """,
        // Which commits updated or deleted a row: how the base of a conflict is found.
        """
        CREATE TABLE IF NOT EXISTS lynk_history (
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (table_id, row_key, position)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS lynk_conflict (
            id                INTEGER PRIMARY KEY,
            position          INTEGER NOT NULL,
            table_id          INTEGER NOT NULL,
            row_key           BLOB NOT NULL,
            field             INTEGER,
            policy            TEXT NOT NULL,
            outcome           TEXT NOT NULL,
            has_base          INTEGER NOT NULL,
            base              ANY,
            current_value     ANY,
            current_era       INTEGER NOT NULL,
            current_number    INTEGER NOT NULL,
            current_effective INTEGER NOT NULL,
            current_author    INTEGER NOT NULL,
            new_value         ANY,
            new_era           INTEGER NOT NULL,
            new_number        INTEGER NOT NULL,
            new_effective     INTEGER NOT NULL,
            new_author        INTEGER NOT NULL,
            new_oid           BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE INDEX IF NOT EXISTS lynk_conflict_row ON lynk_conflict (table_id, row_key)
        """,
        """
        CREATE TABLE IF NOT EXISTS lynk_conflict_scope (
            scope    INTEGER NOT NULL,
            position INTEGER NOT NULL,
            conflict INTEGER NOT NULL,
            PRIMARY KEY (scope, position, conflict)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE INDEX IF NOT EXISTS lynk_conflict_scope_conflict ON lynk_conflict_scope (conflict)
        """,
        // Quarantined change sets; their bytes stay in the log.
        """
        CREATE TABLE IF NOT EXISTS lynk_quarantine (
            position   INTEGER PRIMARY KEY,
            oid        BLOB NOT NULL,
            tenant     BLOB NOT NULL,
            device     BLOB NOT NULL,
            user       BLOB NOT NULL,
            role       TEXT NOT NULL,
            code       TEXT NOT NULL,
            resolution TEXT
        ) STRICT
        """,
        """
        CREATE INDEX IF NOT EXISTS lynk_quarantine_open ON lynk_quarantine (device)
        WHERE resolution IS NULL
        """,
        // Which births the quarantined ones wait for.
        """
        CREATE TABLE IF NOT EXISTS lynk_waiting (
            table_id INTEGER NOT NULL,
            row_key  BLOB NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (table_id, row_key, position)
        ) STRICT, WITHOUT ROWID
        """,
        // Dots that were lost with an era, and where their change sets stand now.
        """
        CREATE TABLE IF NOT EXISTS lynk_alias (
            era      BLOB NOT NULL,
            number   INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (era, number)
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
