/// The author of the writes being merged: what to stamp them with, and what it knew.
public struct Writer: Sendable {
    public let stamp: Stamp
    public let oid: ContentID
    private let knowledge: Knowledge
    private let chain: Chain

    private enum Knowledge: Sendable {
        case everything
        /// Per era handle the highest contained number, a missing era being zero.
        case contained([UInt32: UInt64], also: Set<Place>)
        /// The same as the closure of its context, for a store with thousands of eras.
        case closure(EraClosure, era: @Sendable (UInt32) -> EraID, also: Set<Place>)
    }

    /// The lanes of the same device that a change set's chain goes through. Almost always none:
    /// a device that was neither copied nor restored has one lane.
    public struct Chain: Sendable {
        /// The lanes that the chain behind the change set came through, by author handle: the
        /// effective time of the last change set that it has of each.
        public let behind: [UInt32: HybridTimestamp]
        /// Lanes that go on behind the change set: everything in them was written after it. Only
        /// a change set that is released from quarantine meets any.
        public let ahead: Set<UInt32>
        /// Whether the change set is released from quarantine: only then can what is there have
        /// been written by one who knew it.
        public let isReleased: Bool

        /// A chain of one lane.
        public static let oneLane = Chain(behind: [:])

        public init(
            behind: [UInt32: HybridTimestamp], ahead: Set<UInt32> = [], isReleased: Bool = false
        ) {
            self.behind = behind
            self.ahead = ahead
            self.isReleased = isReleased
        }
    }

    /// A commit by its era's handle and its number.
    public struct Place: Hashable, Sendable {
        public let era: UInt32
        public let number: UInt64

        public init(era: UInt32, number: UInt64) {
            self.era = era
            self.number = number
        }
    }

    /// How the author stands to a commit.
    public enum Relation: Sendable, Equatable {
        /// The author had it.
        case knew
        /// Its author had this one: a change set that was released from quarantine meets a later
        /// one of its own chain.
        case isKnown
        /// Neither had the other.
        case concurrent
    }

    /// A writer that had seen every commit before its own: the hub itself.
    public init(hub stamp: Stamp, oid: ContentID) {
        self.stamp = stamp
        self.oid = oid
        knowledge = .everything
        chain = .oneLane
    }

    /// Whether its change set is released from quarantine, and so may meet what knew it.
    public var isReleased: Bool { chain.isReleased }

    /// Whether this is the hub itself.
    public var isHub: Bool {
        if case .everything = knowledge { return true }
        return false
    }

    /// - Parameters:
    ///   - contained: its context, truncated to what the hub has, inherited eras included.
    ///   - chain: the other lanes that its chain goes through.
    ///   - also: commits that the context contains under a dot that was lost.
    public init(
        stamp: Stamp, oid: ContentID, contained: [UInt32: UInt64], chain: Chain = .oneLane,
        also: Set<Place> = []
    ) {
        self.stamp = stamp
        self.oid = oid
        self.chain = chain
        knowledge = .contained(contained, also: also)
    }

    /// - Parameters:
    ///   - known: its context, truncated to what the hub has.
    ///   - era: the era behind a stamp's handle.
    ///   - chain: the other lanes that its chain goes through.
    ///   - also: commits that the context contains under a dot that was lost.
    public init(
        stamp: Stamp, oid: ContentID, known: EraClosure,
        era: @escaping @Sendable (UInt32) -> EraID, chain: Chain = .oneLane,
        also: Set<Place> = []
    ) {
        self.stamp = stamp
        self.oid = oid
        self.chain = chain
        knowledge = .closure(known, era: era, also: also)
    }

    /// Whether the author had the commit that wrote this stamp, or the other way round.
    ///
    /// The author had it when its dot is in the context and the row was delivered, or when it is
    /// an earlier change set of the author's own chain. Along a chain effective times ascend, so
    /// they tell which of two of one lane came first, and which of an earlier lane came before
    /// the author left it.
    /// - Parameter sees: whether the row is in a scope that the author had; a context covers
    ///   only what was delivered.
    public func relation(to other: Stamp, sees: Bool = true) -> Relation {
        switch knowledge {
        case .everything: .knew
        case .contained(let numbers, let also):
            relation(to: other) {
                sees && (other.number <= numbers[other.era] ?? 0 || also.has(other))
            }
        case .closure(let known, let era, let also):
            relation(to: other) {
                sees && (other.number <= known[era(other.era)] || also.has(other))
            }
        }
    }

    private func relation(to other: Stamp, isContained: () -> Bool) -> Relation {
        if other.author == stamp.author {
            return other.effective > stamp.effective ? .isKnown : .knew
        }
        if isContained() { return .knew }
        if let last = chain.behind[other.author], other.effective <= last { return .knew }
        return chain.ahead.contains(other.author) ? .isKnown : .concurrent
    }

    /// Whether the author had the commit that wrote this stamp.
    public func knew(_ other: Stamp, sees: Bool = true) -> Bool {
        relation(to: other, sees: sees) == .knew
    }
}

extension Set<Writer.Place> {
    /// Almost always empty: only a hub that was restored has commits under other dots.
    fileprivate func has(_ stamp: Stamp) -> Bool {
        !isEmpty && contains(Writer.Place(era: stamp.era, number: stamp.number))
    }
}
