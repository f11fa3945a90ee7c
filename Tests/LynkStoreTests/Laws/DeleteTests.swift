import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Deletes at a hub")
struct DeleteTests {
    private static func change(
        _ kind: RowChange.Kind, _ number: UInt64, table: TableID = 1, _ puts: RowChange.Put...
    ) -> RowChange {
        RowChange(table: table, key: LawWorld.key(number), kind: kind, puts: puts)
    }

    @Test("A delete reaches who had the row, and nobody else", arguments: HubKind.allCases)
    func removedKeys(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob, eve) = (LawAuthor(world, 1), LawAuthor(world, 2), LawAuthor(world, 3))
        try ann.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "one")))
        try ann.write(Self.change(.insert, 2, .init(1, "a"), .init(2, "two")))
        try ann.pull()
        try bob.pull()
        #expect(try ann.write(Self.change(.delete, 1))?.disposition == .accepted)
        #expect(try world.values(1, 1) == nil)
        let delta = try bob.pull()
        #expect(delta.removed == [LawWorld.key(1)])
        #expect(delta.rows.isEmpty)
        let first = try eve.pull()
        #expect(first.removed.isEmpty)
        #expect(first.rows == [LawWorld.key(2)])
        #expect(try world.digestsAreRight())
    }

    @Test(
        "A row that is deleted while a first sync runs is told as gone",
        arguments: HubKind.allCases)
    func deletedMeanwhile(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, eve) = (LawAuthor(world, 1), LawAuthor(world, 3))
        try ann.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "one")))
        try ann.pull()
        var isDeleted = false
        let first = try eve.pull(between: {
            if !isDeleted { try ann.write(Self.change(.delete, 1)) }
            isDeleted = true
        })
        #expect(first.rows == [LawWorld.key(1)])
        #expect(first.removed == [LawWorld.key(1)])
        #expect(first.checkpoint?.position == 2)
    }

    @Test(
        "A second birth does not bring another scope's fields into a deleted row",
        arguments: HubKind.allCases)
    func otherScope(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "one")))
        try ann.write(Self.change(.delete, 1))
        // bob knows of neither.
        let receipt = try bob.write(Self.change(.insert, 1, .init(1, "b"), .init(2, "secret")))
        #expect(receipt?.problem?.code == .valueInvalid)
        #expect(try world.values(1, 1) == nil)
        let same = try bob.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "two")))
        #expect(same?.disposition == .merged)
        #expect(try world.values(1, 1)?[1] == "two")
    }

    @Test(
        "A concurrent update brings the whole row back, in both orders of arrival",
        arguments: [true, false], HubKind.allCases)
    func updateWins(_ deleteFirst: Bool, _ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob, eve) = (LawAuthor(world, 1), LawAuthor(world, 2), LawAuthor(world, 3))
        try ann.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "one")))
        for author in [ann, bob, eve] { try author.pull() }
        let delete = ann.make([Self.change(.delete, 1)])
        let update = bob.make([Self.change(.update, 1, .init(2, "mine"))])
        if deleteFirst {
            try ann.push([delete])
            #expect(try eve.pull().removed == [LawWorld.key(1)])
            #expect(try bob.push([update]).receipts.first?.disposition == .merged)
        } else {
            try bob.push([update])
            #expect(try ann.push([delete]).receipts.first?.disposition == .merged)
        }
        #expect(try world.values(1, 1)?[1] == "mine")
        #expect(try eve.pull().rows == [LawWorld.key(1)])
        #expect(try world.hub.conflicts().map(\.field) == [nil])
        #expect(try world.digestsAreRight())
    }

    @Test(
        "Where deletes win a concurrent update is kept as a conflict", arguments: HubKind.allCases)
    func deleteWins(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.change(.insert, 1, table: 2, .init(1, "a"), .init(2, "one")))
        try ann.pull()
        try bob.pull()
        try ann.write(Self.change(.delete, 1, table: 2))
        #expect(
            try bob.write(Self.change(.update, 1, table: 2, .init(2, "mine")))?.disposition
                == .merged)
        #expect(try world.values(2, 1) == nil)
        #expect(try world.hub.conflicts().map(\.outcome) == [.currentWon])
        #expect(try world.digestsAreRight())
    }

    @Test("Who knew the delete gives birth to the next generation", arguments: HubKind.allCases)
    func generations(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "one")))
        try ann.pull()
        try bob.pull()
        try ann.write(Self.change(.delete, 1))
        try ann.pull()
        try ann.write(Self.change(.insert, 1, .init(1, "a"), .init(2, "again")))
        #expect(try world.hub.read { try $0.row(1, LawWorld.key(1))?.record.generation } == 1)
        // bob's update is of the row that is gone.
        try bob.write(Self.change(.update, 1, .init(2, "late")))
        #expect(try world.values(1, 1)?[1] == "again")
        #expect(try bob.pull().rows == [LawWorld.key(1)])
        #expect(try world.digestsAreRight())
    }

    @Test("Facts are not deleted", arguments: HubKind.allCases)
    func forbidden(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.change(.insert, 1, table: 5, .init(1, "a"), .init(2, 5)))
        let receipt = try ann.write(Self.change(.delete, 1, table: 5))
        #expect(receipt?.problem?.code == .deleteUnsupported)
        #expect(try world.values(5, 1) != nil)
    }
}
