public import LynkCore

/// The clocks of one tenant at its hub.
public struct ClockReport: Sendable {
    /// One lane, live or retired.
    public struct Lane: Sendable {
        public let id: LaneID
        public let device: DeviceID
        /// `nil` for one that has no change set here.
        public let head: LaneHead?
        /// The effective time of the head.
        public let effective: HybridTimestamp
        /// Whether a copy of the device's file would be found out by its token.
        public let hasRatchet: Bool
    }

    public let hub: HubID
    public let eras: [EraRecord]
    public let vector: VersionVector
    public let durable: VersionVector
    /// Nothing at or below this position is kept for causality alone.
    public let floor: Int64
    public let position: Int64
    public let lanes: [Lane]
}

/// How far a tenant's floor may go, and why not further.
public struct FloorReport: Sendable, Hashable {
    /// Ninety days.
    public static let usualAgeMilliseconds: Int64 = 90 * 24 * 3_600_000

    /// What the floor waits for before it goes beyond the target.
    public enum Wait: String, Sendable, Hashable {
        /// Nothing of the tenant is durable: no backup has completed.
        case backup
        /// Commits above it are old enough, but made after the last backup.
        case newerBackup = "newer_backup"
        /// Commits above it are not old enough yet.
        case age
        /// There is no commit above it.
        case commits
    }

    /// What would be forgotten, and is kept for causality alone.
    public struct Forgettable: Sendable, Hashable {
        public var commits: Int64 = 0
        /// Of change sets whose bytes go.
        public var bytes: Int64 = 0
        public var tombstones: Int64 = 0
        public var conflicts: Int64 = 0

        public init() {}
    }

    /// Nothing at or below this position is kept for causality alone.
    public let floor: Int64
    /// Where the floor may go now: durable and old enough.
    public let target: Int64
    public let head: Int64
    public let wait: Wait
    /// When the first commit above the target came; `nil` when there is none.
    public let nextMilliseconds: Int64?
    public let forgettable: Forgettable?

    public init(
        floor: Int64, target: Int64, head: Int64, wait: Wait, nextMilliseconds: Int64? = nil,
        forgettable: Forgettable? = nil
    ) {
        self.floor = floor
        self.target = target
        self.head = head
        self.wait = wait
        self.nextMilliseconds = nextMilliseconds
        self.forgettable = forgettable
    }
}

/// One durable step of the floor.
public struct FloorStep: Sendable, Hashable {
    /// Rows that a step may touch: some milliseconds of a tenant's commit thread.
    public static let usualWork = 1_000

    public let floor: Int64
    /// Call again: something at or below the target is left.
    public let hasMore: Bool

    public init(floor: Int64, hasMore: Bool) {
        self.floor = floor
        self.hasMore = hasMore
    }
}

/// How a row became what it is.
public struct RowHistory: Sendable {
    /// One commit that concerns the row.
    public struct Step: Sendable {
        public let position: Int64
        public let dot: Dot
        public let oid: ContentID
        public let lane: LaneID
        public let device: DeviceID
        public let effective: HybridTimestamp
        public let received: HybridTimestamp
        public let intent: Intent?
        public let disposition: Disposition
        /// What its author had seen, truncated to what the hub has.
        public let context: VersionVector
        /// What its author's device said the time was; `nil` when its bytes were collected.
        public let claimed: HybridTimestamp?
        /// What its author did to the row; empty when its bytes were collected.
        public let changes: [RowChange]
        /// What followed from it for the row, written by the hub.
        public let consequences: [RowChange]
    }

    /// How the write that stands stood to the one that it had to win against.
    public enum Relation: String, Sendable {
        /// Nobody else wrote the field.
        case onlyWrite
        /// Its author had seen the other write.
        case known
        /// Neither had seen the other.
        case concurrent
        /// The other write's author had seen this one, and the policy did not allow the step.
        case refused
        /// Too long ago: what was known then is not kept.
        case forgotten
    }

    /// What decided between two writes.
    public enum Ground: String, Sendable {
        /// The later of two writes in the order of cause and effect.
        case cause
        /// The policy's own order of values, or its way of making one of two.
        case policy
        case laterEffectiveTime, earlierEffectiveTime
        /// Equal effective times: the order of the content ids.
        case greaterContentID, lesserContentID
    }

    /// Why the value of a field stands.
    public struct Standing: Sendable {
        public let field: FieldID
        public let value: Value
        /// The commit that wrote it.
        public let dot: Dot
        public let effective: HybridTimestamp
        public let author: LaneID
        /// The policy's name, and the conflicts that it decided, oldest first.
        public let policy: String
        public let conflicts: [ConflictRecord]
        public let relation: Relation
        /// The write that it won against, if there was one.
        public let other: Dot?
        /// `nil` when there was nothing to decide, or when it is not known any more.
        public let ground: Ground?
    }

    public let isDeleted: Bool
    public let generation: UInt32
    /// Older commits are left out, for their number or their size.
    public let isCut: Bool
    public let steps: [Step]
    public let standing: [Standing]
}
