import Foundation
import LynkCore
import LynkEngine
import LynkWire
import TestSupport
import Testing

@testable import LynkStore

/// One hub and several devices of any kind, exchanging in process, all from one seed.
final class TwinWorld {
    private(set) var application: any Application
    let time = TestTime()
    let pair: StorePair
    private(set) var hub: TestHub
    /// What the hub has applied, in the order of the dots.
    private(set) var applied: [AppliedChangeSet] = []
    /// Per change set those before it in its author's chain.
    private var chains: [ContentID: Set<ContentID>] = [:]
    private(set) var eras = EraGraph()
    let directory: String
    private var random: SeededGenerator

    init(
        _ application: any Application = ShopApplication(), on pair: StorePair, seed: UInt64 = 7
    ) throws {
        self.application = application
        self.pair = pair
        random = SeededGenerator(seed: seed)
        directory = NSTemporaryDirectory() + "lynk-laws-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        hub = try TestHub(
            pair.hub, directory: directory, application: application, random: &random)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func restartHub() throws { try hub.restart(&random) }
    func backUpHub() throws { try hub.backUp(&random) }
    func restoreHub() throws { try hub.restore(&random) }
    func loseHub() throws { try hub.lose(&random) }
    /// Another hub in its place, as it was then.
    func replaceHub(with snapshot: InMemoryTenantStore.Snapshot) throws {
        try hub.replace(with: snapshot, &random)
    }
    func replaceHub(atPath path: String) throws { try hub.replace(atPath: path, &random) }

    /// The hub goes on with another version of the program.
    func upgradeHub(to application: any Application) throws {
        self.application = application
        try hub.upgrade(to: application, &random)
    }

    /// - Parameter schema: the hub's unless the device's program is of another version.
    func replica(
        _ kind: ReplicaKind, _ clock: SkewedClock? = nil, schema: Schema? = nil
    ) throws -> any ReplicaFixture {
        let seed = random.next()
        let schema = schema ?? application.schema
        switch kind {
        case .sqlite:
            return try SQLiteReplicaFixture(
                directory: directory, schema: schema, clock: clock ?? time, seed: seed)
        case .memory:
            return try MemoryReplicaFixture(
                schema: schema, clock: clock ?? time, seed: seed)
        }
    }

    /// An enrolled device; the low half of its user's id is the district.
    func device(
        _ kind: ReplicaKind? = nil, district: UInt64 = 1, role: String = "worker",
        schema: Schema? = nil
    ) throws -> TwinDevice {
        let id = DeviceID(high: 9, low: random.next())
        let principal = Principal(
            tenant: World.tenant, device: id, user: UserID(high: id.low, low: district),
            role: role)
        let clock = SkewedClock(time)
        let fixture = try replica(kind ?? pair.replica, clock, schema: schema)
        // A key from the seed: the same world signs the same bytes.
        let secret = RowKey.derived("key", [id.bytes]).bytes
        guard let key = DeviceKey(bytes: secret + secret) else { throw Problem(.internalFailure) }
        try fixture.store.adopt(
            Enrolment(server: "https://localhost", principal: principal, key: key))
        return TwinDevice(world: self, principal: principal, fixture: fixture, clock: clock)
    }

    /// Changes by the back office.
    @discardableResult
    func office(_ changes: [RowChange]) throws -> Receipt? {
        time.advance(1_000)
        let principal = Principal(
            tenant: World.tenant, device: DeviceID(high: 0, low: 0), user: UserID(high: 0, low: 0),
            role: "office")
        let push = Push(
            principal: principal, lane: LaneID(high: 0, low: 0), publicKey: nil,
            upload: time.read(), receivedMilliseconds: time.now,
            work: .changes(changes, Intent(name: "office")))
        let receipt = try commit(push)?.receipts.first
        if let receipt, receipt.disposition.isApplied, !receipt.isRepeat {
            applied.append(
                AppliedChangeSet(
                    oid: receipt.oid, dot: receipt.dot, effective: receipt.effective, lane: nil,
                    context: .zero, conflicts: Int(receipt.conflicts), changes: changes))
        }
        return receipt
    }

    /// Commits one push and takes note of what was applied.
    func commit(_ push: Push) throws -> PushAnswer? {
        let answer = try hub.store.commit([push]).first
        guard case .changeSets(let changeSets, _) = push.work else { return answer }
        for sealed in changeSets {
            guard let previous = sealed.content.previous else { continue }
            chains[sealed.oid] = (chains[previous] ?? []).union([previous])
        }
        for (sealed, receipt) in zip(changeSets, answer?.receipts ?? [])
        where receipt.disposition.isApplied && !receipt.isRepeat {
            applied.append(
                AppliedChangeSet(
                    oid: sealed.oid, dot: receipt.dot, effective: receipt.effective,
                    lane: push.lane, before: chains[sealed.oid] ?? [],
                    context: sealed.content.context,
                    conflicts: Int(receipt.conflicts),
                    changes: sealed.content.changes))
        }
        return answer
    }

    /// Takes note of the eras that the hub tells of.
    func note(_ welcome: Welcome) { for era in welcome.eras { eras.insert(era) } }
}

/// What goes wrong in one exchange.
enum TwinFault: Hashable, Sendable, CustomTestStringConvertible {
    case none
    /// The request does not arrive.
    case requestLost
    /// The request arrives twice; the second answer counts.
    case requestRepeated
    /// The answer ends after this many frames; with 0 nothing of it arrives.
    case cut(after: Int)
    /// The device is killed after this many frames.
    case crash(after: Int)

    static let all: [TwinFault] =
        [.none, .requestLost, .requestRepeated] + (0...5).map { .cut(after: $0) }
        + (0...5).map { .crash(after: $0) }

    var testDescription: String { "\(self)" }
}

