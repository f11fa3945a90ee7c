import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// The snapshots that were made of late, and the making of new ones.
///
/// A cache: per tenant so many, of so many bytes, the oldest removed first. One is made at a time,
/// on a thread of its own and in short reads, so that neither commits nor exchanges wait for it;
/// who asks meanwhile for the same scope gets the one that was made. An older snapshot of a scope
/// stays while there is room: a device may be fetching it.
final class SnapshotShelf: Sendable {
    struct Bounds: Sendable {
        var countPerTenantMax = 64
        var bytesPerTenantMax = 1 << 30
    }

    /// One snapshot that can be fetched.
    struct Kept: Sendable {
        let manifest: SnapshotManifest
        /// The manifest as it travels.
        let body: [UInt8]
        let names: [ContentID: SnapshotSegment]
    }

    private struct State {
        /// Oldest first.
        var tenants: [TenantID: [Kept]] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bounds: Bounds
    private let pool: BlockingPool
    private let builder = BlockingPool(threads: 1, waitingMax: 256)

    /// - Parameter pool: where files are read.
    init(pool: BlockingPool, bounds: Bounds = Bounds()) {
        self.pool = pool
        self.bounds = bounds
    }

    /// A snapshot of a scope for a device that may see it, made when there is none that is good.
    ///
    /// - Throws: ``Problem`` `not_found` for a scope that is not there, that the principal may not
    ///   see, or that is larger than a snapshot may be: all the same; `overloaded`.
    func snapshot(
        of scope: Scope, for principal: Principal, in source: any SnapshotSource,
        nowMilliseconds: Int64
    ) async throws -> Kept {
        let kept = try await pool.run { [self] in
            try good(scope, principal, source, nowMilliseconds)
        }
        if let kept { return kept }
        return try await builder.run { [self] in
            // Whoever was first in the queue has made it.
            if let made = try good(scope, principal, source, nowMilliseconds) { return made }
            return try build(scope, source)
        }
    }

    /// A segment of a snapshot whose scope the device may see.
    ///
    /// - Throws: ``Problem`` `not_found`: for a name of nothing, of another scope's or another
    ///   tenant's segment, and of one that is gone.
    func segment(
        _ name: ContentID, for principal: Principal, in source: any SnapshotSource,
        nowMilliseconds: Int64
    ) throws -> SnapshotSegment {
        let holders = state.withLock { state in
            (state.tenants[source.tenant] ?? []).filter { $0.names[name] != nil }
        }
        for kept in holders {
            let standing = try source.standing(
                of: kept.manifest.scope, for: principal, held: nil,
                nowMilliseconds: nowMilliseconds)
            if standing != nil, let segment = kept.names[name] { return segment }
        }
        throw Problem(.notFound)
    }

    /// A segment that should be there is not: what needs it is made anew when it is asked for.
    func lose(_ name: ContentID, of tenant: TenantID) {
        state.withLock { $0.tenants[tenant]?.removeAll { $0.names[name] != nil } }
    }

    /// Lets the running call end; later ones fail.
    func stop() async {
        state.withLock { $0.isClosed = true }
        await builder.stop()
    }

    /// The newest snapshot of the scope, when it is good.
    private func good(
        _ scope: Scope, _ principal: Principal, _ source: any SnapshotSource, _ now: Int64
    ) throws -> Kept? {
        let kept = state.withLock { state in
            state.tenants[source.tenant]?.last { $0.manifest.scope == scope }
        }
        let standing = try source.standing(
            of: scope, for: principal, held: kept?.manifest.held, nowMilliseconds: now)
        switch standing {
        case nil: throw Problem(.notFound)
        case .stale: return nil
        case .good: return kept
        }
    }

    private func build(_ scope: Scope, _ source: any SnapshotSource) throws -> Kept {
        var segments: [SnapshotSegment] = []
        do {
            let cut = try fill(&segments, scope, source)
            let manifest = SnapshotManifest(
                tenant: source.tenant, hub: cut.hub, scope: scope, position: cut.position,
                vector: cut.vector, chain: cut.chain, segments: segments, tables: cut.tables)
            let kept = Kept(
                manifest: manifest, body: manifest.encoded(),
                names: Dictionary(
                    segments.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
            put(kept, source)
            return kept
        } catch {
            remove(segments.map(\.name), source)
            throw error
        }
    }

    private func fill(
        _ segments: inout [SnapshotSegment], _ scope: Scope, _ source: any SnapshotSource
    ) throws -> SnapshotCut {
        var packer = SegmentPacker()
        var bytes = 0
        func keep(_ frames: [UInt8]) throws {
            guard !frames.isEmpty else { return }
            let sealed = SegmentCodec.seal(frames)
            bytes += sealed.bytes.count
            guard bytes <= bounds.bytesPerTenantMax,
                segments.count < Limits.segmentsPerSnapshotMax
            else { throw Problem(.notFound) }
            // Noted first: what was half kept is removed as well.
            segments.append(sealed.segment)
            try source.segments.put(sealed.bytes, as: sealed.segment.name)
        }
        var scan = try source.openSnapshot(of: scope)
        while true {
            guard !state.withLock({ $0.isClosed }) else { throw CancellationError() }
            let step = try source.next(&scan)
            for piece in step.pieces {
                if let full = packer.append(piece) { try keep(full) }
            }
            guard let cut = step.cut else { continue }
            try keep(packer.finish())
            return cut
        }
    }

    /// Makes room and puts it on the shelf. Only the builder's thread comes here.
    private func put(_ kept: Kept, _ source: any SnapshotSource) {
        let removed = state.withLock { state in
            var all = state.tenants[source.tenant] ?? []
            var removed: [Kept] = []
            func isOver() -> Bool {
                all.count >= bounds.countPerTenantMax
                    || all.reduce(kept.manifest.byteCount) { $0 + $1.manifest.byteCount }
                        > bounds.bytesPerTenantMax
            }
            while !all.isEmpty, isOver() { removed.append(all.removeFirst()) }
            state.tenants[source.tenant] = all + [kept]
            return removed
        }
        remove(removed.flatMap { $0.names.keys }, source)
    }

    /// Removes those that no snapshot on the shelf has.
    private func remove(_ names: [ContentID], _ source: any SnapshotSource) {
        let used = state.withLock { state in
            Set((state.tenants[source.tenant] ?? []).flatMap { $0.names.keys })
        }
        for name in names where !used.contains(name) { source.segments.remove(name) }
    }
}
