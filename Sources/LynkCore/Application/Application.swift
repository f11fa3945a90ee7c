/// A domain on top of the engine: schema, visibility and rules as pure functions.
///
/// The hub calls it inside the commit transaction; a client may link the same rules for
/// pre-checks. Nothing here reads a clock, draws chance or keeps state.
public protocol Application: Sendable {
    var schema: Schema { get }
    /// The roles that an enrolment may name.
    var roles: [String] { get }
    /// Queries that a back office may run, by name.
    var queries: [Query] { get }
    /// Files that a back office may import, by name.
    var importers: [Importer] { get }

    /// One-time codes that a device may ask for while it is online.
    var codes: CodeMint? { get }

    /// One or two scopes for a row that is born with these values; never changed afterwards.
    ///
    /// - Parameter effective: when the birth took effect, for scopes that are cut by month.
    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope]

    /// What this principal may see, from rows of the tenant.
    ///
    /// - Parameter now: the hub's time, for scopes that leave the set with age.
    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet

    /// What becomes of a change set, judged before it is merged.
    func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict

    /// Why nobody can put a change set in force: it says what the application cannot count with,
    /// or what is the hub's alone to say. Asked where an operator releases what ``judge(_:in:)``
    /// kept back, who may set aside everything else.
    func flaw(in submission: Submission, in view: any TenantView) throws -> Problem?

    /// The rows that the hub derives from a merged change set: the view shows its effect.
    ///
    /// - Returns: changes by the hub itself, applied in the same transaction under the same dot.
    func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange]

    /// One value of two that were written without knowledge of each other, for fields of the
    /// policy ``MergePolicy/custom(name:version:)``. Commutative, associative and idempotent.
    func resolve(_ name: String, version: UInt32, _ left: Value, _ right: Value) throws -> Value
}

extension Application {
    /// For an application that gives none.
    public var codes: CodeMint? { nil }

    /// For an application that can count with all that its schema allows.
    public func flaw(in submission: Submission, in view: any TenantView) throws -> Problem? { nil }

    /// For a schema without custom policies.
    public func resolve(
        _ name: String, version: UInt32, _ left: Value, _ right: Value
    ) throws -> Value {
        throw Problem(.internalFailure, "the policy \(name)/\(version) has no function")
    }
}

/// A change set before the application, with what the hub found out about it.
public struct Submission: Sendable {
    public let principal: Principal
    public let sealed: SealedChangeSet
    public let effective: HybridTimestamp
    public let received: HybridTimestamp
    /// The hub's local order: greater than that of every earlier commit.
    public let position: Int64
    /// The author and what it knew.
    public let writer: Writer
    /// Conflicts of the merge; empty in ``Application/judge(_:in:)``.
    public var conflicts: [Conflict]
    /// What the change set does; of a released one without what its author replaced since.
    public let changes: [RowChange]

    public init(
        principal: Principal, sealed: SealedChangeSet, effective: HybridTimestamp,
        received: HybridTimestamp, position: Int64, writer: Writer, conflicts: [Conflict] = [],
        changes: [RowChange]? = nil
    ) {
        self.changes = changes ?? sealed.content.changes
        self.principal = principal
        self.sealed = sealed
        self.effective = effective
        self.received = received
        self.position = position
        self.writer = writer
        self.conflicts = conflicts
    }
}

/// An application's decision on one change set.
public enum Verdict: Hashable, Sendable {
    case accept
    /// Applied as held.
    case hold(Problem)
    /// Not applied; the user edits and resubmits. Never for a fact about money.
    case reject(Problem)
    /// Not applied; the bytes are kept for people.
    case quarantine(Problem)
    /// It refers to rows that are not here. Where the hub may have lost them, or they are in
    /// quarantine themselves, it waits for their births and is judged again then, by the birth
    /// rule (Protocol/03-change-set.md, C30); anywhere else the other verdict counts.
    indirect case absent([RowName], otherwise: Verdict)
}
