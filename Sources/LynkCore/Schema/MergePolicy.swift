/// How concurrent writes to one field become one value. Pure, total, named in the schema file.
public enum MergePolicy: Hashable, Sendable {
    /// The greater (effective time, oid) wins; the loser is kept as a conflict.
    case lastWriter
    /// The least (effective time, oid) wins and nothing replaces it.
    case immutable
    /// Each change carries a signed delta; deltas of distinct change sets add up.
    case counter
    case maximum
    case minimum
    /// Concurrent writes: the higher rank; a known step back is refused.
    case lattice(Lattice)

    /// The name in the schema file and in conflict rows.
    public var name: String {
        switch self {
        case .lastWriter: "lastWriter"
        case .immutable: "immutable"
        case .counter: "counter"
        case .maximum: "maximum"
        case .minimum: "minimum"
        case .lattice: "lattice"
        }
    }
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
