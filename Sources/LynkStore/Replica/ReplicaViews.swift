import GRDB

/// The views of a device's file that a person may query.
enum ReplicaViews {
    static func create(in database: Database) throws {
        for (name, body) in definitions {
            try database.define("VIEW", name, "CREATE VIEW \(name) AS \(body)")
        }
    }

    private static let definitions = [
        (
            "sync_outbox",
            """
            SELECT sequence, lower(hex(lynk_outbox.oid)) AS oid, claimed >> 16 AS claimed_ms,
                length(bytes) AS bytes, receipt.disposition AS answer,
                (SELECT count(*) FROM lynk_hidden AS hidden
                    WHERE hidden.sequence = lynk_outbox.sequence) AS hidden_rows
            FROM lynk_outbox LEFT JOIN lynk_receipt AS receipt USING (sequence)
            WHERE sequence > (SELECT settled.sequence FROM lynk_settled AS settled)
            """
        ),
        (
            "sync_receipts",
            """
            SELECT sequence, lower(hex(oid)) AS oid, disposition, number,
                effective >> 16 AS effective_ms, conflicts, problem, detail,
                resolution, resolved AS resolved_ms, lower(hex(successor)) AS successor
            FROM lynk_receipt
            """
        ),
        (
            // What waits for a person.
            "sync_rejected",
            """
            SELECT sequence, oid, disposition, number, effective_ms, conflicts, problem, detail
            FROM sync_receipts
            WHERE disposition IN ('rejected', 'quarantined') AND resolution IS NULL
            """
        ),
        (
            "sync_conflicts",
            """
            SELECT id, position, table_name, lower(hex(row_key)) AS row_key, field_name, policy,
                base,
                CASE WHEN new_is_own THEN new WHEN current_is_own THEN current END AS local,
                CASE WHEN new_is_own THEN current ELSE new END AS remote,
                CASE outcome WHEN 'combined' THEN 'both' WHEN 'newWon' THEN
                    CASE WHEN new_is_own THEN 'local' ELSE 'remote' END
                    ELSE CASE WHEN new_is_own THEN 'remote' WHEN current_is_own THEN 'local'
                        ELSE 'earlier' END END AS winner,
                outcome, current, new, effective >> 16 AS effective_ms
            FROM lynk_conflict
            """
        ),
        (
            "sync_incidents",
            """
            SELECT id, position, kind, table_id, lower(hex(row_key)) AS row_key, detail,
                lower(hex(ours)) AS ours, lower(hex(hubs)) AS hubs
            FROM lynk_incident
            """
        ),
        ("sync_status", status),
    ]

    /// One row. `kept` counts what is answered but not durable yet, `durable` what is.
    private static let status = """
        SELECT position, synced AS synced_ms, is_equal,
            (SELECT count(*) FROM lynk_outbox WHERE sequence > answered) AS pending,
            (SELECT count(*) FROM sync_rejected) AS refused,
            (SELECT count(*) FROM lynk_receipt WHERE disposition = 'held') AS held,
            (SELECT count(*) FROM lynk_conflict) AS conflicts,
            (SELECT count(*) FROM lynk_incident) AS incidents,
            (SELECT count(*) FROM lynk_discarded) AS discarded,
            (SELECT count(*) FROM lynk_inbox) AS pages_staged,
            (SELECT count(*) FROM lynk_outbox WHERE sequence <= answered) AS kept,
            coalesce((SELECT max(sequence) FROM lynk_outbox), 0)
                - (SELECT count(*) FROM lynk_outbox) AS durable,
            (SELECT lower(hex(value)) FROM lynk_meta WHERE name = 'lane') AS lane,
            (SELECT count(*) FROM lynk_lane_left) AS lanes_left,
            (SELECT count(*) FROM lynk_scope WHERE member = 1) AS scopes,
            verdict, refusal, refusal_detail, refused AS refused_ms
        FROM lynk_sync, lynk_settled
        """
}

extension Database {
    /// Makes a view or a trigger, or makes it anew when its definition has changed; otherwise the
    /// file is not written.
    func define(_ type: String, _ name: String, _ sql: String) throws {
        let present = try String.fetchOne(
            self, sql: "SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?",
            arguments: [type.lowercased(), name])
        guard present != sql else { return }
        try execute(sql: "DROP \(type) IF EXISTS \(name)")
        try execute(sql: sql)
    }
}