/// A device in a ``TwinWorld``.
final class TwinDevice {
    let world: TwinWorld
    let principal: Principal
    let fixture: any ReplicaFixture
    let clock: SkewedClock

    init(
        world: TwinWorld, principal: Principal, fixture: any ReplicaFixture, clock: SkewedClock
    ) {
        self.clock = clock
        self.world = world
        self.principal = principal
        self.fixture = fixture
    }

    var schema: Schema { world.application.schema }

    /// One exchange, bytes through the wire codecs.
    ///
    /// - Returns: `nil` when the exchange broke off.
    @discardableResult
    func sync(_ fault: TwinFault = .none, meanwhile: () throws -> Void = {}) throws -> ApplyReport?
    {
        let body = try request()
        world.time.advance(5)
        if fault == .requestLost { return nil }
        if fault == .requestRepeated { _ = try serve(body) }
        let frames = try serve(body)
        try meanwhile()
        let delivered =
            switch fault {
            case .cut(let count), .crash(let count): frames.prefix(count)
            default: frames[...]
            }
        let report = try receive(delivered)
        if case .crash = fault { try fixture.crash() }
        return report
    }

    func request() throws -> [UInt8] {
        let offer = try fixture.store.offer()
        return SyncRequest.encode(
            hello: offer.hello, changeSets: offer.changeSets.map(\.bytes),
            signature: offer.signature)
    }

    /// The device's side.
    func receive(_ frames: ArraySlice<ResponseFrame>) throws -> ApplyReport? {
        var report: ApplyReport?
        var received: [Receipt] = []
        for frame in frames {
            switch frame {
            case .welcome(let welcome): try fixture.store.begin(welcome)
            case .receipts(let receipts):
                received = receipts
                try fixture.store.record(receipts)
            case .page(let page): try fixture.store.stage(page: page)
            case .checkpoint(let checkpoint): report = try fixture.store.apply(checkpoint)
            case .conflicts(let conflicts): try fixture.store.record(conflicts: conflicts)
            case .proof(let signature):
                try fixture.store.record(
                    proof: ReceiptProof(
                        entries: received.map {
                            .init(oid: $0.oid, dot: $0.dot, effective: $0.effective)
                        }, signature: signature))
            case .problem(let problem): throw problem
            }
        }
        return report
    }

    /// The hub's side, as the server does it, each frame through its bytes.
    func serve(_ body: [UInt8]) throws -> [ResponseFrame] {
        let request = try SyncRequest.decode(body)
        world.time.advance(5)
        let store = world.hub.store
        var answer: PushAnswer?
        if !request.changeSets.isEmpty {
            let push = Push(
                principal: principal, lane: request.hello.lane,
                publicKey: try fixture.store.enrolment()?.key.publicKey,
                upload: request.hello.clock, receivedMilliseconds: world.time.now,
                work: .changeSets(request.changeSets, signature: request.signature),
                claims: PushClaims(request.hello))
            answer = try world.commit(push)
        }
        var scan = try store.openPull(
            for: principal, hello: request.hello, answer: answer,
            nowMilliseconds: world.time.now)
        world.note(scan.welcome)
        var frames: [ResponseFrame] = [.welcome(scan.welcome)]
        if let answer, !answer.receipts.isEmpty {
            frames.append(.receipts(answer.receipts))
            if !answer.proof.isEmpty { frames.append(.proof(answer.proof)) }
        }
        while true {
            switch try store.next(&scan) {
            case .page(let page): frames.append(.page(page))
            case .conflicts(let conflicts): frames.append(.conflicts(conflicts))
            case .checkpoint(let checkpoint):
                frames.append(.checkpoint(checkpoint))
                return try frames.map(Self.overTheWire)
            }
        }
    }

    private static func overTheWire(_ frame: ResponseFrame) throws -> ResponseFrame {
        var reader = FrameReader()
        reader.append(frame.encoded())
        guard let received = try reader.next() else { throw WireError.truncated }
        return try ResponseFrame.decode(received)
    }
}

extension TwinDevice {
    /// Syncs until nothing is owed and nothing comes.
    ///
    /// - Returns: whether the digest is the hub's, and what a count from scratch says too.
    func settle() throws -> Bool {
        for _ in 0..<12 {
            let report = try sync()
            let status = try fixture.status()
            if status.pending == 0, let report, report.rowsApplied == 0 {
                return try report.digestMatches && fixture.recomputeRoot() == status.root
            }
        }
        return false
    }

    /// A table as text, in key order; pending rows end in a star.
    func show(_ table: TableSchema, _ fields: [String]) throws -> [String] {
        try fixture.rows(table).map { row in
            let cells = fields.map { name -> String in
                switch table.ordinal(named: name).map({ row.values[$0] }) {
                case .integer(let number)?: String(number)
                case .text(let text)?: text
                case .null?, nil: "-"
                case .real(let number)?: String(number)
                case .blob(let bytes)?: hexadecimal(bytes)
                }
            }
            return cells.joined(separator: " ") + (row.isPending ? " *" : "")
        }
    }

    func shops() throws -> [String] {
        try show(ShopApplication.shop, ["name", "phone", "visits", "status", "score"])
    }

    @discardableResult
    func addShop(_ name: String, district: Int = 1) throws -> RowKey {
        let key = fixture.mintKey()
        try fixture.write([
            .insert(1, key, [.init(1, .text(String(district))), .init(2, .text(name))])
        ])
        return key
    }

    func visit(_ shop: RowKey, _ amount: Int64) throws {
        try fixture.write([
            .insert(
                2, fixture.mintKey(),
                [
                    .init(1, .key(shop)), .init(2, .integer(amount)),
                    .init(3, .key(principal.user)),
                ])
        ])
    }
}
