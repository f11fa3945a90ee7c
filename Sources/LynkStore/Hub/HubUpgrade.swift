import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// Brings a file of an earlier format to this one, in the transaction that opens it.
enum HubUpgrade {
    static func toSecondFormat(_ database: Database) throws {
        for statement in [
            // SQLite cannot take a NOT NULL from a column.
            "ALTER TABLE lynk_era RENAME TO lynk_era_before",
            """
            CREATE TABLE lynk_era (
                handle  INTEGER PRIMARY KEY,
                era     BLOB NOT NULL UNIQUE CHECK (length(era) = 16),
                hub     BLOB NOT NULL,
                parents BLOB NOT NULL,
                base    INTEGER
            ) STRICT
            """,
            "INSERT INTO lynk_era SELECT handle, era, hub, parents, base FROM lynk_era_before",
            "DROP TABLE lynk_era_before",
            "ALTER TABLE lynk_lane ADD COLUMN token BLOB NOT NULL DEFAULT X''",
            "ALTER TABLE lynk_lane ADD COLUMN token_before BLOB NOT NULL DEFAULT X''",
            "ALTER TABLE lynk_log ADD COLUMN subject BLOB",
            "ALTER TABLE lynk_log ADD COLUMN chain BLOB NOT NULL DEFAULT X''",
            "ALTER TABLE lynk_scope_set ADD COLUMN covered TEXT NOT NULL DEFAULT ''",
            "UPDATE lynk_scope_set SET covered = scopes",
            "ALTER TABLE lynk_conflict RENAME TO lynk_conflict_before",
        ] { try database.execute(sql: statement) }
        try chain(database)
    }

    /// The first format had no chain: it is taken over the commits that are there.
    private static func chain(_ database: Database) throws {
        var chain = CommitChain.start
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT log.position, log.oid, era.era, log.number, log.effective, log.disposition
                FROM lynk_log AS log JOIN lynk_era AS era ON era.handle = log.era
                ORDER BY log.position
                """)
        for row in rows {
            let number = try row.integer("number")
            let effective = try row.integer("effective")
            guard let oid = ContentID(bytes: try row.bytes("oid")),
                let era = EraID(bytes: try row.bytes("era")),
                let disposition = Disposition(rawValue: try row.words("disposition"))
            else { throw Problem(.storeFailed, "the log is damaged") }
            chain = CommitChain.next(
                chain, oid: oid, dot: Dot(era: era, number: UInt64(bitPattern: number)),
                effective: HybridTimestamp(rawValue: UInt64(bitPattern: effective)),
                disposition: disposition)
            let position = try row.integer("position")
            try database.execute(
                sql: "UPDATE lynk_log SET chain = ? WHERE position = ?",
                arguments: [Data(chain), position])
        }
    }

    /// Conflicts named their field by name and kept less of both sides. They are not sent again:
    /// nobody was told of them, and the rows that they were about are known.
    static func conflicts(_ database: Database, _ schema: Schema) throws {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT c.position, c.table_id, c.row_key, c.field, c.policy, c.outcome,
                    c.current_value, c.current_era, c.current_number, standing.effective,
                    standing.lane, c.new_value, log.era, log.number, log.effective, log.lane,
                    log.oid
                FROM lynk_conflict_before AS c
                JOIN lynk_log AS log ON log.position = c.position
                JOIN lynk_log AS standing ON standing.era = c.current_era
                    AND standing.number = c.current_number
                ORDER BY c.id
                """)
        for row in rows {
            let name = try row.wordsIfAny("field")
            let table = try row.integer("table_id")
            let field = TableID(exactly: table).flatMap { schema.table($0) }?.fields
                .first { $0.name == name }
            let values = Array(row.databaseValues)
            var arguments = Array(values[0...2])
            arguments.append((field.map { Int64($0.id) }).databaseValue)
            arguments += values[4...16]
            try database.execute(
                sql: """
                    INSERT INTO lynk_conflict (position, table_id, row_key, field, policy, outcome,
                        current_value, current_era, current_number, current_effective,
                        current_author, new_value, new_era, new_number, new_effective, new_author,
                        new_oid, has_base)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
                    """, arguments: StatementArguments(arguments))
        }
        try database.execute(sql: "DROP TABLE lynk_conflict_before")
        try quarantine(database)
    }

    /// The first format kept the bytes of quarantined change sets, but not on whose behalf they
    /// came. Their device is known; they are judged again as of nobody's role.
    private static func quarantine(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO lynk_quarantine (position, oid, tenant, device, user, role, code)
                SELECT log.position, log.oid, meta.value, lane.device, zeroblob(16), '',
                    coalesce(log.problem, 'internal_failure')
                FROM lynk_log AS log JOIN lynk_lane AS lane ON lane.handle = log.lane
                JOIN lynk_meta AS meta ON meta.name = 'tenant'
                WHERE log.disposition = 'quarantined'
                """)
    }

    /// The second format did not keep where lanes begin: the first change set of each tells it,
    /// where its bytes are still there. A lane without them has none, which costs conflicts.
    static func toThirdFormat(_ database: Database) throws {
        let columns = try database.columns(in: "lynk_lane").map(\.name)
        if !columns.contains("fork") {
            try database.execute(sql: "ALTER TABLE lynk_lane ADD COLUMN fork INTEGER")
            try database.execute(sql: "ALTER TABLE lynk_lane ADD COLUMN fork_effective INTEGER")
        }
        let first = try Row.fetchAll(
            database,
            sql: """
                SELECT log.lane, log.body, lane.device
                FROM (SELECT min(position) AS position FROM lynk_log GROUP BY lane) AS start
                JOIN lynk_log AS log ON log.position = start.position
                JOIN lynk_lane AS lane ON lane.handle = log.lane
                """)
        for row in first {
            let bytes = try row.bytes("body")
            guard !bytes.isEmpty, let previous = try? ChangeSetCodec.offered(bytes).content.previous
            else { continue }
            try database.execute(
                sql: """
                    UPDATE lynk_lane SET (fork, fork_effective) = (
                        SELECT log.lane, log.effective
                        FROM lynk_oid AS oid JOIN lynk_log AS log ON log.position = oid.position
                        JOIN lynk_lane AS lane ON lane.handle = log.lane
                        WHERE oid.oid = ? AND lane.device = ?)
                    WHERE handle = ?
                    """,
                arguments: [
                    Data(previous.bytes), Data(try row.bytes("device")), try row.integer("lane"),
                ])
        }
    }
}
