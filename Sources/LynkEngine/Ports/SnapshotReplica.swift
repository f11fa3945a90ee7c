public import LynkCore

/// What a replica is to fetch next of the snapshots that it was offered.
public struct SnapshotTask: Hashable, Sendable {
    public let scope: Scope
    /// `nil` until ``SnapshotReplica/begin(snapshot:)``.
    public let manifest: SnapshotManifest?
    /// Segments that are taken in; the next one is at this index.
    public let taken: Int
    /// Bytes of the next segment that are kept already.
    public let byteCount: Int

    public init(scope: Scope, manifest: SnapshotManifest?, taken: Int, byteCount: Int) {
        self.scope = scope
        self.manifest = manifest
        self.taken = taken
        self.byteCount = byteCount
    }

    /// The segment to fetch.
    public var segment: SnapshotSegment? {
        manifest.flatMap { taken < $0.segments.count ? $0.segments[taken] : nil }
    }
}

/// A replica that takes snapshots in. Synchronous and durable as ``ReplicaStore``: breaking off
/// anywhere, also by a kill, loses at most the bytes that were not handed over yet.
///
/// ``ReplicaStore/begin(_:)`` with a welcome that offers snapshots plans them: those that are under
/// way go on. The hello names them once all are taken in, and the checkpoint that a hub gives to
/// such a hello ends it. A welcome that neither offers nor goes on from them drops them.
public protocol SnapshotReplica: ReplicaStore {
    /// What to fetch next; `nil` when everything that was planned is taken in.
    func snapshotTask() throws -> SnapshotTask?
    /// Begins to take a scope's snapshot in, or goes on with another one that begins alike.
    ///
    /// - Returns: `false` when what was taken in is no beginning of it: then the snapshots are to
    ///   be dropped.
    func begin(snapshot: SnapshotManifest) throws -> Bool
    /// Keeps the next bytes of the segment that ``snapshotTask()`` names.
    func keep(segmentBytes: [UInt8]) throws
    /// Forgets the kept bytes of that segment.
    func dropSegmentBytes() throws
    /// Checks the hash of the kept bytes and takes in what they hold, in one transaction.
    ///
    /// - Throws: ``Problem`` `response_invalid` for other bytes, or pages that do not decode: the
    ///   kept bytes are forgotten then.
    func takeSegment() throws
    /// Drops everything that was planned and taken in.
    func dropSnapshots() throws
}
