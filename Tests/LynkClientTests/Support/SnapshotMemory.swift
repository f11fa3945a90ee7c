import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// A replica in memory that takes snapshots in, by the port's contract and nothing else.
final class SnapshotMemory: SnapshotReplica {
    struct Entry: Sendable {
        let scope: Scope
        var manifest: SnapshotManifest?
        var taken = 0
        var isComplete: Bool { manifest.map { taken == $0.segments.count } ?? false }
    }

    struct State: Sendable {
        var entries: [Entry] = []
        var bytes: [UInt8] = []
        /// Pages of segments, in the order in which they were taken in.
        var pages: [[UInt8]] = []
        var drops = 0
        /// Written once so many segments are taken in.
        var writesAfter: Int?
    }

    let base: InMemoryReplica
    let state = Mutex(State())

    init(_ base: InMemoryReplica = InMemoryReplica()) { self.base = base }

    func enrolment() throws -> Enrolment? { try base.enrolment() }
    func enrolmentKey() -> DeviceKey { base.enrolmentKey() }
    func adopt(_ enrolment: Enrolment) throws { try base.adopt(enrolment) }
    func record(_ receipts: [Receipt]) throws { try base.record(receipts) }
    func stage(page: [UInt8]) throws { try base.stage(page: page) }

    func offer() throws -> ExchangeOffer {
        let offer = try base.offer()
        let held = state.withLock { state in
            state.entries.allSatisfy(\.isComplete)
                ? state.entries.compactMap { $0.manifest?.held } : []
        }
        let hello = Hello(
            device: offer.hello.device, lane: offer.hello.lane,
            schemaName: offer.hello.schemaName, schemaVersion: offer.hello.schemaVersion,
            head: nil, cursor: offer.hello.cursor, clock: offer.hello.clock, digestRoot: [],
            snapshots: held)
        return ExchangeOffer(
            hello: hello, changeSets: offer.changeSets, signature: offer.signature,
            hasMore: offer.hasMore)
    }

    func begin(_ welcome: Welcome) throws {
        try base.begin(welcome)
        state.withLock { state in
            if welcome.snapshotsTaken { return }
            let offered = welcome.snapshots.map(\.scope)
            if !state.entries.allSatisfy({ offered.contains($0.scope) }) || offered.isEmpty {
                Self.clear(&state)
            }
            for scope in offered where !state.entries.contains(where: { $0.scope == scope }) {
                state.entries.append(Entry(scope: scope))
            }
        }
    }

    func apply(_ checkpoint: Checkpoint) throws -> ApplyReport {
        state.withLock { $0.entries = [] }
        return try base.apply(checkpoint)
    }

    func snapshotTask() -> SnapshotTask? {
        state.withLock { state in
            state.entries.first { !$0.isComplete }.map {
                SnapshotTask(
                    scope: $0.scope, manifest: $0.manifest, taken: $0.taken,
                    byteCount: state.bytes.count)
            }
        }
    }

    func begin(snapshot: SnapshotManifest) -> Bool {
        state.withLock { state in
            guard let index = state.entries.firstIndex(where: { !$0.isComplete }) else {
                return false
            }
            let entry = state.entries[index]
            let before = entry.manifest?.segments ?? []
            guard snapshot.segments.starts(with: before.prefix(entry.taken)) else { return false }
            state.entries[index].manifest = snapshot
            return true
        }
    }

    func keep(segmentBytes: [UInt8]) { state.withLock { $0.bytes += segmentBytes } }
    func dropSegmentBytes() { state.withLock { $0.bytes = [] } }

    func takeSegment() throws {
        let mustWrite = try state.withLock { state in
            defer { state.bytes = [] }
            guard let index = state.entries.firstIndex(where: { !$0.isComplete }),
                let manifest = state.entries[index].manifest
            else { throw Problem(.responseInvalid) }
            do throws(WireError) {
                let segment = manifest.segments[state.entries[index].taken]
                for case .page(let page) in try SegmentCodec.open(state.bytes, as: segment) {
                    state.pages.append(page)
                }
            } catch {
                throw Problem(.responseInvalid, "another hash")
            }
            state.entries[index].taken += 1
            return state.writesAfter == state.pages.count
        }
        if mustWrite { base.write(1) }
    }

    func dropSnapshots() { state.withLock { Self.clear(&$0) } }

    private static func clear(_ state: inout State) {
        if !state.entries.isEmpty { state.drops += 1 }
        state.entries = []
        state.bytes = []
        state.pages = []
    }
}
