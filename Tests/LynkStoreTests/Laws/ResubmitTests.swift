import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("A refused change set that was written again")
struct ResubmitTests {
    private static func insert(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, "one")])
    }

    private static func visit(_ number: UInt64 = 1) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .update, adds: [.init(6, 5)])
    }

    private static let poison = Intent(name: "poison")

    private static func again(_ oid: ContentID, _ note: String = "") -> Intent {
        Intent(name: "resubmit", arguments: "\(oid) \(note)")
    }

    private static func visits(_ world: LawWorld, _ number: UInt64 = 1) throws -> Value? {
        try world.values(1, number)?[5]
    }

    private static func code(_ body: () throws -> Receipt) -> ProblemCode? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? Problem)?.code }
    }

    @Test("The old one is not released any more", arguments: HubKind.allCases)
    func replacedFirst(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        let old = try #require(try ann.write(Self.visit(), intent: Self.poison))
        #expect(try ann.write(Self.visit(), intent: Self.again(old.oid))?.disposition == .accepted)
        #expect(try Self.visits(world) == 5)
        func release() -> ProblemCode? {
            Self.code { try world.hub.store.release(old.oid, nowMilliseconds: world.time.now) }
        }
        #expect(release() == .changeSetReplaced)
        try world.hub.restart(&world.random)
        #expect(release() == .changeSetReplaced)
        #expect(try Self.visits(world) == 5)
        // A second one in the same place is one too many.
        let second = try ann.write(Self.visit(), intent: Self.again(old.oid, "2"))
        #expect(second?.problem?.code == .changeSetReplaced)
        #expect(try Self.visits(world) == 5)
    }

    @Test("After the release the new one has no effect", arguments: HubKind.allCases)
    func releasedFirst(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let store = world.hub.store
        try ann.write(Self.insert(1))
        let old = try #require(try ann.write(Self.visit(), intent: Self.poison))
        _ = try store.release(old.oid, nowMilliseconds: world.time.now)
        let new = try #require(try ann.write(Self.visit(), intent: Self.again(old.oid)))
        #expect(new.disposition == .quarantined)
        #expect(new.problem?.code == .changeSetReplaced)
        #expect(try Self.visits(world) == 5)
        #expect(
            Self.code { try store.release(new.oid, nowMilliseconds: world.time.now) }
                == .changeSetReplaced)
        _ = try store.rejectFinally(new.oid, nowMilliseconds: world.time.now)
        // One that is in force since it came cannot be written again either.
        let applied = try #require(try ann.write(Self.visit()))
        let twice = try ann.write(Self.visit(), intent: Self.again(applied.oid))
        #expect(twice?.problem?.code == .changeSetReplaced)
        #expect(try Self.visits(world) == 10)
    }

    @Test("Of a whole line of them one takes effect, whichever it is", arguments: HubKind.allCases)
    func refusedAgain(_ kind: HubKind) throws {
        for released in 0..<3 {
            let world = try LawWorld(kind)
            let ann = LawAuthor(world, 1)
            let store = world.hub.store
            try ann.write(Self.insert(1))
            var line = [try #require(try ann.write(Self.visit(), intent: Self.poison)).oid]
            for _ in 0..<2 {
                let intent = Self.again(line[line.count - 1], "poison")
                line.append(try #require(try ann.write(Self.visit(), intent: intent)).oid)
            }
            #expect(try Self.visits(world) == 0)
            _ = try store.release(line[released], nowMilliseconds: world.time.now)
            for oid in line where oid != line[released] {
                #expect(
                    Self.code { try store.release(oid, nowMilliseconds: world.time.now) }
                        == .changeSetReplaced)
            }
            #expect(try Self.visits(world) == 5)
        }
    }

    @Test(
        "What waited for a birth is not applied when the birth comes", arguments: HubKind.allCases)
    func waiting(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let birth = try #require(try ann.write(Self.insert(1), intent: Self.poison))
        let old = try #require(try ann.write(Self.visit()))
        #expect(old.problem?.code == .waitingForBirth)
        let new = ann.make([Self.insert(2), Self.visit(2)], intent: Self.again(old.oid))
        #expect(try ann.push([new]).receipts.first?.disposition == .accepted)
        _ = try world.hub.store.release(birth.oid, nowMilliseconds: world.time.now)
        #expect(try Self.visits(world) == 0)
        #expect(try Self.visits(world, 2) == 5)
    }

    @Test("A link to another device's change set changes nothing", arguments: HubKind.allCases)
    func others(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        let old = try #require(try ann.write(Self.visit(), intent: Self.poison))
        let bobs = try bob.write(Self.visit(), intent: Self.again(old.oid))
        #expect(bobs?.disposition == .accepted)
        _ = try world.hub.store.release(old.oid, nowMilliseconds: world.time.now)
        #expect(try Self.visits(world) == 10)
    }
}
