import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Live versions and conflicts at a hub")
struct SideTableTests {
    private static func update(_ puts: RowChange.Put..., edits: [SetEdit] = []) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(1), kind: .update, puts: puts, adds: [], edits: edits)
    }

    private static func world(_ kind: HubKind) throws -> (LawWorld, LawAuthor, LawAuthor) {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(
            RowChange(
                table: 1, key: LawWorld.key(1), kind: .insert,
                puts: [.init(1, "a"), .init(2, "one")],
                edits: [SetEdit(3, added: ["red"])]))
        try ann.pull()
        try bob.pull()
        return (world, ann, bob)
    }

    @Test("An element that is added while another takes it out stays", arguments: HubKind.allCases)
    func sets(_ kind: HubKind) throws {
        let (world, ann, bob) = try Self.world(kind)
        let added = ann.make([Self.update(edits: [SetEdit(3, added: ["blue", "red"])])])
        let removed = bob.make([Self.update(edits: [SetEdit(3, removed: ["red"])])])
        try ann.push([added])
        try bob.push([removed])
        let tags = try world.values(1, 1).map { ScalarArray.elements(of: $0[2]) }
        #expect(tags == ["red", "blue"])
        try bob.pull()
        try bob.write(Self.update(edits: [SetEdit(3, removed: ["red"])]))
        #expect(try world.values(1, 1).map { ScalarArray.elements(of: $0[2]) } == ["blue"])
        #expect(try world.digestsAreRight())
    }

    @Test(
        "Concurrent values stand side by side until one who saw both writes",
        arguments: HubKind.allCases)
    func multiValues(_ kind: HubKind) throws {
        let (world, ann, bob) = try Self.world(kind)
        func draft(_ text: Value) -> RowChange.Put {
            .init(5, .blob(ScalarArray.encode([text])))
        }
        let first = ann.make([Self.update(draft("ann's"))])
        let second = bob.make([Self.update(draft("bob's"))])
        try ann.push([first])
        world.time.advance(1_000)
        try bob.push([second])
        #expect(
            try world.values(1, 1).map { ScalarArray.elements(of: $0[4]) }?.map(\.count) == 2)
        try bob.pull()
        try bob.write(Self.update(draft("both")))
        #expect(try world.values(1, 1).map { ScalarArray.elements(of: $0[4]) } == ["both"])
        #expect(try world.digestsAreRight())
    }

    @Test(
        "A conflict names what both started from, and reaches the scope",
        arguments: HubKind.allCases)
    func bases(_ kind: HubKind) throws {
        let (world, ann, bob) = try Self.world(kind)
        try ann.write(Self.update(.init(2, "two")))
        try ann.pull()
        try bob.pull()
        // Writes of other fields do not hide what was seen in this one.
        try ann.write(Self.update(.init(4, 1)))
        try ann.pull()
        let mine = ann.make([Self.update(.init(2, "ann's"))])
        let theirs = bob.make([Self.update(.init(2, "bob's"))])
        try ann.push([mine])
        world.time.advance(1_000)
        try bob.push([theirs])
        let eve = LawAuthor(world, 3)
        let told = try eve.pull().conflicts
        #expect(told.map(\.base) == ["two"])
        #expect(told.map(\.current.value) == ["ann's"])
        #expect(told.map(\.new.value) == ["bob's"])
        #expect(told.map(\.oid) == [theirs.oid])
        #expect(try ann.pull().conflicts.count == 1)
        #expect(try ann.pull().conflicts.isEmpty)
    }

    // hub                                   eve
    // conflicts of commit 3 ───────────────▶
    // commit 5 meets another conflict
    // rows and conflicts of commit 5 ──────▶ (were passed over once: the round had ended at 3)
    @Test(
        "Conflicts of a commit that comes between two frames of them are told in the same pull",
        arguments: HubKind.allCases)
    func conflictsMeanwhile(_ kind: HubKind) throws {
        let (world, ann, bob) = try Self.world(kind)
        func meet(_ mine: Value, _ theirs: Value) throws {
            for author in [ann, bob] { try author.pull() }
            let sets = (
                ann.make([Self.update(.init(2, mine))]), bob.make([Self.update(.init(2, theirs))])
            )
            try ann.push([sets.0])
            world.time.advance(1_000)
            try bob.push([sets.1])
        }
        try meet("ann's", "bob's")
        var frames = 0
        let told = try LawAuthor(world, 3).pull(between: {
            frames += 1
            // The page was the first, the conflicts the second.
            if frames == 2 { try meet("ann's again", "bob's again") }
        })
        #expect(told.conflicts.map(\.new.value) == ["bob's", "bob's again"])
    }
}
