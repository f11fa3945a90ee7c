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
