/// What merging one change into one row did, and what the caller stores.
public struct RowMergeOutcome: Sendable {
    /// What is at the key afterwards; `nil` when it was never born.
    public var state: RowState?
    /// Whether ``state`` is another one than before. A change of a tombstone's image is one too,
    /// though nobody sees it yet.
    public var isChanged = false
    public var conflicts: [Conflict] = []
    /// Why the change set is quarantined: a sum above 64 bits, a set that outgrows its column.
    public var problem: Problem?
    /// An update or delete of a key that was never born here, or was forgotten: nothing happened,
    /// and the birth rule decides.
    public var isForgotten = false
    /// Live versions that are others than before, by field; empty ones are no longer kept.
    /// ``RowMerge/presence`` stands for the row itself.
    public var live: [FieldID: LiveVersions] = [:]

    public init(state: RowState? = nil, isChanged: Bool = false) {
        self.state = state
        self.isChanged = isChanged
    }

    /// The row afterwards, when it is there.
    public var row: StampedRow? { state?.row }
    /// A counter left 64 bits.
    public var overflowed: Bool { problem?.code == .counterOverflow }
}
