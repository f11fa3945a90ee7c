import LynkCore
import LynkEngine
import Synchronization

extension FakeTenantStore: SnapshotSource {
    func standing(
        of scope: Scope, for principal: Principal, held: HeldSnapshot?, nowMilliseconds: Int64
    ) -> SnapshotStanding? {
        with { state in
            guard state.visible.contains(scope), state.snapshots[scope] != nil else { return nil }
            return held?.position == state.position ? .good : .stale
        }
    }

    func openSnapshot(of scope: Scope) -> SnapshotScan {
        let pages = with { state in
            state.snapshotsOpened += 1
            return state.snapshots[scope] ?? []
        }
        return SnapshotScan(state: pages)
    }

    func next(_ scan: inout SnapshotScan) throws -> SnapshotStep {
        guard var pages = scan.state as? [[UInt8]] else { throw Problem(.internalFailure) }
        if pages.isEmpty {
            let checkpoint = Self.checkpoint(at: with { $0.position })
            return SnapshotStep(
                pieces: [],
                cut: SnapshotCut(
                    hub: HubID(high: 1, low: 1), position: checkpoint.position,
                    vector: checkpoint.vector, chain: [UInt8](repeating: 4, count: 16),
                    tables: [
                        SnapshotTable(table: 1, count: 3, root: [UInt8](repeating: 3, count: 16))
                    ]))
        }
        let page = pages.removeFirst()
        scan.state = pages
        return SnapshotStep(pieces: [.page(page)], cut: nil)
    }
}

/// Segments in memory.
final class FakeSegments: SegmentStore {
    private let kept = Mutex<[ContentID: [UInt8]]>([:])

    var count: Int { kept.withLock { $0.count } }

    func put(_ bytes: [UInt8], as name: ContentID) { kept.withLock { $0[name] = bytes } }

    func read(_ name: ContentID, from offset: Int, count: Int) -> [UInt8]? {
        kept.withLock { $0[name] }.map { Array($0.dropFirst(offset).prefix(count)) }
    }

    func remove(_ name: ContentID) { kept.withLock { $0[name] = nil } }
}
