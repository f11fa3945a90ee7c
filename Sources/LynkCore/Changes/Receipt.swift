/// The terminal answer to one change set.
public enum Disposition: String, Hashable, Sendable, CaseIterable {
    /// Applied; nothing concurrent was in the way.
    case accepted
    /// Applied; at least one field was decided by its policy and a conflict is kept.
    case merged
    /// Kept and shown for review; the application says what of it is in force.
    case held
    /// Not applied; the device shows the reason and the hub's rows. Never a payment fact.
    case rejected
    /// Not applied; the bytes are kept at the hub.
    case quarantined

    /// Whether the change set's rows are in the hub's state.
    public var isApplied: Bool { self == .accepted || self == .merged || self == .held }
}

/// What became of one change set; exactly one per oid, durable on both sides.
public struct Receipt: Hashable, Sendable {
    public let oid: ContentID
    public let disposition: Disposition
    public let dot: Dot
    public let effective: HybridTimestamp
    /// Fields that a policy decided against a concurrent write.
    public let conflicts: UInt32
    /// Why, unless the disposition is `accepted` or `merged`.
    public let problem: Problem?
    /// A repeat of a receipt given before; the change set had no second effect.
    public let isRepeat: Bool

    public init(
        oid: ContentID, disposition: Disposition, dot: Dot, effective: HybridTimestamp,
        conflicts: UInt32 = 0, problem: Problem? = nil, isRepeat: Bool = false
    ) {
        self.oid = oid
        self.disposition = disposition
        self.dot = dot
        self.effective = effective
        self.conflicts = conflicts
        self.problem = problem
        self.isRepeat = isRepeat
    }

    /// The same receipt as the answer to a repeat.
    public var repeated: Receipt {
        Receipt(
            oid: oid, disposition: disposition, dot: dot, effective: effective,
            conflicts: conflicts, problem: problem, isRepeat: true)
    }
}
