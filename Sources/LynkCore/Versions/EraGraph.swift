/// One incarnation of a hub, and what it had inherited when it opened.
public struct EraRecord: Hashable, Sendable {
    public let era: EraID
    public let hub: HubID
    /// The hub's vector at the moment of opening: everything in it is inside this era.
    public let parents: VersionVector

    public init(era: EraID, hub: HubID, parents: VersionVector) {
        self.era = era
        self.hub = hub
        self.parents = parents
    }
}

/// The eras that a replica has heard of, and the order that they give to version vectors.
///
/// Pure. A dot of an unknown era is contained only by a vector that lists its era itself.
public struct EraGraph: Sendable, Equatable {
    public private(set) var records: [EraID: EraRecord] = [:]
    /// Per era the transitive closure of its parents; kept, because eras are few and asked often.
    private var inherited: [EraID: [EraID: UInt64]] = [:]

    public init() {}

    /// Adds an era after its parents; a repeated or already known era changes nothing.
    public mutating func insert(_ record: EraRecord) {
        guard records[record.era] == nil else { return }
        records[record.era] = record
        inherited[record.era] = expand(record.parents)
    }

    /// Every component that the vector contains, inherited ones included.
    public func expand(_ vector: VersionVector) -> [EraID: UInt64] {
        var result = vector.entries
        for (era, _) in vector.entries {
            result.merge(inherited[era] ?? [:], uniquingKeysWith: max)
        }
        return result
    }

    /// Whether the commit is in the set that the vector means, inherited eras included.
    public func contains(_ vector: VersionVector, _ dot: Dot) -> Bool {
        if dot.number <= vector[dot.era] { return true }
        return vector.entries.keys.contains { (inherited[$0]?[dot.era] ?? 0) >= dot.number }
    }

    /// Whether everything in `left` is contained in `right`.
    public func isContained(_ left: VersionVector, in right: VersionVector) -> Bool {
        left.entries.allSatisfy { contains(right, Dot(era: $0.key, number: $0.value)) }
    }

    /// How two vectors stand to each other; concurrent when neither contains the other.
    public func order(of left: VersionVector, relativeTo right: VersionVector) -> CausalOrder {
        switch (isContained(left, in: right), isContained(right, in: left)) {
        case (true, true): .equal
        case (true, false): .before
        case (false, true): .after
        case (false, false): .concurrent
        }
    }

    /// The least vector that contains both.
    public func join(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
        shrink(expand(left).merging(expand(right), uniquingKeysWith: max))
    }

    /// The greatest vector contained in both: truncating a context, never inflating it.
    public func meet(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
        let other = expand(right)
        var common: [EraID: UInt64] = [:]
        for (era, number) in expand(left) {
            let least = min(number, other[era] ?? 0)
            if least > 0 { common[era] = least }
        }
        return shrink(common)
    }

    /// Drops each component that another one has inherited.
    ///
    /// An era contains its parents only from its first commit on, so a component of zero inherits
    /// nothing and is not there at all.
    private func shrink(_ components: [EraID: UInt64]) -> VersionVector {
        VersionVector(
            components.filter { era, number in
                !components.keys.contains { other in
                    other != era && (inherited[other]?[era] ?? 0) >= number
                }
            })
    }
}
