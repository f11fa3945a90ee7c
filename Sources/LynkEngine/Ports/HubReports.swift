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
        /// What it did to the row, its author's changes first; empty when its bytes were collected.
        public let changes: [RowChange]
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
    }

    public let isDeleted: Bool
    public let generation: UInt32
    public let steps: [Step]
    public let standing: [Standing]
}
