import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("What an author knows of the lanes that its device has left")
struct LaneForkTests {
    private static func insert(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, "one")])
    }

    private static func title(_ title: Value, of number: UInt64 = 1) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .update, puts: [.init(2, title)])
    }

    /// Another author of the same device, as a copy of its file is: it goes on behind the same
    /// change set.
    private static func copy(_ author: LawAuthor, _ world: LawWorld) -> LawAuthor {
        let copy = LawAuthor(world, author.principal.device.low)
        copy.lane = author.lane
        copy.previous = author.previous
        copy.cursor = author.cursor
        copy.ratchet = author.ratchet
        return copy
    }

    /// A lane of its own, as after `lane_forked`.
    private static func fork(_ author: LawAuthor, _ number: UInt64) {
        author.lane = LaneID(high: 7, low: number)
        author.ratchet = []
    }

    private static func isQuiet(_ receipt: Receipt?, _ world: LawWorld) throws -> Bool {
        try receipt?.disposition == .accepted && world.hub.conflicts().isEmpty
    }

    @Test("What a device wrote in a lane that it left is known", arguments: HubKind.allCases)
    func ownWrites(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        try ann.write(Self.title("two"))
        Self.fork(ann, 1)
        #expect(try Self.isQuiet(ann.write(Self.title("three")), world))
        try world.hub.restart(&world.random)
        // By way of a lane that did not touch the row.
        Self.fork(ann, 2)
        try ann.write(Self.insert(2))
        Self.fork(ann, 3)
        #expect(try Self.isQuiet(ann.write(Self.title("four")), world))
        #expect(try world.values(1, 1)?[1] == "four")
        // Another device knows nothing of it.
        #expect(try LawAuthor(world, 2).write(Self.title("other"))?.disposition == .merged)
    }

    // the device ──▶ 1 ──▶ 2 ──▶ 3          its lane goes on
    // its copy             └──▶ 3'         knows 1 and 2, not 3
    // a copy of that              └──▶ 4'' knows 1, 2 and 3', not 3 and not 4'
    @Test("Each copy knows what is before its own fork", arguments: HubKind.allCases)
    func copies(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1), Self.insert(2), Self.insert(3), Self.insert(4))
        try ann.write(Self.title("two", of: 1))
        let copy = Self.copy(ann, world)
        try ann.write(Self.title("three", of: 2))
        Self.fork(copy, 1)
        #expect(try Self.isQuiet(copy.write(Self.title("copy", of: 1)), world))
        let other = Self.copy(copy, world)
        #expect(try copy.write(Self.title("copy", of: 2))?.disposition == .merged)
        try copy.write(Self.title("copy", of: 4))
        Self.fork(other, 2)
        for (row, disposition) in [
            (UInt64(1), Disposition.accepted), (2, .merged), (3, .accepted), (4, .merged),
        ] {
            let receipt = try other.write(Self.title(.text("other \(row)"), of: row))
            #expect(receipt?.disposition == disposition, "row \(row)")
        }
        // The lane that was copied knows nothing of what its copies wrote.
        #expect(try ann.write(Self.title("ann", of: 1))?.disposition == .merged)
    }

    @Test(
        "What is too many lanes back costs a conflict, and nothing is lost",
        arguments: HubKind.allCases)
    func bounded(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1), Self.insert(2))
        try ann.write(Self.title("early", of: 1), Self.title("early", of: 2))
        for number in 1..<UInt64(Limits.lanesBehindMax) {
            Self.fork(ann, number)
            try ann.write(Self.insert(number + 2))
        }
        Self.fork(ann, 1_000)
        #expect(try Self.isQuiet(ann.write(Self.title("known", of: 1)), world))
        Self.fork(ann, 1_001)
        #expect(try ann.write(Self.title("late", of: 2))?.disposition == .merged)
        #expect(try world.values(1, 2)?[1] == "late")
        #expect(try world.hub.conflicts().map(\.current) == ["early"])
    }

    // Without this the later of its writes would win over a third author's in one order of
    // arrival and lose in the other.
    @Test("Times ascend from lane to lane", arguments: HubKind.allCases)
    func times(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let first = try #require(try ann.write(Self.insert(1)))
        // Made by a clock that was set back meanwhile.
        world.time.advance(-60_000)
        let late = ann.make([Self.title("two")])
        world.time.advance(120_000)
        Self.fork(ann, 1)
        let second = try #require(try ann.push([late]).receipts.first)
        #expect(second.effective == first.effective.next)
    }

    @Test(
        "A released write does not undo what its author wrote in a later lane",
        arguments: HubKind.allCases)
    func released(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        let early = ann.make(
            [
                RowChange(
                    table: 1, key: LawWorld.key(1), kind: .update,
                    puts: [.init(2, "early"), .init(4, 1)],
                    edits: [SetEdit(3, added: ["tag", "other"])])
            ], intent: Intent(name: "poison"))
        #expect(try ann.push([early]).receipts.first?.disposition == .quarantined)
        Self.fork(ann, 1)
        try ann.write(Self.insert(2))
        let copy = Self.copy(ann, world)
        Self.fork(ann, 2)
        let late = RowChange(
            table: 1, key: LawWorld.key(1), kind: .update, puts: [.init(2, "late"), .init(4, 0)],
            edits: [SetEdit(3, removed: ["tag"])])
        try ann.write(late)
        Self.fork(copy, 3)
        try copy.write(Self.title("copy", of: 2))
        let release = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        #expect(try Self.isQuiet(release, world))
        let values = try #require(try world.values(1, 1))
        #expect(values[1] == "late")
        #expect(values[2] == .blob(ScalarArray.encode(["other"])))
        #expect(values[3] == 0)
        #expect(try world.digestsAreRight())
    }

    @Test(
        "A release meets what another branch of the same device wrote as any other's",
        arguments: HubKind.allCases)
    func releasedBesideACopy(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        let copy = Self.copy(ann, world)
        let early = ann.make([Self.title("early")], intent: Intent(name: "poison"))
        try ann.push([early])
        Self.fork(copy, 1)
        try copy.write(Self.title("copy"))
        let release = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        #expect(release.disposition == .merged)
        #expect(try world.values(1, 1)?[1] == "copy")
    }

    // A hub that was restored to before a fork answers `chain_gap` until the change sets before it
    // are back, in whichever lane: what is known is what is before in the chain.
    @Test(
        "A hub that lost the fork takes the same for known once the chain is back",
        arguments: HubKind.allCases, [false, true])
    func restored(_ kind: HubKind, _ byTheCopyFirst: Bool) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1), Self.insert(2), Self.insert(3))
        try world.hub.backUp(&world.random)
        let common = ann.make([Self.title("common", of: 1)])
        try ann.push([common])
        let copy = Self.copy(ann, world)
        let own = ann.make([Self.title("ann", of: 2)])
        try ann.push([own])
        Self.fork(copy, 1)
        let its = copy.make([Self.title("copy", of: 3)])
        try copy.push([its])
        try world.hub.restore(&world.random)
        #expect(try copy.push([its]).refusal?.code == .chainGap)
        let pushes = [(ann, [common, own]), (copy, [common, its])]
        for (author, sets) in byTheCopyFirst ? pushes.reversed() : pushes {
            let answer = try author.push(sets)
            // The lane of the other branch goes on otherwise, so this one takes a new lane.
            if answer.refusal?.code == .laneForked { Self.fork(author, 9) }
            #expect(try author.push(sets).refusal == nil)
        }
        #expect(try world.hub.conflicts().isEmpty)
        for (author, known) in [(ann, UInt64(2)), (copy, 3)] {
            let again = try author.write(Self.title("again", of: known))
            #expect(again?.disposition == .accepted)
        }
        for (author, unknown) in [(ann, UInt64(3)), (copy, 2)] {
            let over = try author.write(Self.title("over", of: unknown))
            #expect(over?.disposition == .merged)
        }
        #expect(try ann.write(Self.title("ann", of: 1))?.disposition == .accepted)
        #expect(try copy.write(Self.title("copy", of: 1))?.disposition == .merged)
    }
}
