import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("What a release finds replaced")
struct ReleaseTests {
    private static let poison = Intent(name: "poison")

    private static func tags(
        _ added: [Value] = [], without removed: [Value] = []
    ) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(1), kind: .update,
            edits: [SetEdit(3, added: added, removed: removed)])
    }

    private static func put(_ field: FieldID, _ value: Value) -> RowChange {
        RowChange(table: 1, key: LawWorld.key(1), kind: .update, puts: [.init(field, value)])
    }

    private static func array(_ values: Value...) -> Value { .blob(ScalarArray.encode(values)) }

    private static func start(_ kind: HubKind) throws -> (LawWorld, LawAuthor, LawAuthor) {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(
            RowChange(
                table: 1, key: LawWorld.key(1), kind: .insert,
                puts: [.init(1, "a"), .init(2, "one")]))
        try ann.write(Self.tags(["kept"]))
        try bob.pull()
        return (world, ann, bob)
    }

    @Test(
        "What its author took away or replaced later does not come back",
        arguments: HubKind.allCases)
    func takenAway(_ kind: HubKind) throws {
        let (world, ann, bob) = try Self.start(kind)
        let early = ann.make(
            [
                RowChange(
                    table: 1, key: LawWorld.key(1), kind: .update,
                    puts: [.init(4, 1), .init(5, Self.array("early"))], adds: [.init(6, 5)],
                    edits: [SetEdit(3, added: ["gone", "again", "new"], removed: [])])
            ], intent: Self.poison)
        world.time.advance(1_000)
        let later = [
            ann.make([Self.tags(without: ["gone"])]), ann.make([Self.tags(["again"])]),
            ann.make([Self.put(4, 0)]), ann.make([Self.put(5, Self.array("late"))]),
        ]
        try ann.push([early] + later)
        try bob.pull()
        try bob.write(Self.put(5, Self.array("last")))
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        let values = try #require(try world.values(1, 1))
        #expect(
            ScalarArray.elements(of: values[2]).map(Set.init) == ["kept", "again", "new"])
        #expect(values[3] == 0)
        #expect(values[4] == Self.array("last"))
        #expect(values[5] == 5)
        #expect(try world.digestsAreRight())
    }

    @Test("The order in which two are released decides nothing", arguments: HubKind.allCases)
    func inAnyOrder(_ kind: HubKind) throws {
        for order in [[0, 1], [1, 0]] {
            let (world, ann, _) = try Self.start(kind)
            let both = [
                ann.make([Self.tags(["gone"])], intent: Self.poison),
                ann.make([Self.tags(without: ["gone"])], intent: Self.poison),
            ]
            world.time.advance(1_000)
            try ann.push(both)
            for index in order {
                _ = try world.hub.store.release(
                    both[index].oid, nowMilliseconds: world.time.now)
            }
            #expect(try world.values(1, 1)?[2] == Self.array("kept"))
        }
    }

    @Test("What others did without knowing of it takes nothing away", arguments: HubKind.allCases)
    func others(_ kind: HubKind) throws {
        let (world, ann, bob) = try Self.start(kind)
        let early = ann.make([Self.tags(["new"])], intent: Self.poison)
        try ann.push([early])
        try bob.write(Self.tags(without: ["new"]))
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        let tags = try #require(try world.values(1, 1))[2]
        #expect(ScalarArray.elements(of: tags).map(Set.init) == ["kept", "new"])
    }

    @Test(
        "What its author deleted afterwards keeps no row there",
        arguments: HubKind.allCases)
    func deletedAfterwards(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(
            RowChange(table: 1, key: LawWorld.key(1), kind: .insert, puts: [.init(1, "a")]))
        try ann.pull()
        try bob.pull()
        // ann does not hear of it, so it keeps the row.
        try bob.write(Self.put(2, "bob's"))
        let early = ann.make(
            [
                RowChange(
                    table: 1, key: LawWorld.key(1), kind: .update, puts: [], adds: [.init(6, 5)])
            ], intent: Self.poison)
        world.time.advance(1_000)
        let delete = ann.make([RowChange(table: 1, key: LawWorld.key(1), kind: .delete)])
        #expect(
            try ann.push([early, delete]).receipts.map(\.disposition) == [.quarantined, .merged])
        try bob.pull()
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        #expect(try world.values(1, 1)?[5] == 5)
        // bob knew all but the release, and that one was deleted by its own author.
        try bob.write(RowChange(table: 1, key: LawWorld.key(1), kind: .delete))
        #expect(try world.values(1, 1) == nil)
        #expect(try world.digestsAreRight())
    }
}
