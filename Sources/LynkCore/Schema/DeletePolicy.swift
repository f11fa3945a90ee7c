/// What becomes of a delete and an update of one row that did not know each other.
public enum DeletePolicy: String, Hashable, Sendable {
    /// The row stays, or comes back whole, with the update; the delete is kept as a conflict.
    case updateWins
    /// The row goes; the update is kept as a conflict.
    case deleteWins
    /// Rows are never deleted: facts, and what facts refer to.
    case forbidden
}

/// A field that names a row of another table (or of its own).
public struct Reference: Hashable, Sendable {
    /// What the hub does to rows that name a row when that row is deleted.
    public enum OnDelete: String, Hashable, Sendable {
        /// The delete is not applied while a row names it.
        case restrict
        /// The naming rows are deleted too.
        case cascade
        /// The naming fields become NULL.
        case setNull
    }

    public let table: TableID
    public let onDelete: OnDelete

    public init(_ table: TableID, onDelete: OnDelete = .restrict) {
        self.table = table
        self.onDelete = onDelete
    }
}

/// Fields whose values no two rows of a tenant share, judged at the hub in commit order.
///
/// A row with a NULL among them makes no claim. On devices nothing is enforced.
public struct UniqueSchema: Hashable, Sendable {
    /// What becomes of the later claim to the same values.
    public enum Loser: String, Hashable, Sendable {
        /// The hub sets the first field of the claim that may be NULL to NULL.
        case clear
        /// The change set is held.
        case hold
    }

    public let name: String
    public let fields: [String]
    public let loser: Loser

    public init(_ name: String, _ fields: [String], loser: Loser = .clear) {
        self.name = name
        self.fields = fields
        self.loser = loser
    }
}

/// What becomes of the later claim to the same values.
public typealias UniqueLoser = UniqueSchema.Loser
