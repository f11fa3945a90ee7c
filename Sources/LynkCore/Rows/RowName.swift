/// A row by its name.
public struct RowName: Hashable, Comparable, Sendable {
    public let table: TableID
    public let key: RowKey

    public static func < (left: Self, right: Self) -> Bool {
        (left.table, left.key) < (right.table, right.key)
    }

    public init(table: TableID, key: RowKey) {
        self.table = table
        self.key = key
    }
}
