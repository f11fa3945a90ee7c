package import LynkCore
import LynkEngine
import Synchronization

/// What a simulator sees of a replica, who knows everything.
extension InMemoryReplica {
    /// Where a replica stands at one moment.
    package struct Inspection: Sendable {
        package let lane: LaneID
        package let cursor: PullCursor
        /// The hub's chain hash at the cursor, as far as it travels.
        package let chain: [UInt8]
        /// Scopes of the last checkpoint, in order.
        package let scopes: [Scope]
        /// Own change sets that are still kept, in chain order.
        package let kept: [ContentID]
        /// Those of them that no checkpoint includes.
        package let pending: [ContentID]
        package let durable: VersionVector?
        /// Kinds of the incidents, in order.
        package let incidents: [String]
        package let conflicts: Int
        package let isStaging: Bool
    }

    package func inspect() -> Inspection {
        memory.withLock { memory in
            let confirmed = memory.confirmed
            return Inspection(
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
    package func conflictRecords() -> [ConflictRecord] { memory.withLock { $0.conflicts } }

    /// The canonical bytes of an own change set that is still kept.
    package func bytes(of oid: ContentID) -> [UInt8]? {
        memory.withLock { $0.written.first { $0.sealed.oid == oid }?.sealed.bytes }
    }
}
