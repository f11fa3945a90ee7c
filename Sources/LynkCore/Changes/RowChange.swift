/// What one change set does to one row.
public struct RowChange: Hashable, Sendable {
    /// What happens to the row as a whole.
    public enum Kind: UInt8, Hashable, Sendable {
        /// The birth of the row: the key was minted by this change set's author.
        case insert = 0
        case update = 1
        case delete = 2
    }

    /// A field and its new value.
    public struct Put: Hashable, Sendable {
        public let field: FieldID
        public let value: Value

        public init(_ field: FieldID, _ value: Value) {
            self.field = field
            self.value = value
        }
    }

    /// A counter and what to add to it.
    public struct Add: Hashable, Sendable {
        public let field: FieldID
        public let delta: Int64

        public init(_ field: FieldID, _ delta: Int64) {
            self.field = field
            self.delta = delta
        }
    }

    public let table: TableID
    public let key: RowKey
    public let kind: Kind
    /// Ascending by field, each field once; an insert leaves out what equals the default.
    public let puts: [Put]
    /// Ascending by field, each field once.
    public let adds: [Add]
    /// Ascending by field, each field once; only for sets.
    public let edits: [SetEdit]

    public init(
        table: TableID, key: RowKey, kind: Kind, puts: [Put] = [], adds: [Add] = [],
        edits: [SetEdit] = []
    ) {
        self.table = table
        self.key = key
        self.kind = kind
        self.puts = puts.sorted { $0.field < $1.field }
        self.adds = adds.sorted { $0.field < $1.field }
        self.edits = edits.sorted { $0.field < $1.field }
    }

    /// For a decoder that has seen that all are ascending, each field once.
    package init(
        table: TableID, key: RowKey, kind: Kind, ordered puts: [Put], adds: [Add],
        edits: [SetEdit] = []
    ) {
        self.table = table
        self.key = key
        self.kind = kind
        self.puts = puts
        self.adds = adds
        self.edits = edits
    }

    /// The value that the change puts into the field; `nil` when it puts none.
    public func put(_ field: FieldID) -> Value? { puts.first { $0.field == field }?.value }
}
