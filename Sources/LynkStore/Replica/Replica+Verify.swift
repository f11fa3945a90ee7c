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
    /// Change sets that the hub took and this device keeps, because no backup of the hub has them.
    public internal(set) var kept = 0
    public let scopes: Int
    /// Confirmed rows over all scopes and tables.
    public let rows: Int64
    /// ``SetDigest/root`` as kept at the last checkpoint.
    public let root: [UInt8]
    /// The lane that this replica writes in.
    public let lane: LaneID
    /// What the hub has said to be in a backup; nothing until it has made the first one.
    public let durable: VersionVector
    /// The eras that the replica knows, of hubs before and now.
    public let eras: [EraRecord]
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
                kept: Int(
                    try count(
                        """
                        SELECT count(*) FROM lynk_outbox WHERE sequence <= \(state.answered)
                            AND sequence < (SELECT max(sequence) FROM lynk_outbox)
                        """)),
                scopes: Int(try count("SELECT count(*) FROM lynk_scope WHERE member = 1")),
                rows: try count(
                    """
                    SELECT coalesce(sum(rows), 0) FROM lynk_digest
                    JOIN lynk_scope ON handle = scope WHERE member = 1
                    """),
                root: state.root, lane: state.lane, durable: state.durable,
                eras: state.graph.records.values.sorted { $0.era < $1.era })
        }
    }

    /// Recomputes the digest of every confirmed row from scratch and returns its root; equal to
    /// ``ReplicaStatus/root`` unless the file was changed behind the replica's back.
    public func recomputeRoot() throws -> [UInt8] {
        let key = state.withLock { $0.digestKey }
        return try pool.read { database in
            var total = SetDigest()
            let digests = try ConfirmedRows(database, tables: tables).digests(key)
            for (_, digest) in digests { total.formUnion(digest) }
            return total.root
        }
    }
}
