import LynkCore

/// One group's open transaction on a hub's storage: what a commit moves, and in which order.
///
/// Isolation: lives on the commit thread inside one transaction of the file, never outlives it.
final class HubTransaction<Storage: HubStorage>: TenantView {
    let storage: Storage
    let application: any Application
    var state: HubState
    var group = CommitEffects()
    var effects = CommitEffects()
    var hasher: Storage.Hasher
    var dirtyLanes: Set<UInt32> = []
    /// Scopes whose head moved and is not written yet.
    var pendingScopes: Set<UInt32> = []
    let firstNewScope: Int
    /// Scopes that the author of the change set at hand had; `nil` for the hub, which has all.
    var visible: Set<UInt32>?
    /// The same while the hub's own changes of that change set are merged.
    private(set) var visibleToAuthor: Set<UInt32>?
    /// Quarantined change sets whose births may have arrived, in the order of their positions.
    var due: [Int64] = []
    /// What the push at hand proves about its own earlier receipts, by oid.
    var proven: [ContentID: ReceiptProof.Entry] = [:]
    var integrity: IntegrityLog
    private var visibleCache: (device: DeviceID, position: Int64, scopes: Set<UInt32>)?
    /// The lanes behind the one that was asked for last.
    var lanesCache: (lane: UInt32, behind: [UInt32: HybridTimestamp])?
    /// Rows that quarantined change sets of a device were to give birth to, or were before they
    /// were rejected.
    var quarantinedBirths: [DeviceID: [RowName: OwnBirth]] = [:]
    private var timeCache: (position: Int64, time: HybridTimestamp)?

    init(
        storage: Storage, application: any Application, state: HubState, plan: IntegrityPlan
    ) {
        integrity = IntegrityLog(plan)
        self.storage = storage
        self.application = application
        self.state = state
        hasher = Storage.Hasher(digestKey: state.keys.digest)
        firstNewScope = state.scopes.count
    }

    func lane(_ id: LaneID) -> LaneState? {
        guard let lane = state.lane(id), let head = lane.head else { return nil }
        return LaneState(head: head, effective: lane.effective, device: lane.device)
    }

    func truncate(_ context: VersionVector) -> VersionVector {
        state.eras.meet(context, state.vector)
    }

    /// What a context covered when this commit was made: what came later its author did not have.
    func truncate(_ context: VersionVector, before dot: Dot) -> VersionVector {
        guard let handle = state.eraHandles[dot.era] else { return .zero }
        let had =
            dot.number > 1
            ? VersionVector([dot.era: dot.number - 1])
            : state.eraList[Int(handle)].record.parents
        return state.eras.meet(context, had)
    }

    func hubTime(of vector: VersionVector) throws -> HybridTimestamp {
        var latest = HybridTimestamp.zero
        for dot in vector.sorted {
            guard let position = state.position(of: dot) else { continue }
            if timeCache?.position != position {
                guard let time = try storage.received(at: position) else { continue }
                timeCache = (position, time)
            }
            latest = max(latest, timeCache?.time ?? .zero)
        }
        return latest
    }

    /// The latest time of what an author had seen under dots that were lost here.
    func aliasTime(of context: VersionVector) throws -> HybridTimestamp {
        try state.aliases.reduce(.zero) { latest, alias in
            guard state.eras.contains(context, alias.lost) else { return latest }
            return max(latest, try storage.log(at: alias.position)?.effective ?? .zero)
        }
    }

    func nextSlot(wallMilliseconds: Int64) -> CommitSlot {
        CommitSlot(
            position: state.position + 1,
            dot: Dot(era: state.era.record.era, number: state.number + 1),
            received: state.clock.tick(wallMilliseconds: wallMilliseconds))
    }

    func writer(
        for sealed: SealedChangeSet, in lane: LaneID, at slot: CommitSlot,
        effective: HybridTimestamp, context: VersionVector, isReleased: Bool = false
    ) throws -> Writer {
        let author = laneHandle(lane, of: sealed.content.device)
        try noteFork(of: sealed, in: author)
        let position = context.sorted.compactMap { state.position(of: $0) }.max() ?? 0
        visible = try scopes(of: sealed.content.device, at: position)
        return Writer(
            stamp: stamp(slot, effective, author), oid: sealed.oid,
            known: state.eras.expand(context),
            era: { [list = state.eraList] in list[Int($0)].record.era },
            chain: Writer.Chain(
                behind: lanesBehind(author),
                ahead: isReleased ? lanesAhead(of: author, at: effective) : [],
                isReleased: isReleased),
            also: aliases(in: sealed.content.context))
    }

    /// What the whole context, before it was truncated, contains under dots that were lost.
    private func aliases(in context: VersionVector) -> Set<Writer.Place> {
        var places: Set<Writer.Place> = []
        for alias in state.aliases where state.eras.contains(context, alias.lost) {
            if let place = state.place(at: alias.position) { places.insert(place) }
        }
        return places
    }

    func hubWriter(
        for sealed: SealedChangeSet, at slot: CommitSlot, effective: HybridTimestamp
    ) throws -> Writer {
        visibleToAuthor = visible
        visible = nil
        let lane = state.hubLane
        let author = laneHandle(lane, of: DeviceID(high: lane.high, low: lane.low))
        return Writer(hub: stamp(slot, effective, author), oid: sealed.oid)
    }

    private func stamp(
        _ slot: CommitSlot, _ effective: HybridTimestamp, _ author: UInt32
    ) -> Stamp {
        Stamp(
            era: state.eraHandle, number: slot.dot.number, effective: effective, author: author)
    }

    /// The device's scope set at a position, from the history of what pulls delivered.
    private func scopes(of device: DeviceID, at position: Int64) throws -> Set<UInt32> {
        if let visibleCache, visibleCache.device == device, visibleCache.position == position {
            return visibleCache.scopes
        }
        let delivered = try storage.scopeSet(of: device, at: position)?.covered ?? []
        let found = Set(delivered.compactMap { state.scopeHandles[$0] })
        visibleCache = (device, position, found)
        return found
    }

    /// A handle for a lane that may be seen here for the first time; its head comes with append.
    func laneHandle(_ lane: LaneID, of device: DeviceID) -> UInt32 {
        if let known = state.laneHandles[lane] { return known }
        let handle = UInt32(state.lanes.count)
        state.laneHandles[lane] = handle
        state.lanes.append(HubLane(handle: handle, id: lane, device: device))
        dirtyLanes.insert(handle)
        return handle
    }

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        effects = CommitEffects()
        _ = integrity.take()
        var result: T?
        try storage.savepoint { result = try body() }
        guard let result else { throw Problem(.storeFailed, "a savepoint gave no result") }
        group.absorb(effects)
        effects = CommitEffects()
        return result
    }

    func row(_ table: TableID, _ key: RowKey) throws -> StampedRow? {
        try storage.row(table, key)
    }

    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        try storage.rows(table, index: index, equals: values, limit: limit)
    }
}
