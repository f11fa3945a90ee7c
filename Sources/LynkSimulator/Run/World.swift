import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// A hub, its devices, the lines between them and who watches: everything that one seed decides.
///
/// Isolation: one thread. Nothing in it reads a clock or draws chance but from the seed.
final class World {
    enum Event {
        case planned(PlannedEvent)
        case sync(Int)
        case requestArrives(Conversation, copy: Int)
        case hubSends(Conversation)
        case bytesArrive(Conversation, [UInt8], isEnd: Bool)
        case refusalArrives(Conversation, Problem)
        case timeout(Conversation)
        case hubStarts
        case compareArrives(Int, Int, [UInt8])
        case compared(Int, Int, [UInt8])
    }

    let plan: Plan
    let workload: WorkloadKind
    let chance: Chance
    let time = VirtualTime()
    let hub: SimulatedHub
    let truth = Truth()
    var devices: [Int: SimulatedDevice] = [:]
    var queue = EventQueue<Event>()
    var trace: Trace
    var marks = Marks()
    var phase = Phase.safety
    /// Events that were dealt with.
    private(set) var steps = 0
    var conversations = 0
    /// Calls of stores that might have met a fault of their disk.
    var risks = 0
    var comparisons = 0
    /// Per user the areas that the office has ever given.
    var areasOf: [UserID: Set<String>] = [:]
    /// Change sets that went with a device's file when an older one was put in its place.
    var orphaned: Set<ContentID> = []
    /// Devices that did not come to rest, and why.
    var restless: [String] = []
    let slip: Slip?
    let store: StoreKind
    private var checkers: [any Checker] = []

    init(_ plan: Plan, options: SimulationOptions) throws {
        self.plan = plan
        workload = options.workload
        slip = options.slip
        store = options.store
        chance = Chance(seed: plan.seed).stream("world")
        trace = Trace(isKept: options.keepsTrace)
        hub = try SimulatedHub(
            time, chance: chance.stream("hub"),
            version: plan.mix.has(.schemaSkew) ? 1 : workload.newestVersion, workload: workload,
            paymentSlip: options.paymentSlip, store: store)
        hub.slip = options.slip
        if slip == .lyingDisk { hub.medium.simulatedDisk?.lie() }
        for kind in workload.checkers where options.checkers?.contains(kind.name) ?? true {
            checkers.append(kind.init())
        }
        try populate()
        for event in plan.events { queue.add(.planned(event), at: event.tick) }
    }

    var mix: FaultMix { phase == .safety ? plan.mix : .none }
    /// In the order of their slots.
    var everyDevice: [SimulatedDevice] { devices.sorted { $0.key < $1.key }.map(\.value) }
    var areas: [String] { (0..<plan.areas).map(PolicyWorkload.area) }

    /// A file that could not be read while nothing was armed to go wrong.
    var unreadable: Breach? {
        let name = "FilesAreReadable"
        if let problem = hub.unreadable { return Breach(name, "I7", "the hub: \(problem)") }
        for device in everyDevice {
            guard let problem = device.replica.unreadable else { continue }
            return Breach(name, "I7", "\(problem)", device: device.slot)
        }
        return nil
    }

    func note(_ text: String) { trace.note(time.tick, text) }
    func reach(_ mark: Mark) { marks.reach(mark) }

    func tell(_ moment: Moment) throws {
        for checker in checkers { try checker.check(moment, in: self) }
    }

    // MARK: Running

    /// Deals with everything that is queued, in its order.
    func drainQueue() throws {
        while let (tick, event) = queue.next() {
            time.advance(toTick: tick)
            steps += 1
            do { try handle(event) } catch let loss as DiskLoss { try recover(loss) }
            try tell(.stepped)
        }
    }

    private func handle(_ event: Event) throws {
        switch event {
        case .planned(let event): try act(event)
        case .sync(let slot):
            if let device = devices[slot] {
                try beginExchange(device, chance.stream("again", slot))
            }
        case .requestArrives(let conversation, let copy): try serve(conversation, copy: copy)
        case .hubSends(let conversation): try sendNext(conversation)
        case .bytesArrive(let conversation, let bytes, let isEnd):
            try deliver(conversation, bytes, isEnd: isEnd)
        case .refusalArrives(let conversation, let problem): refuse(conversation, problem)
        case .timeout(let conversation):
            if let device = devices[conversation.slot], device.conversation === conversation {
                note("d\(device.slot) gives up waiting")
                end(conversation, device)
            }
        case .compareArrives(let slot, let number, let bytes):
            try compare(slot, number, bytes)
        case .compared(let slot, let number, let bytes): try compared(slot, number, bytes)
        case .hubStarts:
            note("hub starts")
            try hub.start(losing: chance.stream("outage", Int(time.tick)))
            try checkHubFile()
            try noteCommits()
        }
    }

    // MARK: The beginning

    private func populate() throws {
        var random = chance.stream("people")
        for slot in 0..<plan.devices { try addDevice(slot, &random) }
        if workload == .payments { return try populatePayments(&random) }
        for area in areas {
            let sides = [1, 2].map { side in
                RowChange(
                    table: SimulatedApplication.pair.id, key: PolicyWorkload.pairKey(area, side),
                    kind: .insert,
                    puts: [
                        .init(1, .text(area)), .init(2, .integer(Int64(side))),
                        .init(3, .text(AreaMark(area: area).text("token"))),
                    ])
            }
            try office(sides)
        }
        for device in everyDevice where device.principal.role == "worker" {
            let first = random.number(plan.areas - 1)
            try assign(device.principal.user, PolicyWorkload.area(first), true)
            if random.isOne(in: 2) {
                let second = random.number(plan.areas - 1)
                if second != first {
                    try assign(device.principal.user, PolicyWorkload.area(second), true)
                }
            }
        }
    }

    private func addDevice(_ slot: Int, _ random: inout Chance) throws {
        let id = DeviceID(high: 0x5349_4D44, low: UInt64(slot + 1))
        let role = slot > 0 && random.isOne(in: 6) ? workload.officeRole : "worker"
        let principal = Principal(
            tenant: SimulatedHub.tenant, device: id,
            user: UserID(high: 0x5349_4D55, low: UInt64(slot + 1)), role: role)
        let secret = RowKey.derived("key", [id.bytes]).bytes
        guard let key = DeviceKey(bytes: secret + secret) else { throw Problem(.internalFailure) }
        // Where programs differ, some devices have the newer one before the hub.
        let version: UInt32 = plan.mix.has(.schemaSkew) ? 1 + UInt32(random.number(1)) : 2
        devices[slot] = try SimulatedDevice(
            slot: slot, principal: principal, key: key,
            clock: MachineClock(time, machine: UInt64(slot)),
            schema: workload.application(version: version, nil).schema,
            chance: chance.stream("device", slot), store: store)
        hub.register(principal, key.publicKey)
        if slip == .lyingDisk { devices[slot]?.replica.simulatedDisk?.lie() }
    }
}
