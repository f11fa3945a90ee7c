import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

/// An author without a replica, for change sets that no honest device would order so.
private struct Author {
    let world: World
    let principal: Principal
    let key = DeviceKey()
    let lane: LaneID

    init(_ world: World, _ number: UInt64) {
        self.world = world
        principal = Principal(
            tenant: World.tenant, device: DeviceID(high: 6, low: number),
            user: UserID(high: number, low: 1), role: "worker")
        lane = LaneID(high: 5, low: number)
    }

    /// A first push of one change set, written `age` milliseconds ago with nothing known.
    func push(_ change: RowChange, age: Int64 = 0, isForged: Bool = false) throws -> Push {
        let upload = world.time.read()
        let made = ClockReading(
            wallMilliseconds: upload.wallMilliseconds - age, bootID: upload.bootID,
            bootMilliseconds: upload.bootMilliseconds - age)
        let sealed = ChangeSetCodec.seal(
            ChangeSet(
                tenant: World.tenant, device: principal.device, previous: nil, context: .zero,
                schemaVersion: 1, changes: [change], intent: nil, claimed: .zero, made: made))
        let signature =
            isForged
            ? [UInt8](repeating: 1, count: 64)
            : try key.sign(sealed.oid.bytes, as: .changeSet)
        return Push(
            principal: principal, lane: lane, publicKey: key.publicKey, upload: upload,
            receivedMilliseconds: world.time.now,
            work: .changeSets([sealed], signature: signature))
    }
}

@Suite("Merging in every order of arrival, on the store")
struct ArrivalTests {
    private static let shop = RowKey(high: 4, low: 1)

    private static func birth(_ key: RowKey = shop, _ name: String = "Care") -> RowChange {
        RowChange(
            table: 1, key: key, kind: .insert, puts: [.init(1, "1"), .init(2, .text(name))])
    }

    private static func conflicts(_ world: World) throws -> [String] {
        try world.hub.conflicts().map {
            [$0.policy, $0.outcome.rawValue, $0.current.textValue, $0.new.textValue]
                .compactMap { $0 }.joined(separator: " ")
        }
    }

    @Test(
        "Counters add and the higher state stands, whichever arrives first",
        arguments: [true, false], HubKind.allCases)
    func countersAndStates(annFirst: Bool, _ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try bob.sync()
        try ann.update(shop, "visits = visits + 2, status = 'CLOSED'")
        try ann.update(shop, "visits = visits - 7")
        try bob.update(shop, "visits = visits + 30, status = 'OPEN'")
        for device in annFirst ? [ann, bob, ann] : [bob, ann, bob] { try device.sync() }
        for device in [ann, bob] {
            #expect(try device.shops() == ["Care - 25 CLOSED - confirmed"])
            #expect(try device.sync()?.digestMatches == true)
        }
        #expect(
            try Self.conflicts(world)
                == [annFirst ? "lattice currentWon CLOSED OPEN" : "lattice newWon OPEN CLOSED"])
    }

    @Test(
        "Of concurrent values of an immutable field the earliest stands",
        arguments: [true, false], HubKind.allCases)
    func immutable(earlierFirst: Bool, _ kind: HubKind) throws {
        let world = try World(kind)
        try world.office([Self.birth()])
        func put(_ district: String) -> RowChange {
            RowChange(
                table: 1, key: Self.shop, kind: .update, puts: [.init(1, .text(district))])
        }
        let pushes = [
            try Author(world, 1).push(put("earlier"), age: 60_000),
            try Author(world, 2).push(put("later"), age: 30_000),
        ]
        for push in earlierFirst ? pushes : pushes.reversed() {
            #expect(
                try world.hub.store.commit([push]).first?.receipts.first?.disposition == .merged)
        }
        let district = try world.hub.read { try $0.row(1, Self.shop)?.values[0].textValue }
        #expect(district == "earlier")
        #expect(
            try Self.conflicts(world)
                == (earlierFirst
                    ? ["immutable newWon 1 earlier", "immutable currentWon earlier later"]
                    : ["immutable newWon 1 later", "immutable newWon later earlier"]))
    }

    @Test(
        "A known second value of an immutable field is refused and kept",
        arguments: HubKind.allCases)
    func knownImmutable(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try ann.update(shop, "district = '2', phone = '5'")
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try ann.rows("SELECT district, phone FROM shop") == ["1 5"])
        #expect(try Self.conflicts(world) == ["immutable refused 1 2"])
    }

    @Test("A bad push of a group hurts no other one", arguments: HubKind.allCases)
    func groupCommit(_ kind: HubKind) throws {
        let world = try World(kind)
        func key(_ number: UInt64) -> RowKey { RowKey(high: 4, low: number) }
        let overflow = RowChange(
            table: 1, key: key(5), kind: .insert, puts: [.init(1, "1")],
            adds: [.init(4, .max), .init(4, 1)])
        let answers = try world.hub.store.commit([
            try Author(world, 1).push(Self.birth(key(1), "First")),
            try Author(world, 2).push(Self.birth(key(2), "Forged"), isForged: true),
            try Author(world, 3).push(Self.birth(key(3), "FORBIDDEN")),
            try Author(world, 4).push(
                RowChange(table: 1, key: key(4), kind: .update, puts: [.init(2, "nowhere")])),
            try Author(world, 5).push(overflow),
            try Author(world, 6).push(Self.birth(key(6), "Last")),
        ])
        #expect(
            answers.map { $0.receipts.first?.disposition }
                == [.accepted, nil, .rejected, .quarantined, .quarantined, .accepted])
        #expect(
            answers.map { $0.receipts.first?.problem?.code }
                == [nil, nil, .notAuthorized, .rowUnknown, .counterOverflow, nil])
        #expect(
            answers.map { $0.refusal?.code } == [nil, .signatureInvalid, nil, nil, nil, nil])
        // What has a receipt has a dot, without a gap.
        #expect(answers.compactMap { $0.receipts.first?.dot.number } == [1, 2, 3, 4, 5])
        let office = try world.device("office", district: 0, role: "office")
        #expect(try office.sync() == ApplyReport(rowsApplied: 2, digestMatches: true))
        #expect(try office.rows("SELECT name FROM shop ORDER BY id") == ["First", "Last"])
    }

    @Test("A write of more rows than a change set may have leaves nothing")
    func tooLarge() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        let error = #expect(throws: Problem.self) {
            try ann.replica.write { database in
                for number in 0...Limits.changesPerSetMax {
                    try database.execute(
                        sql: "INSERT INTO shop (id, district) VALUES (?, '1')",
                        arguments: [Data(RowKey(high: 3, low: UInt64(number)).bytes)])
                }
            }
        }
        #expect(error?.code == .changeSetTooLarge)
        #expect(try ann.rows("SELECT count(*) FROM shop") == ["0"])
        #expect(try ann.rows("SELECT count(*) FROM sync_outbox") == ["0"])
    }
}
