import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("The time of a hub that was restored")
struct RestoredClockTests {
    private static let day: Int64 = 24 * 3_600_000

    private static func insert(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, "one")])
    }

    private static func update(_ title: Value) -> RowChange {
        RowChange(table: 1, key: LawWorld.key(1), kind: .update, puts: [.init(2, title)])
    }

    // ann            hub, Tuesday              hub, restored, and its wall clock says Monday
    // push(2) ─────▶ receipt of Tuesday, lost
    // push(3) ───────────────────────────────▶ refused once: knows more than is here
    // push(2, 3) with the proof ─────────────▶ all of it, and of others, is later than Tuesday
    @Test(
        "What a device has a receipt of stays before what comes", arguments: HubKind.allCases)
    func proofs(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        try bob.pull()
        try world.hub.backUp(&world.random)
        // The same incarnation goes on for a while: the backup knows its era.
        world.time.advance(Self.day)
        let lost = ann.make([Self.update("lost")])
        let answer = try ann.push([lost])
        let proven = try #require(answer.receipts.first).effective
        try ann.pull()
        let eras = try ann.pull().welcome.eras
        try world.hub.restore(&world.random)
        world.time.advance(-Self.day)
        let next = ann.make([Self.insert(2)])
        #expect(try ann.push([next]).refusal?.code == .hubRolledBack)
        ann.eras = eras
        ann.proofs = [
            ReceiptProof(
                entries: answer.receipts.map { .init($0) }, signature: answer.proof)
        ]
        let again = try ann.push([lost, next]).receipts
        #expect(again.map(\.disposition) == [.accepted, .accepted])
        #expect(again.first?.effective == proven)
        #expect(try #require(again.last).effective > proven)
        // Also of who has seen it since.
        try bob.pull()
        #expect(try #require(try bob.write(Self.insert(3))).effective > proven)
        // Also after another start.
        try world.hub.restart(&world.random)
        #expect(try #require(try bob.write(Self.insert(4))).effective > proven)
    }

    @Test(
        "What was seen under a lost dot comes before what its reader writes",
        arguments: HubKind.allCases)
    func seen(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        try bob.pull()
        try world.hub.backUp(&world.random)
        world.time.advance(10 * Self.day)
        let lost = ann.make([Self.update("lost")])
        let answer = try ann.push([lost])
        let proven = try #require(answer.receipts.first).effective
        let eras = try bob.pull().welcome.eras
        try world.hub.restore(&world.random)
        world.time.advance(-5 * Self.day)
        // bob's own clock says that he wrote this long before.
        let update = bob.make([Self.update("after")])
        world.time.advance(20 * Self.day)
        ann.proofs = [
            ReceiptProof(
                entries: answer.receipts.map { .init($0) }, signature: answer.proof)
        ]
        try ann.push([lost])
        bob.eras = eras
        _ = try bob.push([update])
        let receipt = try #require(try bob.push([update]).receipts.first)
        #expect(receipt.effective > proven)
        #expect(receipt.disposition == .accepted)
        #expect(try world.values(1, 1)?[1] == "after")
    }
}
