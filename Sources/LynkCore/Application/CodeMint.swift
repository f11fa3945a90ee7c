/// One-time codes that a device asks its hub for while it is online.
///
/// The code is in the answer and nowhere else; what the hub keeps is in the changes.
public struct CodeMint: Sendable {
    /// Roles that may ask.
    public let roles: [String]
    /// What a code is about: one parameter, `payment`, the key in the address.
    public let lookup: Query
    /// - Parameter drawn: from the system's random source.
    /// - Throws: ``Problem`` `not_found` for what is not this principal's, `confirmation_limit`
    ///   for what was asked for just before.
    public let issue: @Sendable (_ request: CodeRequest, _ drawn: UInt64) throws -> IssuedCode
    /// Told once the changes of a code are durable, before it is in an answer. It may forget.
    public let kept: @Sendable (_ request: CodeRequest) -> Void

    public init(
        roles: [String], lookup: Query,
        issue: @escaping @Sendable (_ request: CodeRequest, _ drawn: UInt64) throws -> IssuedCode,
        kept: @escaping @Sendable (_ request: CodeRequest) -> Void = { _ in }
    ) {
        self.roles = roles
        self.lookup = lookup
        self.issue = issue
        self.kept = kept
    }
}

/// Who asks for a code, and for what.
public struct CodeRequest: Sendable {
    public let principal: Principal
    public let subject: RowKey
    /// What ``CodeMint/lookup`` found.
    public let rows: [[Value]]
    /// The hub's clock, since 1970.
    public let milliseconds: Int64

    public init(
        principal: Principal, subject: RowKey, rows: [[Value]], milliseconds: Int64
    ) {
        self.principal = principal
        self.subject = subject
        self.rows = rows
        self.milliseconds = milliseconds
    }
}

/// A code for the answer, and what the hub commits before it answers.
public struct IssuedCode: Sendable {
    public let code: String
    public let changes: [RowChange]

    public init(code: String, changes: [RowChange]) {
        self.code = code
        self.changes = changes
    }
}
