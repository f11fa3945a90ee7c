package import LynkCore

/// What a hub knows of a tenant in memory: the same as its tables, as of the last commit.
///
/// Isolation: a value, owned by the tenant's commit thread. A group works on a copy and publishes
/// it after COMMIT; when the group fails, the copy is dropped.
package struct HubState: Sendable {
    let hub: HubID
    let tenant: TenantID
    let digestKey: [UInt8]
    var eras: EraGraph
    /// By handle; the last one is this incarnation.
    var eraList: [HubEra]
    var eraHandles: [EraID: UInt32]
    var number: UInt64 = 0
    var position: Int64
    var vector: VersionVector
    var clock: HybridClock
    /// By handle: every lane that a stamp may name, the hub's own included.
    var lanes: [HubLane] = []
    var laneHandles: [LaneID: UInt32] = [:]
    /// By handle.
    var scopes: [HubScope] = []
    var scopeHandles: [Scope: UInt32] = [:]

    var era: HubEra { eraList[eraList.count - 1] }

    /// Stamps of what the hub derives name the hub itself in place of a lane.
    var hubLane: LaneID { LaneID(high: hub.high, low: hub.low) }

    /// The position that a stamp of this hub stands for.
    func position(of stamp: Stamp) -> Int64 {
        eraList[Int(stamp.era)].base + Int64(stamp.number)
    }

    func position(of dot: Dot) -> Int64? {
        eraHandles[dot.era].map { eraList[Int($0)].base + Int64(dot.number) }
    }

    func lane(_ id: LaneID) -> HubLane? { laneHandles[id].map { lanes[Int($0)] } }
}

extension HubState {
    /// Loads the tables and opens a new era, durably, before anything can be written in it.
    static func open(
        _ storage: some HubStorage, tenant: TenantID, random: inout some RandomNumberGenerator
    ) throws -> HubState {
        func meta(_ name: HubMeta, orMake make: () -> [UInt8]) throws -> [UInt8] {
            if let found = try storage.meta(name) { return found }
            let made = make()
            try storage.setMeta(name, made)
            return made
        }
        func fresh() -> [UInt8] { HubID(high: random.next(), low: random.next()).bytes }
        let hubBytes = try meta(.hub, orMake: fresh)
        let key = try meta(.digestKey) { fresh() + fresh() }
        guard let hub = HubID(bytes: hubBytes),
            try meta(.tenant, orMake: { tenant.bytes }) == tenant.bytes
        else {
            throw Problem(.storeFailed, "the file belongs to another tenant")
        }
        let vector = try storage.vector()
        let clock = try meta(.clock) { HybridTimestamp.zero.bytes }
        let head = try storage.head()
        var state = HubState(
            hub: hub, tenant: tenant, digestKey: key, eras: EraGraph(), eraList: [],
            eraHandles: [:], position: head, vector: vector,
            clock: HybridClock(last: HybridTimestamp(bytes: clock)))
        for era in try storage.eras() { state.add(era) }
        let opened = HubEra(
            handle: UInt32(state.eraList.count),
            record: EraRecord(
                era: EraID(high: random.next(), low: random.next()), hub: hub, parents: vector),
            base: head)
        try storage.insert(opened)
        state.add(opened)
        state.lanes = try storage.lanes()
        for lane in state.lanes { state.laneHandles[lane.id] = lane.handle }
        state.scopes = try storage.scopes()
        for scope in state.scopes { state.scopeHandles[scope.name] = scope.handle }
        return state
    }

    private mutating func add(_ era: HubEra) {
        eras.insert(era.record)
        eraHandles[era.record.era] = era.handle
        eraList.append(era)
    }
}

extension HybridTimestamp {
    package var bytes: [UInt8] { withUnsafeBytes(of: rawValue.bigEndian) { Array($0) } }

    package init(bytes: [UInt8]) {
        self.init(rawValue: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}
