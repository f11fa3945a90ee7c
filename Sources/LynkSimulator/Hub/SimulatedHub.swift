import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// A hub's machine: the shipped store, who may speak to it, and what befalls its file.
final class SimulatedHub {
    /// What the hub's office keeps of a device.
    struct Registered {
        let principal: Principal
        let publicKey: DevicePublicKey
        var isRevoked = false
    }

    struct Backup {
        let image: StoreImage
        let position: Int64
        let version: UInt32
    }

    static let tenant = TenantID(high: 0x5349_4D55, low: 1)

    let time: VirtualTime
    fileprivate var chance: Chance
    fileprivate(set) var store: any HubStore
    let medium: any HubMedium
    /// Why something could not be read; `nil` while all could.
    private(set) var unreadable: Problem?
    private(set) var application: any Application
    let workload: WorkloadKind
    private let paymentSlip: PaymentSlip?
    /// Counts the openings of the store: an answer of an earlier one is cut.
    private(set) var opening = 0
    private(set) var isUp = true
    /// How wrong the hub's wall clock is.
    var skew: Int64 = 0
    private(set) var registered: [DeviceID: Registered] = [:]
    private(set) var sessions = SessionShelf()
    private(set) var backups: [Backup] = []
    /// The slip that is planted at the seam, if any.
    var slip: Slip?
    private var lastPage: [UInt8] = []

    init(
        _ time: VirtualTime, chance: Chance, version: UInt32, workload: WorkloadKind,
        paymentSlip: PaymentSlip?, store kind: StoreKind
    ) throws {
        self.time = time
        self.chance = chance
        self.workload = workload
        self.paymentSlip = paymentSlip
        application = workload.application(version: version, paymentSlip)
        medium =
            switch kind {
            case .memory: MemoryHubMedium()
            case .sqlite: try DiskHub(chance)
            }
        store = try medium.open(application, random: &self.chance)
    }

    var now: Int64 { time.now &+ skew }

    func register(_ principal: Principal, _ key: DevicePublicKey) {
        registered[principal.device] = Registered(principal: principal, publicKey: key)
    }

    func revoke(_ device: DeviceID) { registered[device]?.isRevoked = true }

    func freshSession() -> [UInt8] {
        withUnsafeBytes(of: chance.next().bigEndian) { Array($0) }
    }

    func keep(_ session: ExchangeSession) { sessions.keep(session) }

    /// The page of the answer before; `nil` for the first.
    func stalePage(instead page: [UInt8]) -> [UInt8]? {
        defer { lastPage = page }
        return lastPage.isEmpty ? nil : lastPage
    }

    // MARK: What befalls it

    private func open() throws {
        opening += 1
        sessions = SessionShelf()
        // The slip of a hub that numbers on in the era that it had before.
        var same = Chance(seed: 1)
        if slip == .reusedEra {
            store = try medium.open(application, random: &same)
        } else {
            store = try medium.open(application, random: &chance)
        }
    }

    /// The process ends at this moment and starts again; with `power`, the machine does.
    func restart(losing power: Chance? = nil) throws {
        try medium.die(store, losing: power)
        try open()
        // The slip of a hub that takes its own disk for a second place.
        if slip == .earlyDurable { try store.markDurable(try store.inspect { try $0.vector() }) }
    }

    /// The rows that are there, in key order. Nothing goes wrong while a checker looks, so what
    /// cannot be read is a breach by itself.
    func presentRows(_ table: TableID) -> [NamedRow] {
        do { return try store.presentRows(table) } catch {
            unreadable = unreadable ?? Problem(.storeFailed, "\(error)")
            return []
        }
    }

    func stop() { isUp = false }

    /// - Parameter power: the machine had stood without power.
    func start(losing power: Chance? = nil) throws {
        isUp = true
        try restart(losing: power)
    }

    /// What the file system's own check says; `nil` for a file that is whole.
    func damage() throws -> String? { try medium.damage(of: store) }

    func upgrade() throws {
        application = workload.application(version: workload.newestVersion, paymentSlip)
        try restart()
    }

    /// A complete backup: what it has is durable from now on.
    func backUp() throws {
        let (position, vector) = try store.inspect { (try $0.head(), try $0.vector()) }
        backups.append(
            Backup(
                image: try medium.backUp(store), position: position,
                version: application.schema.version))
        try store.markDurable(vector)
    }

    /// Puts the latest backup in the place of the file.
    ///
    /// - Returns: its position; `nil` without a backup.
    func restore() throws -> Int64? {
        guard let backup = backups.last else { return nil }
        try medium.put(backup.image)
        try open()
        return backup.position
    }
}

/// The sessions that a hub remembers, with the two last states of each, as the server keeps them.
struct SessionShelf {
    private var states: [[UInt8]: [ExchangeSession]] = [:]

    func session(_ id: [UInt8], at position: Int64) -> ExchangeSession? {
        states[id]?.first { $0.checkpoint.position == position }
    }

    mutating func keep(_ session: ExchangeSession) {
        let others = (states[session.id] ?? []).filter {
            $0.checkpoint.position != session.checkpoint.position
        }
        states[session.id] = [session] + others.prefix(1)
    }
}

// MARK: Serving

extension SimulatedHub {
    /// Takes a request as the server's route does: who it is from, its bytes, its push.
    ///
    /// - Throws: ``Problem``: what the route answers with instead of a stream.
    func take(
        _ body: [UInt8], isCompressed: Bool, from device: DeviceID
    ) throws -> (Principal, SyncRequest, PushAnswer?) {
        guard let known = registered[device] else { throw Problem(.tokenInvalid) }
        if known.isRevoked { throw Problem(.deviceRevoked) }
        let request: SyncRequest
        do throws(WireError) {
            let plain =
                isCompressed ? try Zstd.decompress(body, limit: Limits.requestBytesMax) : body
            request = try SyncRequest.decode(plain) { sessions.session($0, at: $1) }
        } catch {
            throw error.problem
        }
        guard request.hello.device == device else {
            throw Problem(.tokenInvalid, "the token is another device's than the hello")
        }
        let hello = request.hello
        guard !request.changeSets.isEmpty || !hello.eras.isEmpty || !hello.proofs.isEmpty else {
            return (known.principal, request, nil)
        }
        let push = Push(
            principal: known.principal, lane: hello.lane, publicKey: known.publicKey,
            upload: hello.clock, receivedMilliseconds: now,
            work: .changeSets(request.changeSets, signature: request.signature),
            claims: PushClaims(hello))
        return (known.principal, request, try store.commit([push]).first)
    }

    /// What the back office does.
    func office(_ changes: [RowChange]) throws -> Receipt? {
        let principal = Principal(
            tenant: Self.tenant, device: DeviceID(high: 0, low: 0), user: UserID(high: 0, low: 0),
            role: workload.officeRole)
        let clock = ClockReading(
            wallMilliseconds: now, bootID: BootID(high: 0, low: 1),
            bootMilliseconds: time.now - VirtualTime.start)
        let push = Push(
            principal: principal, lane: LaneID(high: 0, low: 0), publicKey: nil, upload: clock,
            receivedMilliseconds: now, work: .changes(changes, Intent(name: "office")))
        return try store.commit([push]).first?.receipts.first
    }
}

extension SimulatedHub {
    /// The slip of a hub that acknowledged what never reached its disk.
    func forget(to image: StoreImage) throws {
        try medium.put(image)
        store = try medium.open(application, random: &chance)
    }

    /// A copy of the file as it is now.
    func image() throws -> StoreImage { try medium.image(of: store) }
}
