/// A concurrent write that a policy decided, as a hub tells it to the devices that see the row.
public struct ConflictRecord: Hashable, Sendable {
    /// What became of the newer of the two in the hub's order.
    public enum Outcome: UInt8, Hashable, Sendable, CaseIterable {
        case newWon = 0
        case currentWon = 1
        /// Both are in force, as with a set or several live values.
        case combined = 2
        case refused = 3
    }

    /// One side: what was written, and by whom.
    public struct Side: Hashable, Sendable {
        public let value: Value
        public let dot: Dot
        public let author: LaneID
        public let effective: HybridTimestamp

        public init(value: Value, dot: Dot, author: LaneID, effective: HybridTimestamp) {
            self.value = value
            self.dot = dot
            self.author = author
            self.effective = effective
        }
    }

    /// The hub's position of the commit that met the conflict.
    public let position: Int64
    public let table: TableID
    public let key: RowKey
    /// `nil` when the conflict is about the row's presence.
    public let field: FieldID?
    /// The name of the policy that decided.
    public let policy: String
    public let outcome: Outcome
    /// What both started from, when it is known.
    public let base: Value?
    public let current: Side
    public let new: Side
    /// The change set that brought the new side.
    public let oid: ContentID

    public init(
        position: Int64, table: TableID, key: RowKey, field: FieldID?, policy: String,
        outcome: Outcome, base: Value?, current: Side, new: Side, oid: ContentID
    ) {
        self.position = position
        self.table = table
        self.key = key
        self.field = field
        self.policy = policy
        self.outcome = outcome
        self.base = base
        self.current = current
        self.new = new
        self.oid = oid
    }
}
