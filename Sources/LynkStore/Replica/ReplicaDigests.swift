import GRDB
import LynkCore
import LynkEngine

/// The digests of a replica's confirmed rows, per scope and table; written back once per
/// transaction.
struct ReplicaDigests {
    private let database: Database
    private var changed: [CommitEffects.DigestName: SetDigest] = [:]

    init(_ database: Database) { self.database = database }

    /// Whether there is any row of the hub's.
    static func isAny(in database: Database) throws -> Bool {
        let select = try HotStatement(database, "SELECT 1 FROM lynk_digest WHERE rows > 0 LIMIT 1")
        defer { select.reset() }
        return try select.step()
    }

    mutating func update(
        _ scope: UInt32, _ table: TableID, _ change: (inout SetDigest) -> Void
    ) throws {
        let name = CommitEffects.DigestName(scope: scope, table: table)
        if changed[name] == nil { changed[name] = try stored(name) }
        change(&changed[name, default: SetDigest()])
    }

    private func stored(_ name: CommitEffects.DigestName) throws -> SetDigest {
        let select = try HotStatement(
            database, "SELECT rows, sum FROM lynk_digest WHERE scope = ? AND table_id = ?")
        select.bind(1, Int64(name.scope))
        select.bind(2, Int64(name.table))
        defer { select.reset() }
        guard try select.step() else { return SetDigest() }
        guard let digest = SetDigest(count: select.integer(0), sum: select.blobView(1)) else {
            throw Problem(.storeFailed, "a digest is damaged")
        }
        return digest
    }

    mutating func flush() throws {
        let write = try HotStatement(
            database,
            """
            INSERT INTO lynk_digest (scope, table_id, rows, sum) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET rows = excluded.rows, sum = excluded.sum
            """)
        for (name, digest) in changed {
            write.bind(1, Int64(name.scope))
            write.bind(2, Int64(name.table))
            write.bind(3, digest.count)
            write.bind(4, blob: digest.sum)
            try write.run()
        }
        changed = [:]
    }

    /// Every digest of the device's scopes, as kept.
    func all() throws -> [CommitEffects.DigestName: SetDigest] {
        let select = try HotStatement(
            database,
            """
            SELECT digest.scope, digest.table_id, digest.rows, digest.sum
            FROM lynk_digest AS digest
            JOIN lynk_scope AS scope ON scope.handle = digest.scope WHERE scope.member = 1
            """)
        defer { select.reset() }
        var found: [CommitEffects.DigestName: SetDigest] = [:]
        while try select.step() {
            guard let digest = SetDigest(count: select.integer(2), sum: select.blobView(3)) else {
                throw Problem(.storeFailed, "a digest is damaged")
            }
            let name = CommitEffects.DigestName(
                scope: try select.handle(0), table: try select.handle(1))
            found[name] = digest
        }
        return found
    }

    /// The root over the scopes that the device has; call it after ``flush()``.
    func root() throws -> [UInt8] {
        var sum = SetDigest()
        let select = try HotStatement(
            database,
            """
            SELECT digest.rows, digest.sum FROM lynk_digest AS digest
            JOIN lynk_scope AS scope ON scope.handle = digest.scope WHERE scope.member = 1
            """)
        defer { select.reset() }
        while try select.step() {
            guard let digest = SetDigest(count: select.integer(0), sum: select.blobView(1)) else {
                throw Problem(.storeFailed, "a digest is damaged")
            }
            sum.formUnion(digest)
        }
        return sum.root
    }
}
