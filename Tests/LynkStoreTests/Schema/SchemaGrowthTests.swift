import Foundation
import GRDB
import LynkCore
import LynkEngine
import TestSupport
import Testing

@testable import LynkStore

@Suite("A schema that grows, on either side first")
struct SchemaGrowthTests {
    static let seeds = UInt64(ProcessInfo.processInfo.environment["LYNK_SEEDS"] ?? "") ?? 12

    /// A hub and a device of version 3, and a device of version 1 that has seen their rows.
    private struct Fleet {
        let world: TwinWorld
        let new: TwinDevice
        let old: TwinDevice
        let items: [RowKey]
        let payment: RowKey

        init(_ pair: StorePair) throws {
            world = try TwinWorld(Growth.application(3), on: pair)
            new = try world.device(schema: Growth.schema(3))
            old = try world.device(schema: Growth.schema(1))
            _ = try [new.settle(), old.settle()]
            let fixture = new.fixture
            let keys = (1...5).map { RowKey(high: 1, low: $0) }
            let areas: [Value] = ["a", "a", "b", "b"]
            try fixture.write([
                .insert(
                    1, keys[0], [.init(1, "a"), .init(2, "one"), .init(4, 9), .init(5, "paid")]),
                .insert(1, keys[1], [.init(1, "a"), .init(2, "two"), .init(6, "note")]),
                // Nothing of the newer fields is written here.
                .insert(1, keys[2], [.init(1, areas[2]), .init(2, "three")]),
                .insert(1, keys[3], [.init(1, areas[3]), .init(2, "four"), .init(6, "SECRET-M")]),
                .insert(2, keys[4], [.init(1, "b"), .init(2, 500), .init(3, "SECRET-P")]),
            ])
            try fixture.write([.update(1, keys[1], [.init(6, "later")])])
            items = Array(keys.prefix(4))
            payment = keys[4]
            #expect(try new.settle())
        }
    }

