import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import LynkWire
import Testing

@Suite("Exchange between devices and a hub")
struct ExchangeTests {
    @Test(
        "A row written offline arrives at the other device, equal to the digest",
        arguments: HubKind.allCases)
    func oneRow(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        try ann.addShop("Care")
        #expect(try ann.shops() == ["Care - 0 NEW - pending"])
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try ann.shops() == ["Care - 0 NEW - confirmed"])
        let report = try bob.sync()
        #expect(report == ApplyReport(rowsApplied: 1, digestMatches: true))
        #expect(try bob.shops() == ["Care - 0 NEW - confirmed"])
        #expect(try bob.replica.recomputeRoot() == bob.replica.status().root)
        #expect(try ann.rows("SELECT disposition, conflicts FROM sync_receipts") == ["accepted 0"])
        #expect(try ann.rows("SELECT * FROM sync_outbox") == [])
    }

    @Test("Nothing to do moves no row", arguments: HubKind.allCases)
    func nothingToDo(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        try ann.sync()
        #expect(try ann.sync() == ApplyReport(rowsApplied: 0, digestMatches: true))
    }

    // ann                            hub
    // push(1) ─────────────────────▶ commit 1
    //           ✕ ◀───────────────── accepted 1   (reply lost)
    // push(1) ─────────────────────▶ accepted 1, as a repeat
    @Test(
        "Repeats and lost responses change nothing",
        arguments: [
            Fault.requestRepeated, .responseLost, .checkpointLost,
        ], HubKind.allCases)
    func faults(_ fault: Fault, _ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try ann.update(shop, "visits = visits + 1, phone = '123'")
        try ann.sync(fault)
        try ann.update(shop, "visits = visits + 10")
        try ann.sync(fault)
        try ann.sync()
        #expect(try ann.shops() == ["Care 123 11 NEW - confirmed"])
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try ann.rows("SELECT count(*) FROM sync_receipts") == ["3"])
        let bob = try world.device("bob", district: 1)
        try bob.sync()
        #expect(try bob.shops() == ["Care 123 11 NEW - confirmed"])
    }

    @Test(
        "Different fields of one row merge; counters add; the higher state wins",
        arguments: HubKind.allCases)
    func concurrentFields(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try bob.sync()
        try ann.update(shop, "phone = '123', visits = visits + 2, status = 'CLOSED'")
        try bob.update(shop, "name = 'Care 24', visits = visits + 3, status = 'OPEN'")
        try ann.sync()
        try bob.sync()
        try ann.sync()
        let merged = ["Care 24 123 5 CLOSED - confirmed"]
        #expect(try ann.shops() == merged)
        #expect(try bob.shops() == merged)
        #expect(
            try bob.rows("SELECT disposition, conflicts FROM sync_receipts") == ["merged 1"])
    }

    @Test(
        "The later of two concurrent writes wins whichever arrives first",
        arguments: [true, false], HubKind.allCases)
    func lastWriter(_ annFirst: Bool, _ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try bob.sync()
        try ann.update(shop, "name = 'early'")
        world.time.advance(60_000)
        try bob.update(shop, "name = 'late'")
        for device in annFirst ? [ann, bob, ann] : [bob, ann, bob] { try device.sync() }
        #expect(try ann.shops() == ["late - 0 NEW - confirmed"])
        #expect(try bob.shops() == ["late - 0 NEW - confirmed"])
    }

    @Test(
        "A write that knew the other one wins, whatever the clocks say", arguments: HubKind.allCases
    )
    func knownBeatsClock(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try bob.sync()
        try bob.update(shop, "name = 'known'")
        try ann.sync()
        try ann.update(shop, "name = 'later'")
        try ann.sync()
        try bob.sync()
        // bob wrote earlier and did not know ann's: ann's is later in effective time.
        #expect(try bob.shops() == ["later - 0 NEW - confirmed"])
        try bob.update(shop, "name = 'corrected'")
        try bob.sync()
        try ann.sync()
        #expect(try ann.shops() == ["corrected - 0 NEW - confirmed"])
        #expect(
            try bob.rows("SELECT disposition FROM sync_receipts ORDER BY sequence")
                == ["merged", "accepted"])
    }

    @Test(
        "Pending writes stay visible over pulled rows until the hub has them",
        arguments: HubKind.allCases)
    func overlay(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try bob.sync()
        try bob.update(shop, "phone = '9', visits = visits + 1")
        try bob.sync()
        try ann.update(shop, "name = 'mine', visits = visits + 1")
        let offer = try ann.replica.offer()
        // The pull of a request whose push has not arrived yet: only the hub's side moves.
        let pull = try ann.serve(.init(hello: offer.hello, changeSets: [], signature: []))
        for frame in pull {
            switch frame {
            case .welcome(let welcome): try ann.replica.begin(welcome)
            case .page(let page): try ann.replica.stage(page: page)
            case .checkpoint(let checkpoint):
                #expect(try ann.replica.apply(checkpoint).digestMatches)
            default: break
            }
        }
        #expect(try ann.shops() == ["mine 9 2 NEW - pending"])
        #expect(try ann.replica.recomputeRoot() == ann.replica.status().root)
        try ann.sync()
        #expect(try ann.shops() == ["mine 9 2 NEW - confirmed"])
    }

    // device                          hub
    // hello ────────────────────────▶
    // writes a note                   checkpoint without it
    //       ◀────────────────────────
    @Test(
        "A row that is born while an exchange runs is shown whole, its immutable fields too",
        arguments: HubKind.allCases)
    func bornMeanwhile(_ kind: HubKind) throws {
        let world = try AreaWorld(kind)
        try world.assign("north", true)
        try world.sync()
        try world.sync(meanwhile: {
            try world.replica.write { database in
                try database.execute(
                    sql: "INSERT INTO note (id, area, body) VALUES (?, 'north', 'mine')",
                    arguments: [Data(AreaWorld.key(7).bytes)])
            }
        })
        func notes() throws -> [String] {
            try world.replica.read {
                try String.fetchAll($0, sql: "SELECT area || ' ' || body FROM note")
            }
        }
        #expect(try notes() == ["north mine"])
        let report = try world.sync()
        #expect(try notes() == ["north mine"])
        #expect(try world.isEqual(report))
    }

    @Test(
        "A refused change set leaves nothing behind, and its successors go on",
        arguments: HubKind.allCases)
    func refused(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try ann.update(shop, "name = 'FORBIDDEN'")
        try ann.addShop("Second")
        try ann.sync()
        #expect(
            try ann.shops() == ["Care - 0 NEW - confirmed", "Second - 0 NEW - confirmed"])
        #expect(
            try ann.rows("SELECT disposition, problem FROM sync_rejected")
                == ["rejected not_authorized"])
        #expect(try ann.sync()?.digestMatches == true)
    }

    @Test("Consequences arrive with the change that caused them", arguments: HubKind.allCases)
    func consequences(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        let visit = ann.replica.mintKey()
        try ann.replica.write {
            try $0.execute(
                sql: "INSERT INTO visit (id, shop, amount, visitor) VALUES (?, ?, 500, ?)",
                arguments: [Data(visit.bytes), Data(shop.bytes), Data(ann.principal.user.bytes)])
        }
        try ann.sync()
        #expect(try ann.shops() == ["Care - 0 NEW 500 confirmed"])
        #expect(try ann.sync()?.digestMatches == true)
    }

    @Test("A device gets only the rows of its scopes", arguments: HubKind.allCases)
    func scopes(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let eve = try world.device("eve", district: 2)
        let office = try world.device("office", district: 0, role: "office")
        try ann.addShop("Care", district: 1)
        try eve.addShop("Marker", district: 2)
        try ann.sync()
        try eve.sync()
        #expect(try ann.sync() == ApplyReport(rowsApplied: 0, digestMatches: true))
        #expect(try ann.shops() == ["Care - 0 NEW - confirmed"])
        #expect(try office.sync() == ApplyReport(rowsApplied: 2, digestMatches: true))
        let answer = try ann.serve(
            .init(hello: ann.replica.offer().hello, changeSets: [], signature: []))
        let bytes = answer.flatMap { $0.encoded() }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("Marker"))
    }

    @Test("A restarted hub opens a new era and numbers on", arguments: HubKind.allCases)
    func restart(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let bob = try world.device("bob", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try bob.sync()
        try world.restartHub()
        try bob.update(shop, "name = 'after'")
        try bob.sync()
        try world.restartHub()
        try ann.update(shop, "phone = '7'")
        try ann.sync()
        try bob.sync()
        #expect(try ann.shops() == ["after 7 0 NEW - confirmed"])
        #expect(try bob.shops() == ["after 7 0 NEW - confirmed"])
        #expect(try bob.sync()?.digestMatches == true)
        #expect(try ann.replica.status().vector.entries.count == 1)
    }

    @Test("Many rows arrive over several pages", arguments: HubKind.allCases)
    func manyPages(_ kind: HubKind) throws {
        let world = try World(kind)
        let count = 12_000
        let changes = (0..<count).map { number in
            RowChange(
                table: 1, key: RowKey(high: 5, low: UInt64(number)), kind: .insert,
                puts: [.init(1, "1"), .init(2, .text("shop number \(number * 7_919 % 10_007)"))])
        }
        try world.office(changes)
        let ann = try world.device("ann", district: 1)
        #expect(try ann.sync() == ApplyReport(rowsApplied: count, digestMatches: true))
        let bob = try world.device("bob", district: 1)
        try bob.sync(.checkpointLost)
        try world.office([
            RowChange(
                table: 1, key: RowKey(high: 5, low: 3), kind: .update, puts: [.init(2, "renamed")])
        ])
        #expect(try bob.sync()?.digestMatches == true)
        #expect(try bob.rows("SELECT count(*) FROM shop WHERE name = 'renamed'") == ["1"])
        #expect(try ann.sync() == ApplyReport(rowsApplied: 1, digestMatches: true))
    }
}
