import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("What claims and references take away is kept as a conflict")
struct LossTests {
    private static func strict(_ kind: RowChange.Kind) -> RowChange {
        RowChange(
            table: 2, key: LawWorld.key(1), kind: kind, puts: kind == .insert ? [.init(1, "a")] : []
        )
    }

    private static func child(_ field: FieldID) -> RowChange {
        RowChange(
            table: 4, key: LawWorld.key(2), kind: .insert,
            puts: [.init(1, "a"), .init(field, .key(LawWorld.key(1)))])
    }

    /// Ann has made the parent and Bob has it; then both write without the other's news.
    private static func world(_ kind: HubKind) throws -> (LawWorld, LawAuthor, LawAuthor) {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(strict(.insert))
        try bob.pull()
        return (world, ann, bob)
    }

    private static func told(_ world: LawWorld) throws -> [String] {
        try LawAuthor(world, 9).pull().conflicts.map {
            let field = $0.field.map(String.init) ?? "row"
            return "\($0.policy) \(field) \($0.outcome) \($0.current.value) \($0.new.value)"
        }
    }

    @Test("A claim that came second", arguments: HubKind.allCases)
    func claim(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        for number in [UInt64(1), 2] {
            try LawAuthor(world, number).write(
                RowChange(
                    table: 3, key: LawWorld.key(number), kind: .insert,
                    puts: [.init(1, "a"), .init(2, "x@y")]))
        }
        #expect(try Self.told(world) == [#"unique email 2 currentWon null text("x@y")"#])
    }

    @Test("However many make one claim at once, one has it", arguments: HubKind.allCases)
    func manyClaims(_ kind: HubKind) throws {
        func claims(_ numbers: [UInt64], _ email: Value) -> [RowChange] {
            numbers.map {
                RowChange(
                    table: 3, key: LawWorld.key($0), kind: .insert,
                    puts: [.init(1, "a"), .init(2, email)])
            }
        }
        let world = try LawWorld(kind)
        try LawAuthor(world, 1).write(claims([1_000], "x@y")[0])
        let ann = LawAuthor(world, 2)
        // The keys of those that come later stand before and after that of the one who has it.
        let late = ann.make(claims(Array(900..<1_000) + Array(1_001..<1_100), "x@y"))
        #expect(try ann.push([late]).receipts.map(\.conflicts) == [199])
        #expect(try world.values(3, 1_000)?[1] == "x@y")
        let new = ann.make(claims((1...150).reversed(), "new@y"))
        #expect(try ann.push([new]).receipts.map(\.conflicts) == [149])
        let holders = try (UInt64(1)...150).filter { try world.values(3, $0)?[1] == "new@y" }
        #expect(holders == [150])
    }

    @Test(
        "Who has a claim keeps it where the change set that makes it again touches him too",
        arguments: HubKind.allCases)
    func holderTouched(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        func member(_ number: UInt64, _ kind: RowChange.Kind, _ puts: RowChange.Put...) -> RowChange
        {
            RowChange(table: 3, key: LawWorld.key(number), kind: kind, puts: puts)
        }
        try ann.write(
            member(1, .insert, .init(1, "a"), .init(2, "x@y")),
            member(2, .insert, .init(1, "a"), .init(2, "z@y")))
        let both = ann.make([
            member(2, .update, .init(2, "x@y")), member(1, .update, .init(3, "gold")),
        ])
        #expect(try ann.push([both]).receipts.map(\.conflicts) == [1])
        #expect(try world.values(3, 1) == ["a", "x@y", "gold"])
        #expect(try world.values(3, 2) == ["a", .null, .null])
        // Who gives it up in the same change set does not stand in the way.
        try ann.pull()
        let swap = ann.make([
            member(2, .update, .init(2, "x@y")), member(1, .update, .init(2, "new@y")),
        ])
        #expect(try ann.push([swap]).receipts.map(\.conflicts) == [0])
        #expect(try world.values(3, 2)?[1] == "x@y")
    }

