import Foundation
import LynkCore
import LynkEngine
import Synchronization

/// The tenant store's contract in memory, as far as a server can see it: it accepts what is
/// signed, remembers what it was asked to commit, and serves the pages that a test put in.
final class FakeTenantStore: TenantStore {
    struct State {
        /// Change sets or hub changes, by group and push.
        var groups: [[Int]] = []
        var changes: [RowChange] = []
        var received: [Int64] = []
        var pages: [[UInt8]] = []
        var commitFailure: Problem?
        /// Thrown after the last page instead of the checkpoint.
        var pullFailure: Problem?
        /// Waited for before each commit.
        var gate: DispatchSemaphore?
        /// Where a checkpoint stands, and the scopes that a welcome names.
        var position: Int64 = 9
        var scopes: ScopeUpdate?
        var number: UInt64 = 0
        var durable = VersionVector.zero
        var backupFailure: Problem?
        var floor: Int64 = 0
        var floorTarget: Int64 = 0
        /// Pages of each scope, one to a read; who may see which is in `visible`.
        var snapshots: [Scope: [[UInt8]]] = [:]
        var visible: Set<Scope> = []
        var snapshotsOpened = 0
    }

    static let era = EraID(high: 7, low: 7)

    let tenant: TenantID
    private let state = Mutex(State())
    let segments: any SegmentStore = FakeSegments()

    init(_ tenant: TenantID) { self.tenant = tenant }

