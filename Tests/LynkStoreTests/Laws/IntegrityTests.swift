import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Claims and references at a hub")
struct IntegrityTests {
    private static func member(_ number: UInt64, _ puts: RowChange.Put...) -> RowChange {
        RowChange(
            table: 3, key: LawWorld.key(number), kind: .insert, puts: [.init(1, "a")] + puts)
    }

    @Test(
        "The first claim in commit order stands; the loser is cleared", arguments: HubKind.allCases)
    func cleared(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.member(1, .init(2, "x@y")))
        #expect(
            try LawAuthor(world, 2).write(Self.member(2, .init(2, "x@y")))?.disposition == .merged
        )
        #expect(try world.values(3, 1)?[1] == "x@y")
        #expect(try world.values(3, 2)?[1] == .null)
        try ann.write(Self.member(3, .init(2, "z")), Self.member(4, .init(2, "z")))
        #expect(try world.values(3, 3)?[1] == "z")
        #expect(try world.values(3, 4)?[1] == .null)
        #expect(try world.digestsAreRight())
    }

    @Test("A claim whose loser is held is recorded and shown", arguments: HubKind.allCases)
    func held(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.member(1, .init(3, "7")))
        let receipt = try ann.write(Self.member(2, .init(3, "7")))
        #expect(receipt?.disposition == .held)
        #expect(receipt?.problem?.code == .uniqueTaken)
        #expect(try world.values(3, 2)?[2] == "7")
        // Another field of the held row is no new claim.
        let update = RowChange(
            table: 3, key: LawWorld.key(2), kind: .update, puts: [.init(2, "q")])
        #expect(try ann.write(update)?.disposition == .accepted)
    }

    private static func world(
        _ kind: HubKind, _ field: FieldID
    ) throws -> (LawWorld, LawAuthor) {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(
            RowChange(
                table: 2, key: LawWorld.key(1), kind: .insert, puts: [.init(1, "a")]),
            RowChange(
                table: 4, key: LawWorld.key(2), kind: .insert,
                puts: [.init(1, "a"), .init(field, .key(LawWorld.key(1)))]))
        return (world, ann)
    }

    private static let delete = RowChange(table: 2, key: LawWorld.key(1), kind: .delete)

    @Test("A row that another one keeps is not deleted", arguments: HubKind.allCases)
    func restrict(_ kind: HubKind) throws {
        let (world, ann) = try Self.world(kind, 2)
        let receipt = try ann.write(Self.delete)
        #expect(receipt?.disposition == .rejected)
        #expect(receipt?.problem?.code == .rowReferenced)
        #expect(try world.values(2, 1) != nil)
        // Both in one change set leave nothing behind that names a missing row.
        let both = try ann.write(
            RowChange(table: 4, key: LawWorld.key(2), kind: .delete), Self.delete)
        #expect(both?.disposition == .accepted)
        #expect(try world.values(2, 1) == nil)
    }

    @Test("What names a deleted row goes with it, or forgets it", arguments: HubKind.allCases)
    func cascadeAndNull(_ kind: HubKind) throws {
        for (field, isThere) in [(FieldID(3), false), (4, true)] {
            let (world, ann) = try Self.world(kind, field)
            #expect(try ann.write(Self.delete)?.disposition == .accepted)
            let child = try world.values(4, 2)
            #expect((child != nil) == isThere)
            #expect(child?.dropFirst().allSatisfy(\.isNull) ?? true)
            #expect(try world.digestsAreRight())
        }
    }

    @Test("A row that names a deleted or unknown one is judged too", arguments: HubKind.allCases)
    func lateChildren(_ kind: HubKind) throws {
        let (world, ann) = try Self.world(kind, 3)
        try ann.write(Self.delete)
        func child(_ field: FieldID, _ parent: UInt64) -> RowChange {
            RowChange(
                table: 4, key: LawWorld.key(10 + UInt64(field)), kind: .insert,
                puts: [.init(1, "a"), .init(field, .key(LawWorld.key(parent)))])
        }
        // Who knows that the row is gone; who does not is heard in LossTests.
        let bob = LawAuthor(world, 2)
        try bob.pull()
        #expect(try bob.write(child(2, 1))?.problem?.code == .parentDeleted)
        #expect(try bob.write(child(3, 1))?.disposition == .merged)
        #expect(try world.values(4, 13) == nil)
        #expect(try bob.write(child(4, 1))?.disposition == .merged)
        #expect(try world.values(4, 14)?[3] == .null)
        let unknown = RowChange(
            table: 4, key: LawWorld.key(20), kind: .insert,
            puts: [.init(1, "a"), .init(2, .key(LawWorld.key(99)))])
        #expect(try bob.write(unknown)?.problem?.code == .referenceUnknown)
    }
}
