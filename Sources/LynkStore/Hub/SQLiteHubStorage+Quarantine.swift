import LynkCore
import LynkEngine

/// What waits, and names that were lost.
extension SQLiteHubStorage {
    func put(_ record: QuarantineRecord) throws {
        try run(
            """
            INSERT INTO lynk_quarantine (position, oid, tenant, device, user, role, code,
                resolution)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET code = excluded.code, resolution = excluded.resolution
            """
        ) {
            $0.bind(1, record.position)
            $0.bind(2, blob: record.oid.bytes)
            $0.bind(3, blob: record.principal.tenant.bytes)
            $0.bind(4, blob: record.principal.device.bytes)
            $0.bind(5, blob: record.principal.user.bytes)
            $0.bind(6, text: record.principal.role)
            $0.bind(7, text: record.code.rawValue)
            $0.bind(8, record.resolution.map { .text($0.rawValue) } ?? .null)
        }
    }

    func wait(for row: RowName, at position: Int64) throws {
        try run(
            """
            INSERT INTO lynk_waiting (table_id, row_key, position) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING
            """
        ) {
            $0.bind(1, Int64(row.table))
            $0.bind(2, blob: row.key.bytes)
            $0.bind(3, position)
        }
    }

    func waiting(for row: RowName) throws -> [Int64] {
        try all(
            """
            SELECT position FROM lynk_waiting WHERE table_id = ? AND row_key = ? ORDER BY position
            """,
            bind: {
                $0.bind(1, Int64(row.table))
                $0.bind(2, blob: row.key.bytes)
            }
        ) { $0.integer(0) }
    }

    func stopWaiting(at position: Int64) throws {
        try run("DELETE FROM lynk_waiting WHERE position = ?") { $0.bind(1, position) }
    }

    func isAnyWaiting() throws -> Bool {
        try first("SELECT 1 FROM lynk_waiting LIMIT 1") { _ in true } ?? false
    }

    func aliases() throws -> [DotAlias] {
        try all("SELECT era, number, position FROM lynk_alias ORDER BY position, era, number") {
            DotAlias(
                lost: Dot(era: try $0.key(0), number: UInt64(bitPattern: $0.integer(1))),
                position: $0.integer(2))
        }
    }

    func insert(_ alias: DotAlias) throws {
        try run("INSERT INTO lynk_alias (era, number, position) VALUES (?, ?, ?)") {
            $0.bind(1, blob: alias.lost.era.bytes)
            $0.bind(2, Int64(bitPattern: alias.lost.number))
            $0.bind(3, alias.position)
        }
    }

    func keep(_ delivered: DeliveredScopes, of device: DeviceID) throws {
        try run(
            """
            INSERT INTO lynk_scope_set (device, position, hash, scopes, covered)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET hash = excluded.hash, scopes = excluded.scopes,
                covered = excluded.covered
            """
        ) {
            $0.bind(1, blob: device.bytes)
            $0.bind(2, delivered.position)
            $0.bind(3, blob: delivered.hash)
            $0.bind(4, text: ScopeList.encode(delivered.scopes))
            $0.bind(5, text: ScopeList.encode(delivered.covered))
        }
    }
}
