import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// One group's open transaction: the engine's port on a SQLite connection.
///
/// Isolation: lives on the commit thread inside one `inTransaction`, never outlives it.
final class HubTransaction: TenantTransaction {
    let database: Database
    let application: any Application
    let tables: [TableID: TableSQL]
    var state: HubState
    var group = CommitEffects()
    var effects = CommitEffects()
    var hasher: RowHasher
    var dirtyLanes: Set<LaneID> = []
    /// Scopes whose head moved and is not written yet.
    var pendingScopes: Set<UInt32> = []
    var firstNewScope: Int
    /// Scopes that the author of the change set at hand had; `nil` for the hub, which has all.
    var visible: Set<UInt32>?
    private var visibleCache: (device: DeviceID, position: Int64, scopes: Set<UInt32>)?
    private var timeCache: (position: Int64, time: HybridTimestamp)?

    init(
        database: Database, application: any Application, tables: [TableID: TableSQL],
        state: HubState
    ) {
        self.database = database
        self.application = application
        self.tables = tables
        self.state = state
        hasher = RowHasher(digestKey: state.digestKey)
        firstNewScope = state.scopeNames.count
    }

    func lane(_ id: LaneID) -> LaneState? {
        state.lanes[id].map {
            LaneState(head: $0.head, effective: $0.effective, device: $0.device)
        }
    }

    func truncate(_ context: VersionVector) -> VersionVector {
        state.eras.meet(context, state.vector)
    }

    func hubTime(of vector: VersionVector) throws -> HybridTimestamp {
        var latest = HybridTimestamp.zero
        for dot in vector.sorted {
            guard let position = state.position(of: dot) else { continue }
            if let timeCache, timeCache.position == position {
                latest = max(latest, timeCache.time)
                continue
            }
            let statement = try HotStatement(
                database, "SELECT received FROM lynk_log WHERE position = ?")
            statement.bind(1, position)
            if try statement.step() {
                let time = HybridTimestamp(rawValue: UInt64(bitPattern: statement.integer(0)))
                timeCache = (position, time)
                latest = max(latest, time)
            }
            statement.reset()
        }
        return latest
    }

    func nextSlot(wallMilliseconds: Int64) -> CommitSlot {
        CommitSlot(
            position: state.position + 1, dot: Dot(era: state.era, number: state.number + 1),
            received: state.clock.tick(wallMilliseconds: wallMilliseconds))
    }

    func writer(
        for sealed: SealedChangeSet, in lane: LaneID, at slot: CommitSlot,
        effective: HybridTimestamp, context: VersionVector
    ) throws -> Writer {
        let author = laneHandle(lane)
        let position = context.sorted.compactMap { state.position(of: $0) }.max() ?? 0
        visible = try scopes(of: sealed.content.device, at: position)
        return Writer(
            stamp: stamp(slot, effective, author), oid: sealed.oid,
            known: state.eras.expand(context), era: { [list = state.eraList] in list[Int($0)].era })
    }

    func hubWriter(
        for sealed: SealedChangeSet, at slot: CommitSlot, effective: HybridTimestamp
    ) throws -> Writer {
        visible = nil
        let author = laneHandle(state.hubLane)
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
        let statement = try HotStatement(
            database,
            """
            SELECT scopes FROM lynk_scope_set WHERE device = ? AND position <= ?
            ORDER BY position DESC LIMIT 1
            """)
        statement.bind(1, blob: device.bytes)
        statement.bind(2, position)
        var found: Set<UInt32> = []
        if try statement.step() {
            for scope in ScopeList.decode(statement.text(0)) {
                if let handle = state.scopes[scope] { found.insert(handle) }
            }
        }
        statement.reset()
        visibleCache = (device, position, found)
        return found
    }

    /// A handle for a lane that may be seen here for the first time; its head comes with append.
    func laneHandle(_ lane: LaneID) -> UInt32 {
        if let known = state.laneHandles[lane] { return known }
        let handle = UInt32(state.laneNames.count)
        state.laneHandles[lane] = handle
        state.laneNames.append(lane)
        dirtyLanes.insert(lane)
        return handle
    }

    func savepoint<T>(_ body: () throws -> T) throws -> T {
        effects = CommitEffects()
        var result: T?
        try database.inSavepoint {
            result = try body()
            return .commit
        }
        guard let result else { throw Problem(.storeFailed, "a savepoint gave no result") }
        group.absorb(effects)
        effects = CommitEffects()
        return result
    }

    func row(_ table: TableID, _ key: RowKey) throws -> StampedRow? {
        try HubView(database: database, tables: tables).row(table, key)
    }

    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        try HubView(database: database, tables: tables)
            .rows(table, index: index, equals: values, limit: limit)
    }
}
