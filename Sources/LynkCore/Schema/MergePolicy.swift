/// How concurrent writes to one field become one value. Pure, total, named in the schema file.
public enum MergePolicy: Hashable, Sendable {
    /// The greater (effective time, oid) wins; the loser is kept as a conflict.
    case lastWriter
    /// The fields of one table with the same group name are one register: written together,
    /// they win or lose together as under ``lastWriter``.
    case group(String)
    /// The least (effective time, oid) wins and nothing replaces it.
    case immutable
    /// Each change carries a signed delta; deltas of distinct change sets add up.
    case counter
    case maximum
    case minimum
    /// Concurrent writes: the higher rank; a known step back is refused.
    case lattice(Lattice)
    /// A set of scalar values: an element that was added concurrently with its removal stays.
    ///
    /// The column holds a ``ScalarArray`` of distinct values in the byte order of their CBOR;
    /// NULL is the empty set. Changes carry a ``SetEdit``.
    case set
    /// 0 or 1; of concurrent writes the named one wins.
    case flag(FlagPolicy)
    /// Every value that nobody has replaced knowingly, in the order of (effective time, oid).
    ///
    /// The column holds a ``ScalarArray``, normally of one; a device writes exactly one.
    case multiValue
    /// The application's own function of the concurrent values (``Application/resolve``).
    case custom(name: String, version: UInt32)

    /// The name in the schema file and in conflict rows.
    public var name: String {
        switch self {
        case .lastWriter: "lastWriter"
        case .group(let group): "group \(group)"
        case .immutable: "immutable"
        case .counter: "counter"
        case .maximum: "maximum"
        case .minimum: "minimum"
        case .lattice: "lattice"
        case .set: "set"
        case .flag(let winner): winner.rawValue
        case .multiValue: "multiValue"
        case .custom(let name, let version): "custom \(name)/\(version)"
        }
    }

    /// Whether one value and one stamp do not tell enough for the next merge: see
    /// ``LiveVersions``.
    public var hasLiveVersions: Bool {
        switch self {
        case .set, .flag, .multiValue, .custom: true
        default: false
        }
    }
}

/// Which of two concurrent writes to a flag wins.
public enum FlagPolicy: String, Hashable, Sendable {
    case enableWins, disableWins

    /// The value that wins.
    public var winner: Value { self == .enableWins ? 1 : 0 }
    /// The value that stands when nobody's winning one does.
    public var loser: Value { self == .enableWins ? 0 : 1 }
}

/// States with total ranks, lowest first; two states never share a rank.
public struct Lattice: Hashable, Sendable {
    public let states: [String]

    public init(_ states: [String]) { self.states = states }

    /// The place of a state in the order, from 0; `nil` for what is no declared state.
    public func rank(_ value: Value) -> Int? {
        value.textValue.flatMap { states.firstIndex(of: $0) }
    }
}
