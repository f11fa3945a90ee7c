import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Laws of a replica: what a person decides about refused change sets")
struct DecisionLaws {
    /// A shop with a forbidden name and a visit to another one, refused together.
    private func refused(
        _ pair: StorePair
    ) throws -> (TwinDevice, shop: RowKey, RefusedChangeSet) {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        try ann.fixture.write([
            .insert(1, ann.fixture.mintKey(), [.init(1, "1"), .init(2, "FORBIDDEN")]),
            .add(1, shop, 4, 3), .update(1, shop, [.init(3, "77")]),
        ])
        #expect(try ann.settle())
        #expect(try ann.shops() == ["Care - 0 NEW -"])
        let found = try ann.fixture.refused()
        #expect(found.map(\.problem?.code) == [.notAuthorized])
        return (ann, shop, try #require(found.first))
    }

    private func code(_ body: () throws -> Void) -> ProblemCode? {
        do {
            try body()
            return nil
        } catch { return (error as? Problem)?.code }
    }

    @Test("Mended and written again, over what the rows are now", arguments: StorePair.all)
    func resubmitted(_ pair: StorePair) throws {
        let (ann, shop, refused) = try refused(pair)
        try ann.world.office([
            RowChange(table: 1, key: shop, kind: .update, adds: [.init(4, 100)])
        ])
        #expect(try ann.settle())
        let forbidden = try #require(refused.content?.changes.first?.key)
        let made = try ann.fixture.resubmit(
            refused.oid, [.update(1, forbidden, [.init(2, "Allowed")])])
        #expect(try ann.fixture.refused().isEmpty)
        let sent = try #require(try ann.fixture.pending().last)
        #expect(sent.intent?.name == "resubmit")
        #expect(sent.intent?.arguments.hasPrefix("\(refused.oid)") == true)
        try ann.fixture.crash()
        #expect(code { _ = try ann.fixture.resubmit(refused.oid, []) } == .notFound)
        #expect(code { try ann.fixture.discard(refused.oid, reason: "late") } == .notFound)
        #expect(try ann.settle())
        #expect(try ann.shops().sorted() == ["Allowed - 0 NEW -", "Care 77 103 NEW -"])
        #expect(try ann.fixture.receipts().map(\.oid).last == made)
        #expect(try ann.fixture.receipts().map(\.disposition).last == "accepted")
    }

    @Test("Given up with a reason, and no other way", arguments: StorePair.all)
    func discarded(_ pair: StorePair) throws {
        let (ann, _, refused) = try refused(pair)
        #expect(code { try ann.fixture.discard(refused.oid, reason: "") } == .parameterInvalid)
        #expect(try ann.fixture.refused().count == 1)
        try ann.fixture.discard(refused.oid, reason: "a slip")
        try ann.fixture.crash()
        #expect(try ann.fixture.refused().isEmpty)
        #expect(code { _ = try ann.fixture.resubmit(refused.oid, []) } == .notFound)
        #expect(try ann.settle())
        #expect(try ann.shops() == ["Care - 0 NEW -"])
    }

    @Test("What cannot be written again stays for a decision", arguments: StorePair.all)
    func rowGone(_ pair: StorePair) throws {
        let (ann, shop, refused) = try refused(pair)
        try ann.world.office([RowChange(table: 1, key: shop, kind: .delete)])
        #expect(try ann.settle())
        #expect(code { _ = try ann.fixture.resubmit(refused.oid, []) } == .rowUnknown)
        #expect(try ann.fixture.refused().count == 1)
        #expect(try ann.fixture.status().pending == 0)
        #expect(try ann.shops().isEmpty)
    }

    @Test("Only what the hub refused can be decided about", arguments: StorePair.all)
    func others(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        try ann.addShop("Care")
        let waiting = try ann.fixture.store.offer().changeSets[0].oid
        #expect(code { _ = try ann.fixture.resubmit(waiting, []) } == .notFound)
        #expect(try ann.settle())
        #expect(code { try ann.fixture.discard(waiting, reason: "no") } == .notFound)
    }
}
