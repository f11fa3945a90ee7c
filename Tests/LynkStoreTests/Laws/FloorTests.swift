import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("Forgetting safely, and comparing by range")
struct FloorTests {
    private static func insert(_ number: UInt64, table: TableID = 1) -> RowChange {
        RowChange(
            table: table, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, table == 5 ? 5 : "one")])
    }

    private static func update(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .update, puts: [.init(2, "late")])
    }

    @Test(
        "The floor stays behind what is durable, and nothing comes back from below it",
        arguments: HubKind.allCases)
    func floor(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        let birth = ann.make([Self.insert(1), Self.insert(2)])
        try ann.push([birth])
        try ann.write(Self.insert(3, table: 5))
        try ann.pull()
        try bob.pull()
        try ann.write(RowChange(table: 1, key: LawWorld.key(1), kind: .delete))
        try ann.pull()
        let day: Int64 = 24 * 3_600_000
        world.time.advance(100 * day)
        let store = world.hub.store
        #expect(try store.advanceFloor(nowMilliseconds: world.time.now) == 0)
        try store.markDurable(ann.cursor.vector)
        #expect(try store.advanceFloor(nowMilliseconds: world.time.now) == 3)
        #expect(try ann.pull().welcome.floor == 3)
        #expect(try ann.pull().welcome.durable == ann.cursor.vector)
        // bob comes back from below the floor.
        let receipt = try bob.write(Self.update(1))
        #expect(receipt?.problem?.code == .rowForgotten)
        #expect(try world.values(1, 1) == nil)
        #expect(try bob.write(Self.update(2))?.disposition == .accepted)
        // Receipts stay, and so do the bytes of facts.
        #expect(try ann.push([birth]).receipts.first?.disposition == .accepted)
        let bodies = try world.hub.read { reads in
            try (1...3).map { try reads.changeSet(at: $0) != nil }
        }
        #expect(bodies == [false, true, false])
        #expect(try world.digestsAreRight())
    }

    @Test("A wrong row is found in a few steps", arguments: HubKind.allCases)
    func verify(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.push([ann.make((1...2_000).map { Self.insert(UInt64($0)) })])
        let pulled = try ann.pull()
        let store = world.hub.store
        func ask(_ asks: [VerifyAsk]) throws -> VerifyAnswer {
            try store.verify(
                VerifyRequest(
                    scopeSetHash: ann.cursor.scopeSetHash, position: ann.cursor.position,
                    asks: asks),
                for: ann.principal, nowMilliseconds: world.time.now)
        }
        let all = try ask([])
        #expect(all.digests.map(\.count) == [2_000])
        #expect(all.digests.map(\.hash) == [try #require(pulled.checkpoint).digestRoot])
        let first = try ask([VerifyAsk(scope: "a", table: 1, ranges: [.all])])
        #expect(first.parts.count == 32)
        #expect(first.parts.reduce(0) { $0 + $1.count } == 2_000)
        let part = try #require(first.parts.dropFirst(7).first)
        let second = try ask([VerifyAsk(scope: "a", table: 1, ranges: [part.range])])
        #expect(second.parts.reduce(0) { $0 + $1.count } == part.count)
        let small = try #require(second.parts.first)
        let third = try ask([VerifyAsk(scope: "a", table: 1, ranges: [small.range])])
        #expect(third.parts.isEmpty)
        #expect(third.pages.count == 1)
        #expect(throws: Problem.self) {
            try ask([VerifyAsk(scope: "secret", table: 1, ranges: [.all])])
        }
    }

    @Test("The clocks and the history of a row can be read", arguments: HubKind.allCases)
    func reports(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        try bob.pull()
        try ann.write(Self.update(1), intent: Intent(name: "rename"))
        world.time.advance(1_000)
        try bob.write(Self.update(1))
        let clocks = try world.hub.store.clockReport()
        #expect(clocks.position == 3)
        #expect(clocks.lanes.map(\.head?.sequence) == [2, nil, 1])
        #expect(clocks.eras.count == 1)
        let history = try world.hub.store.history(of: 1, LawWorld.key(1))
        #expect(history.steps.map(\.position) == [1, 2, 3])
        #expect(history.steps.map(\.intent?.name) == [nil, "rename", nil])
        #expect(history.steps.map(\.lane) == [ann.lane, ann.lane, bob.lane])
        #expect(history.steps.last?.changes == [Self.update(1)])
        let title = try #require(history.standing.first { $0.field == 2 })
        #expect(title.value == "late")
        #expect(title.author == bob.lane)
        #expect(!history.isDeleted)
    }
}
