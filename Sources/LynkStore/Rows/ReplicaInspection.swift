package import LynkCore

/// Where a replica stands at one moment, as a simulator sees it, who knows everything.
package struct ReplicaInspection: Sendable {
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

    init(
        lane: LaneID, cursor: PullCursor, chain: [UInt8], scopes: [Scope], kept: [ContentID],
        pending: [ContentID], durable: VersionVector?, incidents: [String], conflicts: Int,
        isStaging: Bool
    ) {
        self.lane = lane
        self.cursor = cursor
        self.chain = chain
        self.scopes = scopes
        self.kept = kept
        self.pending = pending
        self.durable = durable
        self.incidents = incidents
        self.conflicts = conflicts
        self.isStaging = isStaging
    }

    /// A replica that has nothing yet.
    package init(lane: LaneID) {
        self.init(
            lane: lane, cursor: .start, chain: [], scopes: [], kept: [], pending: [],
            durable: nil, incidents: [], conflicts: 0, isStaging: false)
    }
}

/// What every replica keeps of a conflict that the hub told it.
package struct ToldConflict: Hashable, Sendable {
    package let position: Int64
    package let key: RowKey
    /// `nil` for the row's presence.
    package let field: FieldID?
    package let new: Dot
    package let value: Value

    package init(_ record: ConflictRecord) {
        self.init(
            position: record.position, key: record.key, field: record.field, new: record.new.dot,
            value: record.new.value)
    }

    init(position: Int64, key: RowKey, field: FieldID?, new: Dot, value: Value) {
        self.position = position
        self.key = key
        self.field = field
        self.new = new
        self.value = value
    }
}
