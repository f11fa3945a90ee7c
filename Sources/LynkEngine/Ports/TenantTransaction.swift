public import LynkCore

/// A lane as the hub has it.
public struct LaneState: Hashable, Sendable {
    public let head: LaneHead
    /// The effective time of the head: later change sets of the lane take effect after it.
    public let effective: HybridTimestamp
    public let device: DeviceID

    public init(head: LaneHead, effective: HybridTimestamp, device: DeviceID) {
        self.head = head
        self.effective = effective
        self.device = device
    }
}

/// The place in the hub's order that the next commit takes.
public struct CommitSlot: Hashable, Sendable {
    public let position: Int64
    public let dot: Dot
    /// The hub's tick for this commit.
    public let received: HybridTimestamp

    public init(position: Int64, dot: Dot, received: HybridTimestamp) {
        self.position = position
        self.dot = dot
        self.received = received
    }
}

/// What the log keeps of a change set besides its bytes.
public struct LogEntry: Sendable {
    public let slot: CommitSlot
    public let sealed: SealedChangeSet
    public let lane: LaneID
    /// The context, truncated to what this hub has.
    public let context: VersionVector
    public let receipt: Receipt
    /// What the application derived; decisions are recorded, not recomputed elsewhere.
    public let consequences: [RowChange]

    public init(
        slot: CommitSlot, sealed: SealedChangeSet, lane: LaneID, context: VersionVector,
        receipt: Receipt, consequences: [RowChange]
    ) {
        self.slot = slot
        self.sealed = sealed
        self.lane = lane
        self.context = context
        self.receipt = receipt
        self.consequences = consequences
    }
}

/// One open commit transaction of a tenant, as admission sees it.
///
/// The store opens the transaction and a savepoint per change set, and calls admission inside;
/// appending to the log is the last step of a change set. Coarse on purpose: merging runs in
/// bulk inside the store.
public protocol TenantTransaction: AnyObject, TenantView {
    /// The receipt given before for this content, if any.
    func receipt(for oid: ContentID) throws -> Receipt?
    func lane(_ id: LaneID) throws -> LaneState?
    /// The context without what this hub lacks: a meet, never more.
    func truncate(_ context: VersionVector) -> VersionVector
    /// The hub time of the latest commit that the vector contains.
    func hubTime(of vector: VersionVector) throws -> HybridTimestamp
    /// The next position, dot and tick; taken by ``append(_:)``.
    func nextSlot(wallMilliseconds: Int64) -> CommitSlot
    /// A writer with stamp handles of this store.
    func writer(
        for sealed: SealedChangeSet, in lane: LaneID, at slot: CommitSlot,
        effective: HybridTimestamp, context: VersionVector
    ) throws -> Writer
    /// The hub itself as the writer of consequences, under the same dot.
    func hubWriter(
        for sealed: SealedChangeSet, at slot: CommitSlot, effective: HybridTimestamp
    ) throws -> Writer
    /// Merges all changes and keeps the conflicts.
    ///
    /// - Throws: ``Problem`` when one of them cannot be applied; the savepoint is rolled back.
    func merge(_ changes: [RowChange], by writer: Writer, at slot: CommitSlot) throws -> [Conflict]
    func append(_ entry: LogEntry) throws
    /// Runs `body` in a savepoint: when it throws, nothing of it remains.
    func savepoint<T>(_ body: () throws -> T) throws -> T
    /// Makes a change set of the hub's own, chained to the head of its lane.
    func seal(
        _ changes: [RowChange], intent: Intent, by principal: Principal, in lane: LaneID,
        made: ClockReading
    ) throws -> SealedChangeSet
}
