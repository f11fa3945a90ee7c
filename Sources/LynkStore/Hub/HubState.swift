import Foundation
import GRDB
import LynkCore
import LynkEngine

/// A lane as the commit thread keeps it.
struct HubLane {
    let handle: UInt32
    let device: DeviceID
    var head: LaneHead
    var effective: HybridTimestamp
}

/// What a hub knows of a tenant in memory: the same as its tables, as of the last commit.
///
/// Isolation: a value, owned by the tenant's commit thread. A group works on a copy and publishes
/// it after COMMIT; when the group fails, the copy is dropped.
struct HubState {
    let hub: HubID
    let tenant: TenantID
    let digestKey: [UInt8]
    var eras: EraGraph
    /// By handle; the last one is this incarnation.
    var eraList: [(era: EraID, base: Int64)]
    var eraHandles: [EraID: UInt32]
    let era: EraID
    let eraHandle: UInt32
    var number: UInt64 = 0
    var position: Int64
    var vector: VersionVector
    var clock: HybridClock
    /// Lanes that have a head here.
    var lanes: [LaneID: HubLane] = [:]
    /// Every lane that a stamp may name, the hub's own included.
    var laneHandles: [LaneID: UInt32] = [:]
    var laneNames: [LaneID] = []
    var scopes: [Scope: UInt32] = [:]
    var scopeNames: [Scope] = []
    var scopeHeads: [Int64] = []

    /// Stamps of what the hub derives name the hub itself in place of a lane.
    var hubLane: LaneID { LaneID(high: hub.high, low: hub.low) }

    /// The position that a stamp of this hub stands for.
    func position(of stamp: Stamp) -> Int64 {
        eraList[Int(stamp.era)].base + Int64(stamp.number)
    }

    func position(of dot: Dot) -> Int64? {
        eraHandles[dot.era].map { eraList[Int($0)].base + Int64(dot.number) }
    }
}

extension HubState {
    /// Loads the tables and opens a new era, durably, before anything can be written in it.
    static func open(
        _ database: Database, tenant: TenantID, random: inout some RandomNumberGenerator
    ) throws -> HubState {
        func meta(_ name: String, orMake make: () -> [UInt8]) throws -> [UInt8] {
            let found = try Data.fetchOne(
                database, sql: "SELECT value FROM lynk_meta WHERE name = ?", arguments: [name])
            if let found { return Array(found) }
            let made = make()
            try database.execute(
                sql: "INSERT INTO lynk_meta (name, value) VALUES (?, ?)",
                arguments: [name, Data(made)])
            return made
        }
        func fresh() -> [UInt8] { HubID(high: random.next(), low: random.next()).bytes }
        let hubBytes = try meta("hub", orMake: fresh)
        let key = try meta("digest_key") { fresh() + fresh() }
        let stored = try meta("tenant") { tenant.bytes }
        guard let hub = HubID(bytes: hubBytes), stored == tenant.bytes else {
            throw Problem(.storeFailed, "the file belongs to another tenant")
        }
        let vector = try VectorCodec.decode(try meta("vector") { [] })
        let clock = try meta("clock") { HybridTimestamp.zero.bytes }
        var eras = EraGraph()
        var list: [(EraID, Int64)] = []
        var handles: [EraID: UInt32] = [:]
        let rows = try Row.fetchAll(
            database, sql: "SELECT era, hub, parents, base FROM lynk_era ORDER BY handle")
        for row in rows {
            let data: Data = row["era"]
            let parents: Data = row["parents"]
            guard let era = EraID(bytes: data) else { continue }
            eras.insert(
                EraRecord(era: era, hub: hub, parents: try VectorCodec.decode(Array(parents))))
            handles[era] = UInt32(list.count)
            list.append((era, row["base"]))
        }
        let head = try Int64.fetchOne(database, sql: "SELECT max(position) FROM lynk_log") ?? 0
        let era = EraID(high: random.next(), low: random.next())
        let record = EraRecord(era: era, hub: hub, parents: vector)
        eras.insert(record)
        handles[era] = UInt32(list.count)
        try database.execute(
            sql: "INSERT INTO lynk_era (handle, era, hub, parents, base) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                list.count, Data(era.bytes), Data(hub.bytes), Data(VectorCodec.encode(vector)),
                head,
            ])
        list.append((era, head))
        var state = HubState(
            hub: hub, tenant: tenant, digestKey: key, eras: eras, eraList: list,
            eraHandles: handles, era: era, eraHandle: UInt32(list.count - 1), position: head,
            vector: vector, clock: HybridClock(last: HybridTimestamp(bytes: clock)))
        try state.loadLanesAndScopes(database)
        return state
    }

    private mutating func loadLanesAndScopes(_ database: Database) throws {
        let lane = try HotStatement(
            database,
            "SELECT lane, device, sequence, oid, effective FROM lynk_lane ORDER BY handle")
        while try lane.step() {
            let id: LaneID = try lane.key(0)
            let handle = UInt32(laneNames.count)
            laneHandles[id] = handle
            laneNames.append(id)
            guard lane.integer(2) > 0 else { continue }
            guard let oid = ContentID(bytes: lane.blob(3)) else {
                throw Problem(.storeFailed, "a lane's head is damaged")
            }
            let head = LaneHead(lane: id, sequence: UInt64(lane.integer(2)), oid: oid)
            lanes[id] = HubLane(
                handle: handle, device: try lane.key(1), head: head,
                effective: HybridTimestamp(rawValue: UInt64(bitPattern: lane.integer(4))))
        }
        lane.reset()
        let scope = try HotStatement(
            database, "SELECT name, head FROM lynk_scope ORDER BY handle")
        while try scope.step() {
            let name = Scope(scope.text(0))
            scopes[name] = UInt32(scopeNames.count)
            scopeNames.append(name)
            scopeHeads.append(scope.integer(1))
        }
        scope.reset()
    }
}

extension HybridTimestamp {
    var bytes: [UInt8] { withUnsafeBytes(of: rawValue.bigEndian) { Array($0) } }

    init(bytes: [UInt8]) {
        self.init(rawValue: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
