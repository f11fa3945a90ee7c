/// A read for people, as data: the store prepares and runs it, and a test prepares them all.
public struct Query: Sendable {
    /// What the caller gives, by name.
    public struct Parameter: Sendable {
        public let name: String
        public let type: FieldType

        public init(_ name: String, _ type: FieldType) {
            self.name = name
            self.type = type
        }
    }

    /// What the SELECT returns at one place, in order.
    public struct Column: Sendable {
        public let name: String
        public let type: FieldType

        public init(_ name: String, _ type: FieldType) {
            self.name = name
            self.type = type
        }
    }

    public let name: String
    /// One SELECT; parameters are `:name`.
    public let sql: String
    public let parameters: [Parameter]
    public let columns: [Column]
    /// Roles that may run it; an operator may run all.
    public let roles: [String]
    /// How it is read page by page; `nil` for one that answers at once.
    public let keyset: Keyset?

    /// The order of an answer that is read page by page: by these of its columns, which are never
    /// NULL and name each row.
    ///
    /// The SELECT has a parameter `:after_` with each column's name, beyond which it answers, and
    /// `:row_limit`.
    public struct Keyset: Sendable {
        public let columns: [String]
        public let isDescending: Bool

        public init(_ columns: [String], isDescending: Bool = false) {
            self.columns = columns
            self.isDescending = isDescending
        }
    }

    public init(
        _ name: String, sql: String, parameters: [Parameter] = [], columns: [Column],
        roles: [String] = [], keyset: Keyset? = nil
    ) {
        self.keyset = keyset
        self.name = name
        self.sql = sql
        self.parameters = parameters
        self.columns = columns
        self.roles = roles
    }
}

/// Turns a file that a person made into changes; every row is validated before any is used.
public struct Importer: Sendable {
    public let name: String
    /// The columns that the header line must have, in any order.
    public let columns: [String]
    /// - Throws: ``ImportProblem`` naming line and column.
    public let changes: @Sendable (_ text: String, _ tenant: TenantID) throws -> [RowChange]

    public init(
        _ name: String, columns: [String],
        changes: @escaping @Sendable (_ text: String, _ tenant: TenantID) throws -> [RowChange]
    ) {
        self.name = name
        self.columns = columns
        self.changes = changes
    }
}

/// What is wrong with an imported file: nothing of it was stored.
public struct ImportProblem: Error, Hashable, Sendable {
    /// From 1, the header included, as an editor counts.
    public let line: Int
    public let column: String
    public let reason: String

    public init(line: Int, column: String, reason: String) {
        self.line = line
        self.column = column
        self.reason = reason
    }
}