    /// Reads or changes what the store remembers.
    func with<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        state.withLock { state in body(&state) }
    }

    func commit(_ group: [Push]) throws -> [PushAnswer] {
        state.withLock { state in
            state.groups.append(group.map(\.size))
            return state.gate
        }?.wait()
        if let failure = state.withLock({ $0.commitFailure }) { throw failure }
        return group.map(answer)
    }

    private func answer(_ push: Push) -> PushAnswer {
        state.withLock { state in
            state.received.append(push.receivedMilliseconds)
            var oids: [ContentID] = []
            switch push.work {
            case .changeSets(let sets, let signature):
                guard let last = sets.last, let key = push.publicKey,
                    key.verifies(signature, of: last.oid.bytes, as: .changeSet)
                else {
                    return PushAnswer(
                        receipts: [], head: nil, refusal: Problem(.signatureInvalid))
                }
                oids = sets.map(\.oid)
            case .changes(let changes, _):
                state.changes += changes
                oids = [ContentID(hashing: [UInt8(truncatingIfNeeded: state.number)])]
            }
            let receipts = oids.map { oid in
                state.number += 1
                return Receipt(
                    oid: oid, disposition: .accepted,
                    dot: Dot(era: Self.era, number: state.number),
                    effective: HybridTimestamp(milliseconds: push.receivedMilliseconds))
            }
            let head = oids.last.map {
                LaneHead(lane: push.lane, sequence: state.number, oid: $0)
            }
            return PushAnswer(receipts: receipts, head: head, refusal: nil)
        }
    }

    func openPull(
        for principal: Principal, hello: Hello, answer: PushAnswer?, nowMilliseconds: Int64
    ) -> PullScan {
        PullScan(
            welcome: Welcome(
                hub: HubID(high: 1, low: 1), eras: [], head: answer?.head,
                hubTime: HybridTimestamp(milliseconds: nowMilliseconds),
                digestKey: [UInt8](repeating: 1, count: 32), scopes: state.withLock { $0.scopes },
                refusal: answer?.refusal),
            state: 0)
    }

    func next(_ scan: inout PullScan) throws -> PullStep {
        let index = scan.state as? Int ?? 0
        scan.state = index + 1
        return try state.withLock { state in
            if index < state.pages.count { return .page(state.pages[index]) }
            if let failure = state.pullFailure { throw failure }
            return .checkpoint(Self.checkpoint(at: state.position))
        }
    }

    func head(
        for principal: Principal, held: [HeadTag], nowMilliseconds: Int64
    ) -> HeadTag {
        HeadTag(
            position: state.withLock { $0.position }, chain: [UInt8](repeating: 4, count: 16),
            scopeSetHash: [UInt8](repeating: 2, count: 8), durable: .zero)
    }

    static let checkpoint = checkpoint(at: 9)

    static func checkpoint(at position: Int64) -> Checkpoint {
        Checkpoint(
            position: position, vector: VersionVector([era: 9]), head: nil,
            scopeSetHash: [UInt8](repeating: 2, count: 8),
            digestRoot: [UInt8](repeating: 3, count: 16))
    }

    func run(_ query: Query, arguments: [String: Value], limit: Int) -> [[Value]] {
        let row: [Value] = [
            arguments["owner"] ?? .null, .integer(.max), .real(1.5), .blob([0xAB]), .null,
        ]
        return Array(repeating: row, count: min(limit, 3))
    }

    func backUp(to path: String) throws -> TenantBackup {
        let copy = TenantBackup(
            tenant: tenant, position: Int64(state.withLock { $0.number }),
            vector: VersionVector([Self.era: state.withLock { $0.number }]))
        if let failure = state.withLock({ $0.backupFailure }) { throw failure }
        try Data("copy of \(tenant) at \(copy.position)".utf8)
            .write(to: URL(fileURLWithPath: path))
        return copy
    }

    func markDurable(_ vector: VersionVector) { state.withLock { $0.durable = vector } }

    func close() {}

    func verify(
        _ request: VerifyRequest, for principal: Principal, nowMilliseconds: Int64
    ) -> VerifyAnswer { VerifyAnswer(position: 0) }

    func release(_ oid: ContentID, nowMilliseconds: Int64) throws -> Receipt {
        throw Problem(.notFound)
    }

    func rejectFinally(_ oid: ContentID, nowMilliseconds: Int64) throws -> Receipt {
        throw Problem(.notFound)
    }

    func advanceFloor(
        nowMilliseconds: Int64, ageMilliseconds: Int64, work: Int
    ) -> FloorStep {
        state.withLock { state in
            state.floor = min(state.floor + 1, state.floorTarget)
            return FloorStep(floor: state.floor, hasMore: state.floor < state.floorTarget)
        }
    }

    func floorReport(
        nowMilliseconds: Int64, ageMilliseconds: Int64, counting: Bool
    ) -> FloorReport {
        state.withLock { state in
            FloorReport(
                floor: state.floor, target: state.floorTarget, head: 9,
                wait: state.floorTarget == 0 ? .backup : .age,
                forgettable: counting ? FloorReport.Forgettable() : nil)
        }
    }

    func clockReport() throws -> ClockReport { throw Problem(.notFound) }
    func history(of table: TableID, _ key: RowKey) throws -> RowHistory {
        throw Problem(.notFound)
    }
    func clockReport(for principal: Principal, nowMilliseconds: Int64) throws -> ClockReport {
        throw Problem(.notFound)
    }
    func history(
        of table: TableID, _ key: RowKey, for principal: Principal, nowMilliseconds: Int64
    ) throws -> RowHistory { throw Problem(.notFound) }
}

extension Push {
    fileprivate var size: Int {
        switch work {
        case .changeSets(let sets, _): sets.count
        case .changes(let changes, _): changes.count
        }
    }
}

final class FakeTenantDirectory: TenantDirectory {
    private let stores = Mutex<[TenantID: FakeTenantStore]>([:])

    func tenant(_ id: TenantID) -> (any TenantStore)? { self[id] }

    subscript(id: TenantID) -> FakeTenantStore? { stores.withLock { $0[id] } }

    func create(_ id: TenantID) -> any TenantStore {
        stores.withLock { stores in
            let store = stores[id] ?? FakeTenantStore(id)
            stores[id] = store
            return store
        }
    }

    func closeAll() {}
}
