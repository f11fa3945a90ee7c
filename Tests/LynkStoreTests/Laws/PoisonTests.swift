import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

extension LawAuthor {
    /// A change set whose head is right and whose end nobody can read.
    func makeUnreadable(_ changes: [RowChange]) throws -> SealedChangeSet {
        let sealed = try ChangeSetCodec.offered(make(changes).bytes + [0])
        previous = sealed.oid
        return sealed
    }

    /// A change set that only a later program can read.
    func makeAhead(_ changes: [RowChange]) -> SealedChangeSet {
        let whole = make(changes)
        let content = ChangeSet(
            tenant: whole.content.tenant, device: whole.content.device,
            previous: whole.content.previous, context: .zero, schemaVersion: 0, changes: [],
            intent: nil, claimed: .zero, made: whole.content.made)
        return SealedChangeSet(
            oid: whole.oid, bytes: whole.bytes, content: content,
            flaw: Problem(.changeSetMalformed, "of a later form"))
    }
}

@Suite("A change set that does not decode")
struct PoisonTests {
    private static func insert(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, "one")])
    }

    private static func update(_ number: UInt64, _ title: Value) -> RowChange {
        RowChange(table: 1, key: LawWorld.key(number), kind: .update, puts: [.init(2, title)])
    }

    @Test(
        "It blocks nothing but what depends on it, and takes no age from the others",
        arguments: HubKind.allCases)
    func blocksNothing(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        let before = ann.make([Self.insert(1)])
        let poison = try ann.makeUnreadable([Self.insert(2)])
        let dependant = ann.make([Self.update(2, "two")])
        let after = ann.make([Self.insert(3)])
        let day: Int64 = 24 * 3_600_000
        world.time.advance(3 * day)
        let receipts = try ann.push([before, poison, dependant, after]).receipts
        #expect(
            receipts.map(\.problem?.code) == [nil, .changeSetMalformed, .waitingForBirth, nil])
        #expect(receipts.map(\.oid)[1] == poison.oid)
        let times = receipts.map(\.effective)
        #expect(times == times.sorted() && Set(times).count == 4)
        #expect(times[3].milliseconds <= world.time.now - 3 * day)
        #expect(try bob.pull().rows == [LawWorld.key(1), LawWorld.key(3)])
        let kept = try world.hub.read { try $0.quarantine() }
        #expect(kept.map(\.oid) == [poison.oid, dependant.oid])
        // A repeat, a successor, a restart and an operator change nothing about it.
        #expect(
            try ann.push([poison, dependant, after]).receipts.map(\.isRepeat) == [true, true, true])
        #expect(try ann.write(Self.insert(4))?.disposition == .accepted)
        try world.hub.restart(&world.random)
        #expect(throws: Problem.self) {
            try world.hub.store.release(poison.oid, nowMilliseconds: world.time.now)
        }
        _ = try world.hub.store.rejectFinally(poison.oid, nowMilliseconds: world.time.now)
        #expect(try world.values(1, 2) == nil)
        #expect(try world.digestsAreRight())
    }

    @Test("The last one of a push is signed like any other", arguments: HubKind.allCases)
    func last(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let before = ann.make([Self.insert(1)])
        let poison = try ann.makeUnreadable([Self.insert(2)])
        let receipts = try ann.push([before, poison]).receipts
        #expect(receipts.map(\.disposition) == [.accepted, .quarantined])
        #expect(try ann.write(Self.insert(3))?.disposition == .accepted)
    }

    @Test(
        "A later program that can read it puts it in force as of its time",
        arguments: HubKind.allCases)
    func readableLater(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try bob.write(Self.insert(1))
        try ann.pull()
        let era = try #require(ann.cursor.vector.sorted.first?.era)
        // It claims to know what does not exist yet.
        ann.cursor = PullCursor(
            position: 1, vector: VersionVector([era: 100]), scopeSetHash: ann.cursor.scopeSetHash)
        let ahead = ann.makeAhead([Self.update(1, "ann"), Self.insert(2)])
        let waiting = ann.make([Self.update(2, "two")])
        #expect(try ann.push([ahead, waiting]).refusal?.code == .hubRolledBack)
        let receipts = try ann.push([ahead, waiting]).receipts
        #expect(receipts.map(\.problem?.code) == [.changeSetMalformed, .waitingForBirth])
        try bob.pull()
        try bob.write(Self.update(1, "bob"))
        try world.hub.restart(&world.random)
        #expect(try world.values(1, 2)?[1] == "two")
        #expect(try world.values(1, 1)?[1] == "bob")
        #expect(try world.hub.conflicts().map(\.new) == ["ann"])
        #expect(try world.digestsAreRight())
    }
}