    @Test(
        "A row or a field that names what is deleted, in either order", arguments: HubKind.allCases)
    func reference(_ kind: HubKind) throws {
        let key = Value.key(LawWorld.key(1))
        for (field, lost) in [(FieldID(3), "integer(1)"), (4, "\(key)")] {
            let (name, policy) =
                field == 3 ? ("row", "reference owner cascade") : ("4", "reference friend setNull")
            let (deleted, ann, bob) = try Self.world(kind)
            try ann.write(Self.strict(.delete))
            #expect(try bob.write(Self.child(field))?.conflicts == 1)
            #expect(try Self.told(deleted) == ["\(policy) \(name) currentWon null \(lost)"])

            let (named, annAgain, bobAgain) = try Self.world(kind)
            try bobAgain.write(Self.child(field))
            #expect(try annAgain.write(Self.strict(.delete))?.conflicts == 1)
            #expect(try Self.told(named) == ["\(policy) \(name) newWon \(lost) null"])
            let (one, other) = (try named.values(4, 2), try deleted.values(4, 2))
            #expect(one == other)
        }
    }

    @Test("Who deletes a row and knows what names it takes nothing from anybody")
    func known() throws {
        let (world, ann, bob) = try Self.world(.sqlite)
        try bob.write(Self.child(3))
        try ann.pull()
        #expect(try ann.write(Self.strict(.delete))?.disposition == .accepted)
        #expect(try Self.told(world) == [])
    }

    @Test(
        "A row that is kept by a concurrent child is there in either order",
        arguments: HubKind.allCases)
    func restrictInAnyOrder(_ kind: HubKind) throws {
        let (deleted, ann, bob) = try Self.world(kind)
        #expect(try ann.write(Self.strict(.delete))?.disposition == .accepted)
        #expect(try bob.write(Self.child(2))?.disposition == .merged)
        #expect(try Self.told(deleted) == ["reference keeper restrict row newWon null integer(1)"])

        let (named, annAgain, bobAgain) = try Self.world(kind)
        #expect(try bobAgain.write(Self.child(2))?.disposition == .accepted)
        #expect(try annAgain.write(Self.strict(.delete))?.disposition == .merged)
        #expect(
            try Self.told(named) == ["reference keeper restrict row currentWon integer(1) null"])
        for world in [deleted, named] {
            #expect(try world.values(2, 1)?[0] == "a")
            #expect(try world.values(4, 2)?[1] == .key(LawWorld.key(1)))
            #expect(try world.digestsAreRight())
            // Who knows both may take the child away and then the row.
            let clerk = LawAuthor(world, 8)
            try clerk.pull()
            let both = try clerk.write(
                RowChange(table: 4, key: LawWorld.key(2), kind: .delete), Self.strict(.delete))
            #expect(both?.disposition == .accepted)
            #expect(try world.values(2, 1) == nil)
        }
    }

    @Test(
        "What went with a row comes back with it when an update wins over the delete",
        arguments: HubKind.allCases)
    func company(_ kind: HubKind) throws {
        func rows(_ world: LawWorld) throws -> [[Value]?] {
            try [world.values(1, 1), world.values(4, 2), world.values(4, 3)]
        }
        var results: [[[Value]?]] = []
        for deletesFirst in [true, false] {
            let world = try LawWorld(kind)
            let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
            let document = Value.key(LawWorld.key(1))
            try ann.write(
                RowChange(
                    table: 1, key: LawWorld.key(1), kind: .insert,
                    puts: [.init(1, "a"), .init(2, "title")]),
                RowChange(
                    table: 4, key: LawWorld.key(2), kind: .insert,
                    puts: [.init(1, "a"), .init(5, document)]),
                RowChange(
                    table: 4, key: LawWorld.key(3), kind: .insert,
                    puts: [.init(1, "a"), .init(6, document)]))
            try bob.pull()
            let delete = RowChange(table: 1, key: LawWorld.key(1), kind: .delete)
            let update = RowChange(
                table: 1, key: LawWorld.key(1), kind: .update, puts: [.init(2, "new")])
            if deletesFirst {
                try ann.write(delete)
                #expect(try rows(world)[0] == nil)
                #expect(try rows(world)[1] == nil)
                try bob.write(update)
            } else {
                try bob.write(update)
                try ann.write(delete)
            }
            #expect(try world.digestsAreRight())
            results.append(try rows(world))
        }
        #expect(results[0] == results[1])
        #expect(results[0].allSatisfy { $0 != nil })
        #expect(results[0][2]?[5] == .key(LawWorld.key(1)))
    }
}
