/// The author of the writes being merged: what to stamp them with, and what it knew.
public struct Writer: Sendable {
    public let stamp: Stamp
    public let oid: ContentID
    private let knowledge: Knowledge

    private enum Knowledge: Sendable {
        case everything
        /// Per era handle the highest contained number; a missing era is zero.
        case contained([UInt32: UInt64])
    }

    /// A writer that had seen every commit before its own: the hub itself.
    public init(hub stamp: Stamp, oid: ContentID) {
        self.stamp = stamp
        self.oid = oid
        knowledge = .everything
    }

    /// - Parameter contained: its context, truncated to what the hub has, inherited eras included.
    public init(stamp: Stamp, oid: ContentID, contained: [UInt32: UInt64]) {
        self.stamp = stamp
        self.oid = oid
        knowledge = .contained(contained)
    }

    /// Whether the author had the commit that wrote this stamp: its dot is in the context and the
    /// row was delivered, or it is an earlier change set of the author's own lane.
    ///
    /// - Parameter sees: whether the row is in a scope that the author had; a context covers
    ///   only what was delivered.
    public func knew(_ other: Stamp, sees: Bool = true) -> Bool {
        switch knowledge {
        case .everything: true
        case .contained(let numbers):
            other.author == stamp.author || sees && other.number <= numbers[other.era] ?? 0
        }
    }
}
