import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Quarantine and the birth rule")
struct QuarantineTests {
    private static func insert(_ number: UInt64, _ title: Value = "one") -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, title)])
    }

    private static func update(_ number: UInt64, _ puts: RowChange.Put...) -> RowChange {
        RowChange(table: 1, key: LawWorld.key(number), kind: .update, puts: puts)
    }

    private static let poison = Intent(name: "poison")

    @Test(
        "What follows a quarantined birth waits and is applied with it", arguments: HubKind.allCases
    )
    func birth(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try bob.pull()
        let birth = ann.make([Self.insert(1)], intent: Self.poison)
        let update = ann.make([Self.update(1, .init(2, "two"))])
        let other = ann.make([Self.insert(2)])
        let codes = try ann.push([birth, update, other]).receipts.map(\.problem?.code)
        #expect(codes == [.valueInvalid, .waitingForBirth, nil])
        #expect(try world.values(1, 1) == nil)
        let release = try world.hub.store.release(birth.oid, nowMilliseconds: world.time.now)
        #expect(release.disposition == .accepted)
        #expect(try world.values(1, 1)?[1] == "two")
        #expect(try bob.pull().rows == [LawWorld.key(1), LawWorld.key(2)])
        // The receipts stay as they were.
        let again = try ann.push([birth, update]).receipts.map(\.disposition)
        #expect(again == [.quarantined, .quarantined])
        #expect(throws: Problem.self) {
            try world.hub.store.release(birth.oid, nowMilliseconds: world.time.now)
        }
        #expect(try world.digestsAreRight())
    }

    @Test(
        "What is refused for another reason once its births are there waits for them no more",
        arguments: HubKind.allCases)
    func refusedOnceBorn(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let birth = ann.make([Self.insert(1)], intent: Self.poison)
        let update = ann.make([Self.update(1, .init(2, "two"))], intent: Self.poison)
        #expect(
            try ann.push([birth, update]).receipts.map(\.problem?.code)
                == [.valueInvalid, .waitingForBirth])
        _ = try world.hub.store.release(birth.oid, nowMilliseconds: world.time.now)
        let left = try world.hub.read { try $0.quarantine() }.filter { $0.resolution == nil }
        #expect(left.map(\.oid) == [update.oid])
        #expect(left.map(\.code) == [.valueInvalid])
        _ = try world.hub.store.release(update.oid, nowMilliseconds: world.time.now)
        #expect(try world.values(1, 1)?[1] == "two")
    }

    @Test(
        "What follows a quarantined birth is not about another row of its key, never seen",
        arguments: HubKind.allCases)
    func anothersRow(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try bob.write(Self.insert(1, "bob's"))
        let birth = ann.make([Self.insert(1, "ann's")])
        let update = ann.make([Self.update(1, .init(2, "ann's again"))])
        #expect(
            try ann.push([birth, update]).receipts.map(\.problem?.code)
                == [.factReused, .waitingForBirth])
        #expect(try world.values(1, 1)?[1] == "bob's")
        #expect(try world.hub.conflicts().isEmpty)
        // Who has seen the row that is there writes that one.
        try ann.pull()
        try ann.write(Self.update(1, .init(2, "both's")))
        #expect(try world.values(1, 1)?[1] == "both's")
    }

    @Test(
        "What waited for a birth that is rejected waits no more, also beside another's row",
        arguments: HubKind.allCases)
    func rejectedBirth(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try bob.write(Self.insert(1, "bob's"))
        let birth = ann.make([Self.insert(1, "ann's")])
        let update = ann.make([Self.update(1, .init(2, "ann's again"))])
        try ann.push([birth, update])
        _ = try world.hub.store.rejectFinally(birth.oid, nowMilliseconds: world.time.now)
        let left = try world.hub.read { try $0.quarantine() }.filter { $0.resolution == nil }
        #expect(left.map(\.oid) == [update.oid])
        #expect(left.map(\.code) == [.rowUnknown])
        #expect(throws: Problem.self) {
            try world.hub.store.release(update.oid, nowMilliseconds: world.time.now)
        }
        #expect(try world.values(1, 1)?[1] == "bob's")
    }

    @Test("A released write does not undo what its author wrote later", arguments: HubKind.allCases)
    func laterWrites(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        let early = ann.make([Self.update(1, .init(2, "early"))], intent: Self.poison)
        world.time.advance(1_000)
        let late = ann.make([Self.update(1, .init(2, "late"))])
        try ann.push([early, late])
        #expect(try world.values(1, 1)?[1] == "late")
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        #expect(try world.values(1, 1)?[1] == "late")
        #expect(try world.hub.conflicts().isEmpty)
    }

    @Test(
        "Nor does a released flag, element or opinion come back that its author took away later",
        arguments: HubKind.allCases)
    func laterWithdrawals(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        func opinion(_ text: Value) -> Value { .blob(ScalarArray.encode([text])) }
        let early = ann.make(
            [
                RowChange(
                    table: 1, key: LawWorld.key(1), kind: .update,
                    puts: [.init(4, 1), .init(5, opinion("early"))],
                    adds: [.init(6, 5)], edits: [SetEdit(3, added: ["tag", "other"])])
            ], intent: Self.poison)
        world.time.advance(1_000)
        // The flag is off already and the set is empty: neither write leaves a stamp.
        let late = ann.make([
            RowChange(
                table: 1, key: LawWorld.key(1), kind: .update,
                puts: [.init(4, 0), .init(5, opinion("late"))],
                edits: [SetEdit(3, removed: ["tag"])])
        ])
        try ann.push([early, late])
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        let values = try #require(try world.values(1, 1))
        #expect(values[3] == 0)
        #expect(values[2] == .blob(ScalarArray.encode(["other"])))
        #expect(values[4] == opinion("late"))
        #expect(values[5] == 5)
        #expect(try world.digestsAreRight())
    }

    @Test(
        "What waited for a birth that its author wrote after it does not stand over that birth",
        arguments: HubKind.allCases)
    func birthAfterwards(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let early = ann.make([
            RowChange(
                table: 1, key: LawWorld.key(1), kind: .update,
                puts: [.init(4, 1), .init(5, .blob(ScalarArray.encode(["early"])))],
                adds: [.init(6, 5)])
        ])
        world.time.advance(1_000)
        let birth = ann.make([Self.insert(1)])
        #expect(
            try ann.push([early, birth]).receipts.map(\.disposition) == [.quarantined, .accepted])
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        let values = try #require(try world.values(1, 1))
        #expect(values[3] == 0)
        #expect(values[4] == .null)
        #expect(values[5] == 5)
        #expect(try world.digestsAreRight())
    }

    @Test(
        "A second birth of what a delete did not end takes nothing away from what waited",
        arguments: HubKind.allCases)
    func secondBirthAfterwards(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        try bob.pull()
        let opinion = Value.blob(ScalarArray.encode(["early"]))
        let early = ann.make([Self.update(1, .init(5, opinion))], intent: Self.poison)
        try ann.push([early])
        try bob.write(RowChange(table: 1, key: LawWorld.key(1), kind: .delete))
        world.time.advance(1_000)
        // ann does not know of the delete, so the row that she makes is the one that was there.
        try ann.write(Self.insert(1, "again"))
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        #expect(try world.values(1, 1)?[4] == opinion)
        #expect(try world.digestsAreRight())
    }

    @Test("A final rejection ends the quarantine", arguments: HubKind.allCases)
    func rejection(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let birth = ann.make([Self.insert(1)], intent: Self.poison)
        try ann.push([birth])
        _ = try world.hub.store.rejectFinally(birth.oid, nowMilliseconds: world.time.now)
        #expect(throws: Problem.self) {
            try world.hub.store.release(birth.oid, nowMilliseconds: world.time.now)
        }
        #expect(
            try ann.write(Self.update(1, .init(2, "x")))?.problem?.code == .rowUnknown)
    }

    @Test("A skip stands in the place of what its author cannot send", arguments: HubKind.allCases)
    func skip(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        let before = ann.previous
        let lost = ann.make([Self.insert(2)])
        let after = ann.make([Self.insert(3)])
        #expect(try ann.push([after]).refusal?.code == .chainGap)
        ann.previous = before
        let skip = ann.make([], intent: Intent(name: "skip", arguments: lost.oid.description))
        #expect(try ann.push([skip]).receipts.first?.disposition == .accepted)
        #expect(try ann.push([after]).receipts.first?.disposition == .accepted)
        #expect(try world.values(1, 3) != nil)
    }

    @Test(
        "What a newer schema knows is admitted when the hub knows it", arguments: HubKind.allCases)
    func newerSchema(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let later = ann.make(
            [RowChange(table: 6, key: LawWorld.key(1), kind: .insert, puts: [.init(1, "a")])],
            version: 2)
        #expect(try ann.push([later]).receipts.first?.problem?.code == .schemaUnknown)
        try world.hub.upgrade(to: LawApplication(version: 2), &world.random)
        #expect(try world.values(6, 1) != nil)
        #expect(try world.digestsAreRight())
    }
}
