/// A write that a policy did not simply let through, kept whole for people.
public struct Conflict: Hashable, Sendable {
    /// Which of the two values stands now.
    public enum Outcome: String, Hashable, Sendable {
        case newWon, currentWon
        /// Neither: the policy made one value of both.
        case combined
        /// Not concurrent, and the policy does not allow the step.
        case refused
    }

    public let table: TableID
    public let key: RowKey
    /// `nil` for the row's presence: 1 stands for a row that is there, NULL for none.
    public let field: FieldID?
    public let outcome: Outcome
    public let policy: String
    /// What the author of the new value had seen in the field, where that can be told.
    public var base: Value?
    public let current: Value
    public let currentStamp: Stamp
    public let new: Value
    public let newStamp: Stamp

    public init(
        table: TableID, key: RowKey, field: FieldID?, outcome: Outcome, policy: String,
        base: Value? = nil, current: Value, currentStamp: Stamp, new: Value, newStamp: Stamp
    ) {
        self.table = table
        self.key = key
        self.field = field
        self.outcome = outcome
        self.policy = policy
        self.base = base
        self.current = current
        self.currentStamp = currentStamp
        self.new = new
        self.newStamp = newStamp
    }
}
