import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization
import TestSupport

@testable import LynkStore

/// One hub and several devices, exchanging in process: no network, a virtual clock. Devices are
/// real files; the hub is one too, or its twin in memory.
final class World {
    static let tenant = TenantID(high: 1, low: 1)
    let directory: String
    let time = TestTime()
    private(set) var hub: TestHub
    private var random = SeededGenerator(seed: 7)

    init(_ kind: HubKind = .sqlite) throws {
        directory = NSTemporaryDirectory() + "lynk-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        hub = try TestHub(
            kind, directory: directory, application: ShopApplication(), random: &random)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Closes the hub's file and opens it again, as a restart does.
    func restartHub() throws { try hub.restart(&random) }

    /// Copies the hub's file aside.
    func backUpHub() throws { try hub.backUp(&random) }

    /// Puts the copy in the place of the hub's file: what was committed since is lost here.
    func restoreHub() throws { try hub.restore(&random) }

    /// The hub's file is gone and nobody had a copy.
    func loseHub() throws { try hub.lose(&random) }

    /// A second device from a copy of the first one's file: a clone with the same identity.
    func clone(_ device: TestDevice, _ name: String, to other: String) throws -> (
        TestDevice, TestDevice
    ) {
        try device.replica.close()
        try TestHub.copy(name, to: other, in: directory)
        let both = try [name, other].map { file in
            TestDevice(
                world: self, principal: device.principal,
                replica: try Replica(
                    path: "\(directory)/\(file).sqlite", schema: ShopApplication().schema,
                    clock: time, random: SeededGenerator(seed: random.next())))
        }
        return (both[0], both[1])
    }

    func device(_ name: String, district: UInt64, role: String = "worker") throws -> TestDevice {
        let id = DeviceID(high: 9, low: random.next())
        let principal = Principal(
            tenant: Self.tenant, device: id, user: UserID(high: id.low, low: district), role: role)
        let replica = try Replica(
            path: "\(directory)/\(name).sqlite", schema: ShopApplication().schema, clock: time,
            random: SeededGenerator(seed: random.next()))
        try replica.adopt(
            Enrolment(server: "https://localhost", principal: principal, key: DeviceKey()))
        return TestDevice(world: self, principal: principal, replica: replica)
    }

    /// Changes by the back office.
    @discardableResult
    func office(_ changes: [RowChange]) throws -> Receipt? {
        let principal = Principal(
            tenant: Self.tenant, device: DeviceID(high: 0, low: 0), user: UserID(high: 0, low: 0),
            role: "office")
        let push = Push(
            principal: principal, lane: LaneID(high: 0, low: 0), publicKey: nil,
            upload: time.read(), receivedMilliseconds: time.now,
            work: .changes(changes, Intent(name: "office")))
        return try hub.store.commit([push]).first?.receipts.first
    }
}

/// A virtual clock that all machines of a world share.
final class TestTime: ReplicaClock {
    private let milliseconds = Atomic<Int64>(1_790_000_000_000)
    var now: Int64 { milliseconds.load(ordering: .relaxed) }

    func advance(_ by: Int64) { milliseconds.add(by, ordering: .relaxed) }

    func read() -> ClockReading {
        ClockReading(
            wallMilliseconds: now, bootID: BootID(high: 0, low: 1),
            bootMilliseconds: now - 1_780_000_000_000)
    }
}

/// What goes wrong on the way of one exchange.
enum Fault {
    case none
    /// The request arrives twice; the second answer counts.
    case requestRepeated
    /// The request arrives, the response does not.
    case responseLost
    /// The response ends before its checkpoint.
    case checkpointLost
}

struct TestDevice {
    let world: World
    let principal: Principal
    let replica: Replica

    /// One exchange, bytes through the wire codecs.
    @discardableResult
    func sync(_ fault: Fault = .none) throws -> ApplyReport? {
        let offer = try replica.offer()
        let body = SyncRequest.encode(
            hello: offer.hello, changeSets: offer.changeSets.map(\.bytes),
            signature: offer.signature)
        var answer = try serve(SyncRequest.decode(body))
        if fault == .requestRepeated { answer = try serve(SyncRequest.decode(body)) }
        if fault == .responseLost { return nil }
        var report: ApplyReport?
        for frame in answer {
            switch frame {
            case .welcome(let welcome): try replica.begin(welcome)
            case .receipts(let receipts): try replica.record(receipts)
            case .page(let page): try replica.stage(page: page)
            case .checkpoint(let checkpoint):
                if fault == .checkpointLost { return nil }
                report = try replica.apply(checkpoint)
            case .conflicts(let conflicts): try replica.record(conflicts: conflicts)
            case .proof: break
            case .problem(let problem): throw problem
            }
        }
        return report
    }

    /// The hub's side, as the server does it, each frame through its bytes.
    func serve(_ request: SyncRequest) throws -> [ResponseFrame] {
        world.time.advance(5)
        var answer: PushAnswer?
        if !request.changeSets.isEmpty {
            let push = Push(
                principal: principal, lane: request.hello.lane,
                publicKey: try replica.enrolment()?.key.publicKey, upload: request.hello.clock,
                receivedMilliseconds: world.time.now,
                work: .changeSets(request.changeSets, signature: request.signature),
                claims: PushClaims(request.hello))
            answer = try world.hub.store.commit([push]).first
        }
        var scan = try world.hub.store.openPull(
            for: principal, hello: request.hello, answer: answer, nowMilliseconds: world.time.now)
        var frames: [ResponseFrame] = [.welcome(scan.welcome)]
        if let answer, !answer.receipts.isEmpty {
            frames += [.receipts(answer.receipts), .proof(answer.proof)]
        }
        while true {
            switch try world.hub.store.next(&scan) {
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

    /// A device's rows as text, in key order, pending ones marked.
    func rows(_ sql: String) throws -> [String] {
        try replica.read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.map { _, value in
                    switch value.storage {
                    case .null: "-"
                    case .blob(let data): data.map { String(format: "%02x", $0) }.joined()
                    case .string(let text): text
                    case .int64(let number): String(number)
                    case .double(let number): String(number)
                    }
                }.joined(separator: " ")
            }
        }
    }

    func shops() throws -> [String] {
        try rows(
            """
            SELECT name, coalesce(phone, '-'), visits, status, coalesce(score, '-'),
                CASE WHEN _stamp IS NULL THEN 'pending' ELSE 'confirmed' END
            FROM shop ORDER BY id
            """)
    }

    @discardableResult
    func addShop(_ name: String, district: Int = 1) throws -> RowKey {
        let key = replica.mintKey()
        try replica.write {
            try $0.execute(
                sql: "INSERT INTO shop (id, district, name) VALUES (?, ?, ?)",
                arguments: [Data(key.bytes), String(district), name])
        }
        return key
    }

    func update(_ shop: RowKey, _ set: String) throws {
        try replica.write {
            try $0.execute(
                sql: "UPDATE shop SET \(set) WHERE id = ?", arguments: [Data(shop.bytes)])
        }
    }
}
