import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("Laws of a replica: exchange and overlay")
struct DeviceLaws {
    @Test(
        "Every change set has its effect once, whatever is lost or repeated",
        arguments: StorePair.all, TwinFault.all)
    func exactlyOnce(_ pair: StorePair, _ fault: TwinFault) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        try ann.sync(fault)
        try ann.fixture.write([.add(1, shop, 4, 1), .update(1, shop, [.init(3, "123")])])
        try ann.sync(fault)
        try ann.fixture.write([.add(1, shop, 4, 10)])
        try ann.sync(fault)
        #expect(try ann.settle())
        #expect(try ann.shops() == ["Care 123 11 NEW -"])
        #expect(
            try ann.fixture.receipts().map(\.disposition) == ["accepted", "accepted", "accepted"])
        #expect(try ann.fixture.receipts().map(\.number) == [1, 2, 3])
        let bob = try world.device()
        #expect(try bob.settle())
        #expect(try bob.shops() == ["Care 123 11 NEW -"])
        #expect(try ann.fixture.status().incidents == 0)
    }

    @Test(
        "Own writes are visible before, during and after every step of an exchange",
        arguments: StorePair.all, TwinFault.all)
    func readYourWrites(_ pair: StorePair, _ fault: TwinFault) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        #expect(try bob.settle())
        try bob.fixture.write([.add(1, shop, 4, 5), .update(1, shop, [.init(3, "9")])])
        #expect(try bob.settle())
        try ann.fixture.write([.add(1, shop, 4, 1), .update(1, shop, [.init(2, "mine")])])
        #expect(try ann.shops() == ["mine - 1 NEW - *"])
        let report = try ann.sync(fault) {
            // Written after the hub answered: the checkpoint does not include it.
            try ann.fixture.write([.add(1, shop, 4, 100)])
        }
        if fault == .requestLost {
            #expect(try ann.shops() == ["mine - 1 NEW - *"])
        } else {
            #expect(
                try ann.shops() == [
                    report != nil ? "mine 9 106 NEW - *" : "mine - 101 NEW - *"
                ])
        }
        #expect(try ann.settle())
        let sum = fault == .requestLost ? 6 : 106
        #expect(try ann.shops() == ["mine 9 \(sum) NEW -"])
    }

    @Test(
        "What a pull brings becomes visible at once, with its checkpoint",
        arguments: StorePair.all)
    func atomicVisibility(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        try world.office([Self.shop(0)])
        try ann.sync()
        let before = try ann.fixture.rows(ShopApplication.shop)
        try world.office((1...4_200).map(Self.shop))
        let frames = try ann.serve(ann.request())
        #expect(frames.count == 4)
        for index in frames.indices {
            #expect(try ann.fixture.rows(ShopApplication.shop) == before)
            _ = try ann.receive(frames[index...index])
        }
        #expect(try ann.fixture.rows(ShopApplication.shop).count == 4_201)
        #expect(try ann.fixture.recomputeRoot() == ann.fixture.status().root)
    }

    static func shop(_ number: Int) -> RowChange {
        RowChange(
            table: 1, key: RowKey(high: 5, low: UInt64(number)), kind: .insert,
            puts: [.init(1, "1"), .init(2, .text("shop \(number)"))])
    }

    @Test(
        "A refused change set takes back its own rows only; its successors go on",
        arguments: StorePair.all)
    func poison(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let (first, second) = (RowKey(high: 2, low: 1), RowKey(high: 2, low: 2))
        for (key, name) in [(first, "First"), (second, "Second")] {
            try ann.fixture.write([.insert(1, key, [.init(1, "1"), .init(2, .text(name))])])
        }
        #expect(try ann.settle())
        try ann.fixture.write([.add(1, first, 4, 1)])
        try ann.fixture.write([
            .update(1, first, [.init(2, "FORBIDDEN")]), .add(1, first, 4, 100),
            .insert(1, RowKey(high: 1, low: 1), [.init(1, "1"), .init(2, "Never")]),
        ])
        try ann.fixture.write([.add(1, first, 4, 10), .update(1, second, [.init(3, "2")])])
        #expect(
            try ann.shops() == [
                "Never - 0 NEW - *", "FORBIDDEN - 111 NEW - *", "Second 2 0 NEW - *",
            ])
        #expect(try ann.settle())
        #expect(try ann.shops() == ["First - 11 NEW -", "Second 2 0 NEW -"])
        #expect(
            try ann.fixture.receipts().map(\.disposition)
                == ["accepted", "accepted", "accepted", "rejected", "accepted"])
        #expect(try ann.fixture.status().refused == 1)
    }

    @Test("A write that the schema does not allow leaves nothing", arguments: StorePair.all)
    func refusedWrites(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        let visit = RowKey(high: 2, low: 2)
        let user = Value.key(ann.principal.user)
        try ann.fixture.write([
            .insert(2, visit, [.init(1, .key(shop)), .init(2, 500), .init(3, user)])
        ])
        let cases: [(RowEdit, ProblemCode)] = [
            (.update(1, shop, [.init(6, 5)]), .fieldNotWritable),
            (.update(1, shop, [.init(5, "GONE")]), .valueInvalid),
            (.update(1, shop, [.init(4, .null)]), .valueInvalid),
            (.update(1, shop, [.init(4, "x")]), .valueInvalid),
            (.update(2, visit, [.init(2, 501)]), .factReused),
            (.insert(1, shop, [.init(1, "1")]), .alreadyExists),
            (.insert(2, RowKey(high: 2, low: 3), [.init(1, .blob([1, 2]))]), .valueInvalid),
            (.insert(1, RowKey(high: 2, low: 3), [.init(6, 1)]), .fieldNotWritable),
        ]
        let before = try ann.fixture.rows(ShopApplication.shop)
        for (edit, code) in cases {
            let error = #expect(throws: Problem.self, "\(edit)") {
                try ann.fixture.write([.update(1, shop, [.init(3, "half")]), edit])
            }
            #expect(error?.code == code, "\(edit)")
        }
        #expect(try ann.fixture.rows(ShopApplication.shop) == before)
        #expect(try ann.fixture.status().pending == 2)
        let fresh = try world.replica(pair.replica)
        let error = #expect(throws: Problem.self) {
            try fresh.write([.insert(1, shop, [.init(1, "1")])])
        }
        #expect(error?.code == .notEnrolled)
        #expect(try fresh.rows(ShopApplication.shop) == [])
    }

    @Test("A write has the net effect of its edits", arguments: StorePair.all)
    func netEffect(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        let nobody = RowKey(high: 0, low: 1)
        // None of these changes anything, so there is nothing to send.
        try ann.fixture.write([
            .update(1, shop, [.init(2, "x")]), .update(1, shop, [.init(2, "Care")]),
        ])
        try ann.fixture.write([.update(1, nobody, [.init(2, "x")]), .add(1, nobody, 4, 1)])
        try ann.fixture.write([.insert(1, nobody, [.init(1, "1")]), .delete(1, nobody)])
        #expect(try ann.fixture.status().pending == 1)
        try ann.fixture.write([
            .add(1, shop, 4, 2), .add(1, shop, 4, 3), .update(1, shop, [.init(3, "1")]),
        ])
        let pending = try ann.fixture.pending()
        #expect(pending.count == 2)
        #expect(
            pending.last?.changes == [
                RowChange(
                    table: 1, key: shop, kind: .update, puts: [.init(3, "1")], adds: [.init(4, 5)])
            ])
    }

    @Test(
        "A device shows of its own write what the merge will leave of it",
        arguments: StorePair.all)
    func shownAsMerged(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        try ann.fixture.write([.update(1, shop, [.init(5, "CLOSED")])])
        #expect(try ann.settle())
        // A step back and a second value of an immutable field: the hub will refuse both.
        try ann.fixture.write([
            .update(1, shop, [.init(1, "2"), .init(3, "5"), .init(5, "OPEN")])
        ])
        let shown = try ann.show(ShopApplication.shop, ["district", "phone", "status"])
        #expect(shown == ["1 5 CLOSED *"])
        #expect(
            try ann.fixture.rows(ShopApplication.shop)
                == ann.fixture.recomputedRows(ShopApplication.shop))
        #expect(try ann.settle())
        #expect(
            try ann.show(ShopApplication.shop, ["district", "phone", "status"]) == ["1 5 CLOSED"])
        #expect(try ann.fixture.receipts().last?.conflicts == 2)
    }

    @Test(
        "The status counts what is written, answered and refused", arguments: StorePair.all)
    func status(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        #expect(try ann.fixture.status().head == nil)
        try ann.addShop("Care")
        try ann.addShop("FORBIDDEN")
        #expect(try ann.fixture.status().pending == 2)
        #expect(try ann.fixture.status().head?.sequence == 2)
        try ann.sync(.cut(after: 2))
        var status = try ann.fixture.status()
        #expect([status.pending, status.refused, Int(status.position)] == [0, 1, 0])
        try ann.sync()
        status = try ann.fixture.status()
        #expect([Int(status.rows), status.scopes, status.incidents] == [1, 2, 0])
        #expect(status.position == 2)
        #expect(status.vector.entries.values.sorted() == [2])
    }
}
