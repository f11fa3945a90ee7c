import LynkCore
import LynkEngine
import LynkSimulator
import LynkStore
import LynkWire
import Synchronization

/// A hub and two devices that have exchanged before, the same in every run: one device writes in
/// area `b` and is left alone, the other one is of whoever makes the input and may write in `a`.
final class SmallWorld {
    static let tenant = TenantID(high: 0x46_55_5A_5A, low: 1)
    static let schema = SimulatedApplication(version: 1).schema
    private static let table: TableID = 2

    /// Where every run begins; made once.
    struct Start: Sendable {
        let hub: InMemoryTenantStore.Snapshot
        let honest: InMemoryReplica.Snapshot
        let other: InMemoryReplica.Snapshot
        /// The answer that the other device has not yet had.
        let answer: [UInt8]
        /// The request that it answers.
        let request: [UInt8]
    }

    static let start = Result { try make() }

    let time = StillClock()
    let honest: SmallDevice
    let other: SmallDevice
    private(set) var hub: InMemoryTenantStore
    private var chance: Chance

    /// - Parameter start: `nil` for an empty hub and new devices.
    init(_ start: Start?) throws {
        var chance = Chance(seed: 11)
        hub = try InMemoryTenantStore(
            tenant: Self.tenant, application: SimulatedApplication(version: 1),
            restoring: start?.hub, random: &chance)
        honest = try SmallDevice(1, area: "b", time, start?.honest)
        other = try SmallDevice(2, area: "a", time, start?.other)
        self.chance = chance
    }

    private static func make() throws -> Start {
        let world = try SmallWorld(nil)
        for device in [world.honest, world.other] {
            _ = try world.office([member(device)])
            try world.exchange(device)
            try device.replica.write([
                .insert(
                    table, device.row,
                    [.init(1, .text(device.area)), .init(2, "a board"), .init(4, 3)]),
                .insert(
                    5, RowKey(high: 3, low: device.number),
                    [
                        .init(1, .text(device.area)), .init(2, .key(device.principal.user)),
                        .init(4, 100),
                    ]),
            ])
            try world.exchange(device)
        }
        try world.other.replica.write([.update(table, world.other.row, [.init(2, "changed")])])
        let (hub, honest) = (world.hub.snapshot(), world.honest.replica.snapshot())
        let other = world.other.replica.snapshot()
        let request = try world.other.request()
        let answer = try world.answer(request, to: world.other)
        return Start(hub: hub, honest: honest, other: other, answer: answer, request: request)
    }

    /// What lets a device's user into its area.
    static func member(_ device: SmallDevice) -> RowChange {
        RowChange(
            table: 1, key: RowKey(high: 1, low: device.number), kind: .insert,
            puts: [
                .init(1, .key(device.principal.user)), .init(2, .text(device.area)), .init(3, 1),
            ])
    }

    func office(_ changes: [RowChange]) throws -> Receipt? {
        try Self.office(changes, by: hub, time)
    }

    /// A change by the back office.
    static func office(
        _ changes: [RowChange], by hub: any TenantStore, _ time: StillClock
    ) throws -> Receipt? {
        let principal = Principal(
            tenant: Self.tenant, device: DeviceID(high: 0, low: 0), user: UserID(high: 0, low: 0),
            role: "office")
        let push = Push(
            principal: principal, lane: LaneID(high: 0, low: 0), publicKey: nil,
            upload: time.read(), receivedMilliseconds: time.now,
            work: .changes(changes, Intent(name: "office")))
        return try hub.commit([push]).first?.receipts.first
    }

    /// Opens the hub again from what it has on disk.
    func restartHub() throws {
        hub = try InMemoryTenantStore(
            tenant: Self.tenant, application: SimulatedApplication(version: 1),
            restoring: hub.snapshot(), random: &chance)
    }

    /// One whole exchange of a device that keeps to the protocol.
    func exchange(_ device: SmallDevice) throws {
        try device.take(try answer(try device.request(), to: device))
    }

    func answer(_ body: [UInt8], to device: SmallDevice) throws -> [UInt8] {
        try Self.answer(body, to: device, by: hub, now: time.now)
    }

