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
/// A hub opens an era at every start, so there are thousands, but nearly all have one parent, the
/// era before. Such runs are chains: what an era inherits from its own chain is told by its place
/// in it, and the rest is kept once for the whole chain. So questions cost as much as there are
/// chains that meet, not eras.
///
/// Pure. A dot of an unknown era is contained only by a vector that lists its era itself.
public struct EraGraph: Sendable, Equatable {
    public private(set) var records: [EraID: EraRecord] = [:]
    private var places: [EraID: Place] = [:]
    private var chains: [Chain] = []

    private struct Place: Equatable {
        let chain: Int
        let index: Int
    }

    /// Eras of which each one's only parent is the one before.
    private struct Chain: Equatable {
        var eras: [EraID]
        /// How much of each era the next one inherited; none for the last.
        var cuts: [UInt64] = []
        /// What the first era inherited from other chains.
        let root: EraReach
    }

    public init() {}

    /// Adds an era after its parents; a repeated or already known era changes nothing.
    public mutating func insert(_ record: EraRecord) {
        guard records[record.era] == nil else { return }
        records[record.era] = record
        if record.parents.entries.count == 1, let (parent, number) = record.parents.entries.first,
            let place = places[parent], place.index == chains[place.chain].eras.count - 1
        {
            chains[place.chain].eras.append(record.era)
            chains[place.chain].cuts.append(number)
            places[record.era] = Place(chain: place.chain, index: place.index + 1)
        } else {
            places[record.era] = Place(chain: chains.count, index: 0)
            chains.append(Chain(eras: [record.era], root: reach(record.parents)))
        }
    }

    /// Everything that the vector contains, inherited eras included.
    public func expand(_ vector: VersionVector) -> EraClosure {
        EraClosure(graph: self, reach: reach(vector))
    }

    /// Whether the commit is in the set that the vector means, inherited eras included.
    public func contains(_ vector: VersionVector, _ dot: Dot) -> Bool {
        dot.number <= vector[dot.era]
            || vector.entries.keys.contains { inherited(dot.era, by: $0) >= dot.number }
    }

    /// Whether everything in `left` is contained in `right`.
    public func leq(_ left: VersionVector, _ right: VersionVector) -> Bool {
        left.entries.allSatisfy { contains(right, Dot(era: $0.key, number: $0.value)) }
    }

    /// Whether everything in `left` is contained in `right`.
    public func isContained(_ left: VersionVector, in right: VersionVector) -> Bool {
        leq(left, right)
    }

    /// How two vectors stand to each other; concurrent when neither contains the other.
    public func order(of left: VersionVector, relativeTo right: VersionVector) -> CausalOrder {
        switch (leq(left, right), leq(right, left)) {
        case (true, true): .equal
        case (true, false): .before
        case (false, true): .after
        case (false, false): .concurrent
        }
    }

    /// The least vector that contains both.
    public func join(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
        shrink(VersionVector(left.entries.merging(right.entries, uniquingKeysWith: max)))
    }

    /// The greatest vector contained in both: truncating a context, never inflating it.
    public func meet(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
        let (left, right) = (reach(left), reach(right))
        var common: [EraID: UInt64] = [:]
        func include(_ era: EraID) {
            let number = min(self.number(era, in: left), self.number(era, in: right))
            if number > 0 { common[era] = number }
        }
        for (chain, index) in left.places {
            // Before the earlier of the two places both have all that the chain inherited.
            if let other = right.places[chain] { include(chains[chain].eras[min(index, other)]) }
        }
        for era in left.numbers.keys { include(era) }
        for era in right.numbers.keys { include(era) }
        return shrink(VersionVector(common))
    }

    /// The same set without the entries that another entry has inherited.
    ///
    /// An era contains its parents only from its first commit on, so a component of zero inherits
    /// nothing and is not there at all.
    public func shrink(_ vector: VersionVector) -> VersionVector {
        if vector.entries.count < 2 { return vector }
        return VersionVector(
            vector.entries.filter { era, number in
                !vector.entries.keys.contains { $0 != era && inherited(era, by: $0) >= number }
            })
    }
}

/// What is contained, by chain: up to which era everything that the next one inherited, and the
/// numbers of the eras where more than that is.
struct EraReach: Equatable, Sendable {
    var places: [Int: Int] = [:]
    var numbers: [EraID: UInt64] = [:]
}

extension EraGraph {
    /// How much of an era another one inherited.
    private func inherited(_ era: EraID, by heir: EraID) -> UInt64 {
        guard let heir = places[heir] else { return 0 }
        let chain = chains[heir.chain]
        if let place = places[era], place.chain == heir.chain {
            return place.index < heir.index ? chain.cuts[place.index] : 0
        }
        return number(era, in: chain.root)
    }

    fileprivate func number(_ era: EraID, in reach: EraReach) -> UInt64 {
        let own = reach.numbers[era] ?? 0
        guard let place = places[era], let last = reach.places[place.chain], place.index < last
        else { return own }
        return max(own, chains[place.chain].cuts[place.index])
    }

    private func reach(_ vector: VersionVector) -> EraReach {
        var reach = EraReach(numbers: vector.entries)
        for era in vector.entries.keys {
            guard let place = places[era] else { continue }
            let root = chains[place.chain].root
            reach.numbers.merge(root.numbers, uniquingKeysWith: max)
            reach.places.merge(root.places, uniquingKeysWith: max)
            reach.places.merge([place.chain: place.index], uniquingKeysWith: max)
        }
        // What a chain inherited anyway need not be told.
        reach.numbers = reach.numbers.filter { era, number in
            guard let place = places[era], let last = reach.places[place.chain],
                place.index < last
            else { return true }
            return number > chains[place.chain].cuts[place.index]
        }
        return reach
    }
}

/// Everything that a vector contains, ready to be asked many times.
public struct EraClosure: Sendable {
    private let graph: EraGraph
    private let reach: EraReach

    fileprivate init(graph: EraGraph, reach: EraReach) {
        self.graph = graph
        self.reach = reach
    }

    /// The highest number of the era that is contained; 0 for none.
    public subscript(era: EraID) -> UInt64 { graph.number(era, in: reach) }

    /// Whether the commit is among what is contained.
    public func contains(_ dot: Dot) -> Bool { dot.number <= self[dot.era] }
}
