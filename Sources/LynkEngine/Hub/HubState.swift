package import LynkCore

/// What a hub knows of a tenant in memory: the same as its tables, as of the last commit.
///
/// Isolation: a value, owned by the tenant's commit thread. A group works on a copy and publishes
/// it after COMMIT; when the group fails, the copy is dropped.
package struct HubState: Sendable {
    let hub: HubID
    let tenant: TenantID
    let keys: Keys
    var eras = EraGraph()
    /// By handle; stamps name only those with a base.
    var eraList: [HubEra] = []
    var eraHandles: [EraID: UInt32] = [:]
    /// The handle of this incarnation.
    var eraHandle: UInt32 = 0
    var number: UInt64 = 0
    var position: Int64
    /// ``CommitChain`` at the position.
    var chain: [UInt8]
    /// Nothing at or below this position is kept for causality alone.
    var floor: Int64
    var aliases: [DotAlias] = []
    /// Lanes whose device was asked for eras since the hub opened.
    var askedForEras: Set<LaneID> = []
    var vector: VersionVector
    var clock: HybridClock
    /// By handle: every lane that a stamp may name, the hub's own included.
    var lanes: [HubLane] = []
    var laneHandles: [LaneID: UInt32] = [:]
    /// By handle.
    var scopes: [HubScope] = []
    var scopeHandles: [Scope: UInt32] = [:]

    /// Secrets of the tenant at this hub; made once.
    struct Keys: Sendable {
        let digest: [UInt8]
        let ratchet: [UInt8]
        let signing: DeviceKey
    }

    var era: HubEra { eraList[Int(eraHandle)] }

    /// Stamps of what the hub derives name the hub itself in place of a lane.
    var hubLane: LaneID { LaneID(high: hub.high, low: hub.low) }

    /// The position that a stamp of this hub stands for.
    func position(of stamp: Stamp) -> Int64 {
        (eraList[Int(stamp.era)].base ?? 0) + Int64(stamp.number)
    }

    func position(of dot: Dot) -> Int64? {
        eraHandles[dot.era].flatMap { eraList[Int($0)].base }
            .map { $0 &+ Int64(bitPattern: dot.number) }
    }

    /// The dot of a position, by handles: eras without a commit share their base with the next.
    func place(at position: Int64) -> Writer.Place? {
        guard let era = eraList.last(where: { $0.base.map { $0 < position } ?? false }),
            let base = era.base
        else { return nil }
        return Writer.Place(era: era.handle, number: UInt64(position - base))
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
        let digestKey = try meta(.digestKey) { fresh() + fresh() }
        let ratchetKey = try meta(.ratchetKey) { fresh() + fresh() }
        let signingKey = DeviceKey(bytes: try meta(.signingKey) { fresh() + fresh() })
        guard let hub = HubID(bytes: hubBytes), let signingKey,
            try meta(.tenant, orMake: { tenant.bytes }) == tenant.bytes
        else {
            throw Problem(.storeFailed, "the file belongs to another tenant")
        }
        let floor = try meta(.floor) { HybridTimestamp.zero.bytes }
        let vector = try storage.vector()
        let clock = try meta(.clock) { HybridTimestamp.zero.bytes }
        let head = try storage.head()
        var state = HubState(
            hub: hub, tenant: tenant,
            keys: Keys(digest: digestKey, ratchet: ratchetKey, signing: signingKey),
            position: head, chain: try storage.log(at: head)?.chain ?? CommitChain.start,
            floor: Int64(HybridTimestamp(bytes: floor).rawValue), vector: vector,
            clock: HybridClock(last: HybridTimestamp(bytes: clock)))
        for era in try storage.eras() { state.add(era) }
        let opened = HubEra(
            handle: UInt32(state.eraList.count),
            record: EraRecord(
                era: EraID(high: random.next(), low: random.next()), hub: hub, parents: vector),
            base: head)
        try storage.insert(opened)
        state.add(opened)
        state.eraHandle = opened.handle
        state.aliases = try storage.aliases()
        state.lanes = try storage.lanes()
        for lane in state.lanes { state.laneHandles[lane.id] = lane.handle }
        state.scopes = try storage.scopes()
        for scope in state.scopes { state.scopeHandles[scope.name] = scope.handle }
        return state
    }

    mutating func add(_ era: HubEra) {
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