    /// The hub's side as the server has it: the bytes of the whole answer.
    ///
    /// - Throws: ``Problem``: what the route answers with instead.
    static func answer(
        _ body: [UInt8], to device: SmallDevice, by hub: any TenantStore, now: Int64
    ) throws -> [UInt8] {
        let request: SyncRequest
        do throws(WireError) { request = try SyncRequest.decode(body) } catch {
            throw error.problem
        }
        let hello = request.hello
        guard hello.device == device.principal.device else {
            throw Problem(.tokenInvalid, "the token is another device's than the hello")
        }
        var given: PushAnswer?
        if !request.changeSets.isEmpty || !hello.eras.isEmpty || !hello.proofs.isEmpty {
            let push = Push(
                principal: device.principal, lane: hello.lane, publicKey: device.key.publicKey,
                upload: hello.clock, receivedMilliseconds: now,
                work: .changeSets(request.changeSets, signature: request.signature),
                claims: PushClaims(hello))
            given = try hub.commit([push]).first
        }
        var scan = try hub.openPull(
            for: device.principal, hello: hello, answer: given, nowMilliseconds: now)
        var bytes = ResponseFrame.welcome(scan.welcome).encoded()
        if let given, !given.receipts.isEmpty {
            bytes += ResponseFrame.receipts(given.receipts).encoded()
            bytes += ResponseFrame.proof(given.proof).encoded()
        }
        while true {
            switch try hub.next(&scan) {
            case .page(let page): bytes += ResponseFrame.page(page).encoded()
            case .conflicts(let found): bytes += ResponseFrame.conflicts(found).encoded()
            case .checkpoint(let checkpoint):
                return bytes + ResponseFrame.checkpoint(checkpoint).encoded()
            }
        }
    }

    /// The rows that only the honest device may write, at the hub.
    func honestRows() -> [NamedRow] {
        hub.presentRows(Self.table).filter { $0.values.first == .text(honest.area) }
    }

    /// The head of the honest device's lane, at the hub.
    func honestHead() throws -> LaneHead? {
        let lane = honest.replica.inspect().lane
        return try hub.inspect { try $0.lane(lane)?.head }
    }
}

/// A device in memory and who has it.
final class SmallDevice {
    let number: UInt64
    let area: String
    let principal: Principal
    let key: DeviceKey
    let replica: InMemoryReplica

    /// The row of its own.
    var row: RowKey { RowKey(high: 2, low: number) }

    init(
        _ number: UInt64, area: String, _ time: StillClock, _ start: InMemoryReplica.Snapshot?
    ) throws {
        self.number = number
        self.area = area
        principal = Principal(
            tenant: SmallWorld.tenant, device: DeviceID(high: 9, low: number),
            user: UserID(high: 8, low: number), role: "worker")
        guard let key = DeviceKey(bytes: [UInt8](repeating: UInt8(number), count: 32)) else {
            throw FuzzFault("no key")
        }
        self.key = key
        replica = try InMemoryReplica(
            schema: SmallWorld.schema, clock: time, random: Chance(seed: number))
        if let start {
            try replica.restore(start)
        } else {
            try replica.adopt(
                Enrolment(server: "https://hub.test", principal: principal, key: key))
        }
    }

    func request() throws -> [UInt8] { try Self.request(of: replica) }

    static func request(of replica: any ReplicaStore) throws -> [UInt8] {
        let offer = try replica.offer()
        return SyncRequest.encode(
            hello: offer.hello, changeSets: offer.changeSets.map(\.bytes),
            signature: offer.signature)
    }

    func take(_ answer: [UInt8]) throws { try Self.take(answer, into: replica) }

    /// Takes an answer as the client does, to its end or its first slip.
    static func take(_ answer: [UInt8], into replica: any ReplicaStore) throws {
        var reader = FrameReader()
        reader.append(answer)
        var unproven: [ReceiptProof.Entry] = []
        do {
            while let frame = try reader.next() {
                switch try ResponseFrame.decode(frame) {
                case .welcome(let welcome): try replica.begin(welcome)
                case .receipts(let receipts):
                    unproven += receipts.map { ReceiptProof.Entry($0) }
                    try replica.record(receipts)
                case .proof(let signature):
                    try replica.record(
                        proof: ReceiptProof(entries: unproven, signature: signature))
                case .page(let page): try replica.stage(page: page)
                case .conflicts(let conflicts): try replica.record(conflicts: conflicts)
                case .checkpoint(let checkpoint): _ = try replica.apply(checkpoint)
                case .problem(let problem): throw problem
                }
            }
        } catch let slip as WireError {
            throw Problem(.responseInvalid, "\(slip)")
        }
    }
}

/// A clock that only the input moves.
final class StillClock: ReplicaClock {
    private let milliseconds = Atomic<Int64>(1_790_000_000_000)
    var now: Int64 { milliseconds.load(ordering: .relaxed) }

    func advance(_ by: Int64) { milliseconds.wrappingAdd(by, ordering: .relaxed) }

    func read() -> ClockReading {
        ClockReading(
            wallMilliseconds: now, bootID: BootID(high: 0, low: 1),
            bootMilliseconds: now - 1_780_000_000_000)
    }
}
