/// A hub's offer: the state of this scope can be had as a snapshot (Protocol/05-exchange.md, X42).
public struct SnapshotOffer: Hashable, Sendable {
    public let scope: Scope
    /// Rows that it has at the time of the offer.
    public let rows: Int64

    public init(scope: Scope, rows: Int64) {
        self.scope = scope
        self.rows = rows
    }
}

/// A snapshot that a device has taken in whole: its pull goes on from there in that scope.
public struct HeldSnapshot: Hashable, Sendable {
    public let scope: Scope
    public let position: Int64
    /// The first bytes of the hub's chain hash at the position.
    public let chain: [UInt8]

    public init(scope: Scope, position: Int64, chain: [UInt8]) {
        self.scope = scope
        self.position = position
        self.chain = chain
    }
}

/// One piece of a snapshot: bytes that never change, named by their hash.
public struct SnapshotSegment: Hashable, Sendable {
    /// SHA-256 of the bytes as they travel.
    public let name: ContentID
    /// How many bytes travel.
    public let byteCount: Int
    /// Whether the bytes are one zstd frame; otherwise they are the exchange's frames as they are.
    public let isCompressed: Bool

    public init(name: ContentID, byteCount: Int, isCompressed: Bool) {
        self.name = name
        self.byteCount = byteCount
        self.isCompressed = isCompressed
    }
}

/// How many rows of a table a snapshot leads to, and their digest.
public struct SnapshotTable: Hashable, Sendable {
    public let table: TableID
    public let count: Int64
    /// ``SetDigest/root``.
    public let root: [UInt8]

    public init(table: TableID, count: Int64, root: [UInt8]) {
        self.table = table
        self.count = count
        self.root = root
    }
}

/// A scope's state at one position of one hub: which segments make it up, and what comes out.
///
/// The segments are pages and conflicts of an exchange, to be taken in their order: a later one may
/// bring a row of an earlier one again, or remove it. What they lead to is covered by the digests
/// here, and by the digest root of the checkpoint that follows.
public struct SnapshotManifest: Hashable, Sendable {
    public let tenant: TenantID
    public let hub: HubID
    public let scope: Scope
    public let position: Int64
    public let vector: VersionVector
    /// The first bytes of the hub's chain hash at the position.
    public let chain: [UInt8]
    public let segments: [SnapshotSegment]
    /// Of the tables that have rows, ascending by table.
    public let tables: [SnapshotTable]

    public init(
        tenant: TenantID, hub: HubID, scope: Scope, position: Int64, vector: VersionVector,
        chain: [UInt8], segments: [SnapshotSegment], tables: [SnapshotTable]
    ) {
        self.tenant = tenant
        self.hub = hub
        self.scope = scope
        self.position = position
        self.vector = vector
        self.chain = chain
        self.segments = segments
        self.tables = tables
    }

    /// What a device tells a hub once it has all of it.
    public var held: HeldSnapshot {
        HeldSnapshot(scope: scope, position: position, chain: chain)
    }

    public var rowCount: Int64 { tables.reduce(0) { $0 + $1.count } }
    public var byteCount: Int { segments.reduce(0) { $0 + $1.byteCount } }
}
