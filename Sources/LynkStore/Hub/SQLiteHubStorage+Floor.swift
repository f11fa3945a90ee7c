import LynkCore
import LynkEngine

/// Forgetting what is kept for causality alone.
extension SQLiteHubStorage {
    func collect(through floor: Int64) throws {
        let gone = try all(
            "SELECT DISTINCT row FROM lynk_change WHERE row < 0 AND position <= ?",
            bind: { $0.bind(1, floor) }
        ) { $0.integer(0) }
        for number in gone {
            if let (table, tombstone) = try tombstone(number) {
                try run("DELETE FROM lynk_version WHERE table_id = ? AND row_key = ?") {
                    $0.bind(1, Int64(table))
                    $0.bind(2, blob: tombstone.row.key.bytes)
                }
            }
            try remove(tombstone: number)
        }
        for sql in [
            "DELETE FROM lynk_change WHERE row < 0 AND position <= ?",
            "DELETE FROM lynk_conflict_scope WHERE position <= ?",
            "DELETE FROM lynk_conflict WHERE position <= ?",
            "DELETE FROM lynk_history WHERE position <= ?",
        ] { try run(sql) { $0.bind(1, floor) } }
        // The newest set at or below the floor still says what contexts from there on cover.
        try run(
            """
            DELETE FROM lynk_scope_set WHERE position < (
                SELECT max(newest.position) FROM lynk_scope_set AS newest
                WHERE newest.device = lynk_scope_set.device AND newest.position <= ?)
            """
        ) { $0.bind(1, floor) }
    }

    func dropBody(at position: Int64) throws {
        try run("UPDATE lynk_log SET body = X'', consequences = NULL WHERE position = ?") {
            $0.bind(1, position)
        }
    }
}