    @Test("A device of an older schema has the hub's digest", arguments: StorePair.all)
    func olderDevice(_ pair: StorePair) throws {
        let fleet = try Fleet(pair)
        let (old, new) = (fleet.old, fleet.new)
        #expect(try old.settle())
        let item = Growth.schema(1).tables[0]
        #expect(
            try old.show(item, ["area", "name"]) == ["a one", "a two", "b three", "b four"])
        #expect(try old.fixture.status().root == new.fixture.status().root)
        #expect(try old.fixture.status().incidents == 0)
        // What it writes and deletes leaves what it does not know as it is.
        try old.fixture.write([.update(1, fleet.items[1], [.init(2, "II")])])
        try old.fixture.write([.delete(1, fleet.items[0])])
        let born = RowKey(high: 1, low: 9)
        try old.fixture.write([.insert(1, born, [.init(1, "a"), .init(2, "five")])])
        #expect(try old.settle())
        #expect(try new.settle())
        let fields = ["name", "count", "state", "memo"]
        #expect(
            try new.show(Growth.schema(3).tables[0], fields)
                == ["II 3 new later", "three 3 new -", "four 3 new SECRET-M", "five 3 new -"])
        // A value that goes back to its default leaves what is kept, too.
        try new.fixture.write([.update(1, fleet.items[1], [.init(6, .null), .init(5, "x")])])
        try new.fixture.write([.update(1, fleet.items[1], [.init(5, "new")])])
        #expect(try new.settle())
        #expect(try old.settle())
        #expect(try old.fixture.status().root == new.fixture.status().root)
    }

    @Test("An upgrade in place needs nothing of the hub", arguments: StorePair.all)
    func upgradeInPlace(_ pair: StorePair) throws {
        let fleet = try Fleet(pair)
        let (old, new) = (fleet.old, fleet.new)
        #expect(try old.settle())
        try old.fixture.write([
            .update(1, fleet.items[1], [.init(2, "mine")]), .delete(1, fleet.items[2]),
        ])
        let root = try old.fixture.status().root
        for version: UInt32 in [2, 3, 1, 3] {
            try old.fixture.upgrade(to: Growth.schema(version))
            #expect(try old.fixture.status().root == root)
            #expect(try old.fixture.recomputeRoot() == root)
        }
        // The rows are all there before a word is said to the hub, own pending work on top.
        #expect(try old.meaning(Growth.schema(3)) == new.meaning(Growth.schema(3)))
        #expect(
            try old.show(Growth.schema(3).tables[0], ["name", "count", "state", "memo"])
                == ["one 9 paid -", "mine 3 new later *", "four 3 new SECRET-M"])
        #expect(
            try old.show(Growth.schema(3).tables[1], ["amount", "method"]) == ["500 SECRET-P"])
        #expect(try old.settle())
        #expect(try new.settle())
        #expect(try old.meaning(Growth.schema(3)) == new.meaning(Growth.schema(3)))
    }

    @Test("After an upgrade not a byte of a page is sent", arguments: StorePair.all)
    func nothingSentAgain(_ pair: StorePair) throws {
        let fleet = try Fleet(pair)
        #expect(try fleet.old.settle())
        try fleet.old.fixture.upgrade(to: Growth.schema(3))
        let (report, bytes) = try fleet.old.pull()
        #expect(bytes == 0)
        #expect(report?.digestMatches == true)
        #expect(
            try fleet.old.meaning(Growth.schema(3)) == fleet.new.meaning(Growth.schema(3)))
    }

    @Test("A hub's own growth sends nothing either", arguments: StorePair.all)
    func hubFirst(_ pair: StorePair) throws {
        let world = try TwinWorld(Growth.application(1), on: pair)
        let old = try world.device()
        for number in 0..<20 {
            try old.fixture.write([
                .insert(1, old.fixture.mintKey(), [.init(1, "a"), .init(2, .text("\(number)"))])
            ])
        }
        #expect(try old.settle())
        let root = try old.fixture.status().root
        try world.upgradeHub(to: Growth.application(3))
        let (report, bytes) = try old.pull()
        #expect(bytes == 0)
        #expect(report?.digestMatches == true)
        #expect(try old.fixture.status().root == root)
        // What is written in the older schema goes on, and new fields are what they are by default.
        let key = RowKey(high: 1, low: 1)
        try old.fixture.write([.insert(1, key, [.init(1, "a"), .init(2, "after")])])
        #expect(try old.settle())
        #expect(try old.fixture.receipts().allSatisfy { $0.disposition == "accepted" })
        let row = try world.hub.read { try $0.row(1, key) }
        #expect(row?.values == ["a", "after", 3, "new", .null])
    }

    @Test("What is not understood leaves with its scope", arguments: StorePair.all)
    func purge(_ pair: StorePair) throws {
        let fleet = try Fleet(pair)
        #expect(try fleet.old.settle())
        let narrow = fleet.old.asking(as: "narrow")
        #expect(try narrow.settle())
        #expect(try narrow.fixture.status().rows == 2)
        try narrow.fixture.upgrade(to: Growth.schema(3))
        #expect(try narrow.show(Growth.schema(3).tables[1], ["amount"]) == [])
        #expect(try narrow.show(Growth.schema(3).tables[0], ["memo"]) == ["-", "later"])
        guard let sqlite = fleet.old.fixture as? SQLiteReplicaFixture else { return }
        let file = try sqlite.replica.read { database in
            try String.fetchOne(database, sql: "SELECT file FROM pragma_database_list") ?? ""
        }
        for suffix in ["", "-wal"] {
            let data = FileManager.default.contents(atPath: file + suffix) ?? Data()
            let text = String(decoding: data.map { $0 & 0x7F }, as: UTF8.self)
            #expect(!text.contains("SECRET"))
        }
        #expect(try fleet.new.fixture.status().rows == 5)
    }

    @Test(
        "A damaged unknown field or row is found and mended by ranges", arguments: HubKind.allCases)
    func repair(_ hub: HubKind) throws {
        let fleet = try Fleet(StorePair(hub: hub, replica: .sqlite))
        let device = fleet.old
        #expect(try device.settle())
        let fixture = try #require(device.fixture as? SQLiteReplicaFixture)
        let replica = fixture.replica
        #expect(try replica.verify() == [])
        let root = try replica.status().root
        try replica.pool.write { database in
            try database.execute(
                sql: """
                    UPDATE lynk_unknown SET fields = x'0663626164'
                    WHERE record IS NULL AND row_key = ?
                    """, arguments: [Data(fleet.items[1].bytes)])
            try database.execute(sql: "DELETE FROM lynk_unknown WHERE record IS NOT NULL")
        }
        #expect(try replica.verify().map(\.table) == ["#2", "item"])
        var request = try #require(try replica.startRepair())
        var report: RepairReport?
        while report == nil {
            let answer = try fleet.world.hub.store.verify(
                request, for: device.principal, nowMilliseconds: fleet.world.time.now)
            switch try replica.continueRepair(answer) {
            case .ask(let next): request = next
            case .finished(let finished): report = finished
            }
        }
        #expect(report?.rowsRepaired == 2)
        #expect(try replica.verify() == [])
        #expect(try replica.status().root == root)
        try fixture.upgrade(to: Growth.schema(3))
        #expect(try device.meaning(Growth.schema(3)) == fleet.new.meaning(Growth.schema(3)))
    }

    @Test("Renamed tables and fields keep their rows", arguments: StorePair.all)
    func renamed(_ pair: StorePair) throws {
        let fleet = try Fleet(pair)
        #expect(try fleet.old.settle())
        // Two fields exchange their names, too.
        let other = Schema(
            "growing", version: 4,
            [
                TableSchema(
                    1, "thing", .mutable,
                    [
                        Growth.area, FieldSchema(2, "memo", .text), Growth.count,
                        FieldSchema(5, "status", .text, default: "new"),
                        FieldSchema(6, "name", .text),
                    ]),
                TableSchema(2, "item", .appendOnly, [Growth.area, Growth.amount, Growth.method]),
            ])
        for device in [fleet.old, fleet.new] {
            let root = try device.fixture.status().root
            try device.fixture.upgrade(to: other)
            #expect(try device.fixture.recomputeRoot() == root)
            #expect(
                try device.show(other.tables[0], ["memo", "name", "status"])
                    == ["one - paid", "two later new", "three - new", "four SECRET-M new"])
            #expect(try device.show(other.tables[1], ["amount"]) == ["500"])
        }
    }

    @Test("What is ahead of the hub is kept until the hub knows it", arguments: StorePair.all)
    func newerDevice(_ pair: StorePair) throws {
        let world = try TwinWorld(Growth.application(1), on: pair)
        let new = try world.device(schema: Growth.schema(3))
        let old = try world.device(schema: Growth.schema(1))
        let keys = (1...3).map { RowKey(high: 1, low: $0) }
        let fixture = new.fixture
        try fixture.write([.insert(1, keys[0], [.init(1, "a"), .init(2, "known")])])
        try fixture.write([.insert(1, keys[1], [.init(1, "a"), .init(6, "memo")])])
        try fixture.write([.insert(2, keys[2], [.init(1, "a"), .init(2, 700)])])
        for device in [new, old] { #expect(try device.settle()) }
        #expect(
            try fixture.receipts().map { "\($0.disposition) \($0.problem ?? "-")" }
                == ["accepted -", "quarantined schema_unknown", "quarantined schema_unknown"])
        #expect(try new.fixture.status().root == old.fixture.status().root)
        try world.upgradeHub(to: Growth.application(3))
        for device in [new, old] { #expect(try device.settle()) }
        #expect(
            try new.show(Growth.schema(3).tables[0], ["name", "memo"]) == ["known -", "- memo"])
        #expect(try new.show(Growth.schema(3).tables[1], ["amount", "method"]) == ["700 cash"])
        #expect(try new.fixture.status().root == old.fixture.status().root)
    }

    @Test("A hub whose program went back opens nothing", arguments: HubKind.allCases)
    func hubWentBack(_ hub: HubKind) throws {
        let fleet = try Fleet(StorePair(hub: hub, replica: .memory))
        let error = #expect(throws: Problem.self) {
            try fleet.world.upgradeHub(to: Growth.application(2))
        }
        #expect(error?.code == .schemaUnknown)
        try fleet.world.upgradeHub(to: Growth.application(3))
        #expect(try fleet.old.settle())
    }
}
