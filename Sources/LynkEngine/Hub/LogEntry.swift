import LynkCore

/// A lane as the hub has it.
struct LaneState: Hashable, Sendable {
    let head: LaneHead
    /// The effective time of the head: later change sets of the lane take effect after it.
    let effective: HybridTimestamp
    let device: DeviceID
}

/// The place in the hub's order that the next commit takes.
struct CommitSlot: Hashable, Sendable {
    let position: Int64
    let dot: Dot
    /// The hub's tick for this commit.
    let received: HybridTimestamp
}

/// What the log keeps of a change set besides its bytes.
struct LogEntry: Sendable {
    let slot: CommitSlot
    let sealed: SealedChangeSet
    let lane: LaneID
    /// The context, truncated to what this hub has.
    let context: VersionVector
    let receipt: Receipt
    /// What the application derived; decisions are recorded, not recomputed elsewhere.
    let consequences: [RowChange]
    /// What a release or a final rejection is about.
    var subject: ContentID?
}
