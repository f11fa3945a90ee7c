/// A key that was given birth to: its row, or what is kept of it. Absent is `nil`.
public enum RowState: Hashable, Sendable {
    case present(StampedRow)
    case deleted(Tombstone)

    /// The row, or the last image of a deleted one.
    public var image: StampedRow {
        switch self {
        case .present(let row): row
        case .deleted(let tombstone): tombstone.row
        }
    }

    /// The row when it is there.
    public var row: StampedRow? {
        if case .present(let row) = self { row } else { nil }
    }
}

/// What is kept of a deleted row, so that an update that wins brings back all of it.
public struct Tombstone: Hashable, Sendable {
    /// The last image; writes that the delete did not know are merged into it.
    public var row: StampedRow
    /// The delete that took the row away.
    public let deleted: Stamp

    public init(row: StampedRow, deleted: Stamp) {
        self.row = row
        self.deleted = deleted
    }
}
