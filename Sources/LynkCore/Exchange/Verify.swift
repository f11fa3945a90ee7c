/// Row keys from `lower` on, up to and without `upper`; without an upper bound to the last one.
public struct KeyRange: Hashable, Sendable {
    public let lower: RowKey
    public let upper: RowKey?

    public init(lower: RowKey, upper: RowKey?) {
        self.lower = lower
        self.upper = upper
    }

    public static let all = KeyRange(lower: RowKey(high: 0, low: 0), upper: nil)

    /// Whether the key is in the range.
    public func contains(_ key: RowKey) -> Bool {
        key >= lower && upper.map { key < $0 } ?? true
    }
}

/// Which rows of one table in one scope a device wants to compare.
public struct VerifyAsk: Hashable, Sendable {
    public let scope: Scope
    public let table: TableID
    public let ranges: [KeyRange]

    public init(scope: Scope, table: TableID, ranges: [KeyRange]) {
        self.scope = scope
        self.table = table
        self.ranges = ranges
    }
}

/// A step of the comparison of a device's rows with the hub's (Protocol/07-integrity.md).
public struct VerifyRequest: Hashable, Sendable {
    public let scopeSetHash: [UInt8]
    /// The position of the device's cursor.
    public let position: Int64
    /// Empty for the digests of everything that the device may see.
    public let asks: [VerifyAsk]

    public init(scopeSetHash: [UInt8], position: Int64, asks: [VerifyAsk]) {
        self.scopeSetHash = scopeSetHash
        self.position = position
        self.asks = asks
    }
}

/// The digest of one table in one scope.
public struct TableDigest: Hashable, Sendable {
    public let scope: Scope
    public let table: TableID
    public let count: UInt64
    /// The first sixteen bytes of the hash.
    public let hash: [UInt8]

    public init(scope: Scope, table: TableID, count: UInt64, hash: [UInt8]) {
        self.scope = scope
        self.table = table
        self.count = count
        self.hash = hash
    }
}

/// The digest of the rows in a range of keys.
public struct RangePart: Hashable, Sendable {
    public let scope: Scope
    public let table: TableID
    public let range: KeyRange
    public let count: UInt64
    /// The first sixteen bytes of the hash.
    public let hash: [UInt8]

    public init(
        scope: Scope, table: TableID, range: KeyRange, count: UInt64, hash: [UInt8]
    ) {
        self.scope = scope
        self.table = table
        self.range = range
        self.count = count
        self.hash = hash
    }
}

/// What the hub has, at a position.
public struct VerifyAnswer: Hashable, Sendable {
    public let position: Int64
    /// Of everything that the device may see; only when it asked for no ranges.
    public let digests: [TableDigest]
    /// Of each range that was asked for and holds more than ``Limits/verifyRowsPerRange`` rows:
    /// as many parts, of about equal counts, ascending by key.
    public let parts: [RangePart]
    /// Of each smaller range: the payload of a page with exactly its rows.
    public let pages: [[UInt8]]

    public init(
        position: Int64, digests: [TableDigest] = [], parts: [RangePart] = [],
        pages: [[UInt8]] = []
    ) {
        self.position = position
        self.digests = digests
        self.parts = parts
        self.pages = pages
    }
}
