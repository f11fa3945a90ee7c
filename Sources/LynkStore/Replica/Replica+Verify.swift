import GRDB
public import LynkCore
import LynkWire
import Synchronization

/// What a replica has and owes; see the views `sync_outbox` and `sync_receipts` for the rows.
public struct ReplicaStatus: Hashable, Sendable {
    public let position: Int64
    public let vector: VersionVector
    public let head: LaneHead?
    /// Change sets without a receipt.
    public let pending: Int
    /// Change sets that the hub refused.
    public let refused: Int
    public let incidents: Int
    public let scopes: Int
    /// Confirmed rows over all scopes and tables.
    public let rows: Int64
    /// ``SetDigest/root`` as kept at the last checkpoint.
    public let root: [UInt8]
}

extension Replica {
    /// What the replica has and owes, as of its last transaction.
    ///
    /// - Throws: ``Problem`` `store_failed` when the file cannot be read.
    public func status() throws -> ReplicaStatus {
        let state = state.withLock { $0 }
        return try pool.read { database in
            func count(_ sql: String) throws -> Int64 {
                try Int64.fetchOne(database, sql: sql) ?? 0
            }
            return ReplicaStatus(
                position: state.cursor.position, vector: state.cursor.vector, head: state.head,
                pending: Int(
                    (state.head?.sequence ?? 0) - min(state.answered, state.head?.sequence ?? 0)),
                refused: Int(try count("SELECT count(*) FROM sync_rejected")),
                incidents: Int(try count("SELECT count(*) FROM lynk_incident")),
                scopes: Int(try count("SELECT count(*) FROM lynk_scope WHERE member = 1")),
                rows: try count(
                    """
                    SELECT coalesce(sum(rows), 0) FROM lynk_digest
                    JOIN lynk_scope ON handle = scope WHERE member = 1
                    """),
                root: state.root)
        }
    }

    /// Recomputes the digest of every confirmed row from scratch and returns its root; equal to
    /// ``ReplicaStatus/root`` unless the file was changed behind the replica's back.
    public func recomputeRoot() throws -> [UInt8] {
        let key = state.withLock { $0.digestKey }
        return try pool.read { database in
            var total = SetDigest()
            let names = try ReplicaNames(database)
            var hasher = RowHasher(digestKey: key)
            var members: Set<UInt32> = []
            let scopes = try HotStatement(
                database, "SELECT handle FROM lynk_scope WHERE member = 1")
            while try scopes.step() { members.insert(UInt32(scopes.integer(0))) }
            scopes.reset()
            func add(_ row: StampedRow, _ table: TableSchema) throws {
                try hasher.write(row, of: table, era: { try names.era($0) })
                for scope in row.record.scopes where members.contains(scope) {
                    let prefix = try hasher.prefix(scope, name: { try names.scope($0) })
                    hasher.insert(into: &total, prefix: prefix)
                }
            }
            for sql in tables.values {
                let all = try HotStatement(database, sql.selectAll)
                while try all.step() {
                    if let row = try all.stampedRow(sql.schema) { try add(row, sql.schema) }
                }
                all.reset()
            }
            for image in try Shadow(database).all(tables) { try add(image.row, image.table) }
            return total.root
        }
    }
}
