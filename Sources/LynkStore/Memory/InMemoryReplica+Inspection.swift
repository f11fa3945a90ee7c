package import LynkCore
import LynkEngine
import Synchronization

/// What a simulator sees of a replica, who knows everything.
extension InMemoryReplica {
    package func inspect() -> ReplicaInspection {
        memory.withLock { memory in
            let confirmed = memory.confirmed
            return ReplicaInspection(
                lane: memory.lane, cursor: memory.cursor, chain: memory.chain,
                scopes: confirmed.members.map { confirmed.scopes[$0] }.sorted(),
                kept: memory.written.map(\.sealed.oid),
                pending: memory.written(after: memory.progress.settled).map(\.sealed.oid),
                durable: memory.durable, incidents: memory.incidents.map(\.kind.rawValue),
                conflicts: memory.conflicts.count, isStaging: !memory.inbox.isEmpty)
        }
    }

    /// The rows as the hub last gave them, in key order.
    package func confirmedRows(_ table: TableID) -> [NamedRow] {
        memory.withLock { memory in
            let confirmed = memory.confirmed
            return (confirmed.rows[table] ?? [:]).values.sorted { $0.key < $1.key }.map {
                NamedRow(
                    $0, era: { confirmed.eras[$0] }, lane: { confirmed.lanes[$0] },
                    scope: { confirmed.scopes[$0] })
            }
        }
    }

    /// What the hub told of concurrent writes, in the order of its telling.
    package func toldConflicts() -> [ToldConflict] {
        memory.withLock { $0.conflicts.map { ToldConflict($0) } }
    }

    /// The canonical bytes of an own change set that is still kept.
    package func bytes(of oid: ContentID) -> [UInt8]? {
        memory.withLock { $0.written.first { $0.sealed.oid == oid }?.sealed.bytes }
    }
}
