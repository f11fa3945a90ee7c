public import LynkCore

/// A scope's state at one position, as far as the store knows it: the segments are the server's.
public struct SnapshotCut: Sendable {
    public let hub: HubID
    public let position: Int64
    public let vector: VersionVector
    /// The first bytes of the chain hash at the position.
    public let chain: [UInt8]
    public let tables: [SnapshotTable]

    package init(
        hub: HubID, position: Int64, vector: VersionVector, chain: [UInt8],
        tables: [SnapshotTable]
    ) {
        self.hub = hub
        self.position = position
        self.vector = vector
        self.chain = chain
        self.tables = tables
    }
}

/// How far the reading of a scope has come; made by ``SnapshotSource/openSnapshot(of:)``.
public struct SnapshotScan: Sendable {
    /// The store's own bookkeeping.
    package var state: any Sendable

    package init(state: any Sendable) { self.state = state }
}

/// What one short read of a scope gave.
public struct SnapshotStep: Sendable {
    /// Pages and conflicts, in the order in which they are to be applied.
    public let pieces: [PullStep]
    /// Present in the last step: what all pieces together lead to.
    public let cut: SnapshotCut?

    package init(pieces: [PullStep], cut: SnapshotCut?) {
        self.pieces = pieces
        self.cut = cut
    }
}

/// Whether a snapshot that was made before is still worth giving to a device.
public enum SnapshotStanding: Hashable, Sendable {
    /// The tail after it is short, and nothing that the tail needs was forgotten.
    case good
    /// Too much came after it, or the hub has another past: make a new one.
    case stale
}

/// A tenant's store that snapshots can be made of. Synchronous; call it off the cooperative pool.
///
/// Isolation: as the reads of ``TenantStore``: each call is one short read on a consistent
/// snapshot of the file and waits for no commit.
public protocol SnapshotSource: TenantStore {
    /// Where the bytes of segments are kept, beside the tenant.
    var segments: any SegmentStore { get }

    /// Whether the principal may have this scope's rows now, and what a snapshot of it is worth.
    ///
    /// - Parameter held: the newest snapshot of the scope, if there is one.
    /// - Returns: `nil` for a scope that the principal may not see, and for one without rows, which
    ///   are answered alike.
    func standing(
        of scope: Scope, for principal: Principal, held: HeldSnapshot?, nowMilliseconds: Int64
    ) throws -> SnapshotStanding?

    /// Begins to read a scope from its start.
    ///
    /// - Throws: ``Problem`` `not_found` for a scope without rows.
    func openSnapshot(of scope: Scope) throws -> SnapshotScan
    /// One short read of it.
    func next(_ scan: inout SnapshotScan) throws -> SnapshotStep
}

/// Bytes that never change, by the hash of their content: a cache, which may lose any of them at
/// any time, and loses all of them when the tenant is opened anew.
public protocol SegmentStore: AnyObject, Sendable {
    /// - Throws: ``Problem`` `store_failed`; nothing of the bytes can be read then.
    func put(_ bytes: [UInt8], as name: ContentID) throws
    /// The bytes from an offset on, at most `count`; `nil` for what is not there.
    func read(_ name: ContentID, from offset: Int, count: Int) throws -> [UInt8]?
    /// Removing what is not there changes nothing.
    func remove(_ name: ContentID)
}
