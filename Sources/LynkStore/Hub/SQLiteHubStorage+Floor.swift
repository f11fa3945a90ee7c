import LynkCore
import LynkEngine

/// Forgetting what is kept for causality alone.
extension SQLiteHubStorage {
    func forget(_ row: RowName, at position: Int64) throws {
        try run(
            "DELETE FROM lynk_history WHERE table_id = ? AND row_key = ? AND position = ?"
        ) { Self.bind(row, at: position, to: $0) }
    }

    func forgetLive(of row: RowName) throws {
        try run("DELETE FROM lynk_version WHERE table_id = ? AND row_key = ?") {
            $0.bind(1, Int64(row.table))
            $0.bind(2, blob: row.key.bytes)
        }
    }

    /// Numbers of conflicts ascend with their positions, so the oldest stand first.
    func forgetConflicts(through floor: Int64, limit: Int) throws -> Int {
        let oldest = try all(
            "SELECT id, position FROM lynk_conflict ORDER BY id LIMIT ?",
            bind: { $0.bind(1, Int64(limit)) }
        ) { (number: $0.integer(0), position: $0.integer(1)) }
        let gone = oldest.prefix { $0.position <= floor }
        for conflict in gone {
            for sql in [
                "DELETE FROM lynk_conflict_scope WHERE conflict = ?",
                "DELETE FROM lynk_conflict WHERE id = ?",
            ] { try run(sql) { $0.bind(1, conflict.number) } }
        }
        return gone.count
    }

    func forgetScopeSets(through floor: Int64, limit: Int) throws -> Int {
        let gone = try all(
            """
            SELECT device, position FROM lynk_scope_set WHERE position < (
                SELECT max(newest.position) FROM lynk_scope_set AS newest
                WHERE newest.device = lynk_scope_set.device AND newest.position <= ?)
            LIMIT ?
            """,
            bind: {
                $0.bind(1, floor)
                $0.bind(2, Int64(limit))
            }
        ) { (device: $0.blob(0), position: $0.integer(1)) }
        for set in gone {
            try run("DELETE FROM lynk_scope_set WHERE device = ? AND position = ?") {
                $0.bind(1, blob: set.device)
                $0.bind(2, set.position)
            }
        }
        return gone.count
    }

    func dropBody(at position: Int64) throws {
        try run("UPDATE lynk_log SET body = X'', consequences = NULL WHERE position = ?") {
            $0.bind(1, position)
        }
    }
}
