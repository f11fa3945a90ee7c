import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Laws of a replica: scopes, copies and hubs that lost something")
struct RecoveryLaws {
    @Test(
        "A copied device goes on under a lane of its own, and no branch is lost",
        arguments: StorePair.all)
    func clone(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let first = try world.device()
        let shop = try first.addShop("Care")
        try first.sync()
        let second = TwinDevice(
            world: world, principal: first.principal, fixture: try first.fixture.copy(),
            clock: first.clock)
        for (device, name, visits) in [(first, "First", 1), (second, "Second", 10)] {
            try device.addShop(name)
            try device.fixture.write([.add(1, shop, 4, Int64(visits))])
        }
        for device in [first, second, first, second] { _ = try device.settle() }
        for device in [first, second] {
            #expect(try device.settle())
            #expect(
                try Set(device.shops()) == [
                    "Care - 11 NEW -", "First - 0 NEW -", "Second - 0 NEW -",
                ])
        }
    }

    @Test(
        "A device restored from a copy takes up what it had sent since",
        arguments: StorePair.all)
    func restoredDevice(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let lost = try world.device()
        let shop = try lost.addShop("Care")
        try lost.sync()
        try lost.fixture.write([.add(1, shop, 4, 1)])
        let ann = TwinDevice(
            world: world, principal: lost.principal, fixture: try lost.fixture.copy(),
            clock: lost.clock)
        // Sent after the copy was made, so the hub's head is none that the copy knows.
        try lost.fixture.write([.add(1, shop, 4, 10)])
        #expect(try lost.settle())
        #expect(try ann.shops() == ["Care - 1 NEW - *"])
        #expect(try ann.settle())
        #expect(try ann.shops() == ["Care - 11 NEW -"])
        try ann.fixture.write([.add(1, shop, 4, 100)])
        #expect(try ann.settle())
        #expect(try ann.shops() == ["Care - 111 NEW -"])
    }

    @Test(
        "A device that goes on from an older copy has no conflict with itself",
        arguments: StorePair.all)
    func noConflictWithItself(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let lost = try world.device()
        let shop = try lost.addShop("Care")
        try lost.sync()
        try lost.fixture.write([.update(1, shop, [.init(2, "one")])])
        let ann = TwinDevice(
            world: world, principal: lost.principal, fixture: try lost.fixture.copy(),
            clock: lost.clock)
        // Sent after the copy was made: the lane goes on with what the copy does not know.
        try lost.fixture.write([.update(1, shop, [.init(3, "phone")])])
        #expect(try lost.settle())
        // Knows of "one", which is the copy's own, and has not seen anything since.
        try ann.fixture.write([.update(1, shop, [.init(2, "two")])])
        #expect(try ann.settle())
        #expect(try ann.shops() == ["two phone 0 NEW -"])
        #expect(try world.hub.conflicts().isEmpty)
        #expect(try ann.fixture.receipts().map(\.disposition).last == "accepted")
    }

    @Test(
        "A hub restored from a backup gets back what its devices have",
        arguments: StorePair.all)
    func restoredHub(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        let shop = try ann.addShop("Before")
        #expect(try ann.settle())
        try world.backUpHub()
        try ann.addShop("Lost")
        try ann.fixture.write([.add(1, shop, 4, 2)])
        #expect(try ann.settle())
        try world.restoreHub()
        for number in 1...4 { try bob.addShop("Bob \(number)") }
        #expect(try bob.settle())
        try ann.fixture.write([.add(1, shop, 4, 3)])
        _ = try ann.settle()
        for device in [ann, bob] {
            #expect(try device.settle())
            let names = try device.show(ShopApplication.shop, ["name", "visits"])
            #expect(
                names.sorted()
                    == ["Before 5", "Bob 1 0", "Bob 2 0", "Bob 3 0", "Bob 4 0", "Lost 0"])
        }
    }

    @Test(
        "A hub that lost everything gets back what its devices have",
        arguments: StorePair.all)
    func lostHub(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        let shop = try ann.addShop("Care")
        try ann.fixture.write([.add(1, shop, 4, 2)])
        #expect(try ann.settle())
        try world.loseHub()
        try ann.fixture.write([.add(1, shop, 4, 3)])
        for device in [ann, bob] {
            _ = try device.settle()
            #expect(try device.settle())
            #expect(try device.shops() == ["Care - 5 NEW -"])
        }
    }

    @Test(
        "What is kept after a rollback is offered in unbroken runs of the chain",
        arguments: StorePair.all)
    func keptInRuns(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        // Refused, so it is kept for a person; the next is durable and dropped.
        try ann.fixture.write([.update(1, shop, [.init(2, "FORBIDDEN")])])
        try ann.fixture.write([.add(1, shop, 4, 2)])
        #expect(try ann.settle())
        try world.backUpHub()
        try world.hub.store.markDurable(world.hub.store.clockReport().vector)
        try ann.fixture.write([.add(1, shop, 4, 3)])
        #expect(try ann.settle())
        try world.restoreHub()
        try ann.fixture.write([.add(1, shop, 4, 5)])
        _ = try ann.settle()
        #expect(try ann.settle())
        #expect(try ann.shops() == ["Care - 10 NEW -"])
        #expect(try ann.fixture.status().pending == 0)
    }

    @Test(
        "A hub that waits for the last of what is kept gets it, though it takes several pushes",
        arguments: StorePair.all)
    func keptInRunsOfTwoLanes(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        for _ in 0..<4 {
            // Refused, so it is kept for a person; the next is durable and dropped.
            try ann.fixture.write([.update(1, shop, [.init(2, "FORBIDDEN")])])
            try ann.fixture.write([.add(1, shop, 4, 1)])
            #expect(try ann.settle())
        }
        try world.backUpHub()
        try world.hub.store.markDurable(world.hub.store.clockReport().vector)
        try ann.fixture.write([.add(1, shop, 4, 10)])
        #expect(try ann.settle())
        // The copy leaves the lane behind what the hub then loses.
        let copy = TwinDevice(
            world: world, principal: ann.principal, fixture: try ann.fixture.copy(),
            clock: ann.clock)
        try copy.fixture.write([.add(1, shop, 4, 100)])
        #expect(try copy.settle())
        try ann.fixture.write([.add(1, shop, 4, 1_000)])
        #expect(try ann.settle())
        try world.restoreHub()
        _ = try copy.settle()
        #expect(try copy.settle())
        _ = try ann.settle()
        for device in [ann, copy] {
            #expect(try device.settle())
            #expect(try device.shops() == ["Care - 1114 NEW -"])
            #expect(try device.fixture.status().pending == 0)
        }
    }

    @Test(
        "What was answered before any checkpoint included it is offered again to a restored hub",
        arguments: StorePair.all)
    func answeredAndLost(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        try world.backUpHub()
        try ann.fixture.write([.add(1, shop, 4, 3)])
        // Welcome and receipts arrive, the rest does not.
        try ann.sync(.cut(after: 2))
        #expect(try ann.fixture.status().pending == 0)
        try world.restoreHub()
        _ = try ann.settle()
        #expect(try ann.settle())
        let bob = try world.device()
        #expect(try bob.settle())
        #expect(try bob.shops() == ["Care - 3 NEW -"])
        #expect(try ann.shops() == ["Care - 3 NEW -"])
    }

    @Test(
        "What refers to a lost row waits for it, and counts once it is back",
        arguments: StorePair.all)
    func lostReference(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        try ann.addShop("Before")
        #expect(try ann.settle())
        try world.backUpHub()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        #expect(try bob.settle())
        try bob.visit(shop, 500)
        #expect(try bob.settle())
        try world.restoreHub()
        try bob.visit(shop, 20)
        _ = try bob.settle()
        #expect(try bob.settle())
        let told = try bob.fixture.receipts().suffix(2)
        #expect(told.map(\.problem) == ["waiting_for_birth", "waiting_for_birth"])
        #expect(try bob.shops() == ["Before - 0 NEW -"])
        _ = try ann.settle()
        for device in [ann, bob] {
            #expect(try device.settle())
            #expect(try device.shops() == ["Before - 0 NEW -", "Care - 0 NEW 520"])
        }
    }

    @Test(
        "A write to a row whose birth the hub lost waits there, out of sight, until it is back",
        arguments: StorePair.all)
    func lostBirth(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        try ann.addShop("Before")
        #expect(try ann.settle())
        #expect(try bob.settle())
        try world.backUpHub()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        #expect(try bob.settle())
        try bob.fixture.write([.add(1, shop, 4, 3)])
        #expect(try bob.settle())
        try world.restoreHub()
        try bob.fixture.write([.add(1, shop, 4, 5)])
        #expect(try bob.shops().last == "Care - 8 NEW - *")
        _ = try bob.settle()
        #expect(try bob.settle())
        #expect(try bob.shops() == ["Before - 0 NEW -"])
        let told = try bob.fixture.receipts().suffix(2)
        #expect(told.map(\.disposition) == ["quarantined", "quarantined"])
        #expect(told.map(\.problem) == ["waiting_for_birth", "waiting_for_birth"])
        _ = try ann.settle()
        for device in [ann, bob] {
            #expect(try device.settle())
            #expect(try device.shops() == ["Before - 0 NEW -", "Care - 8 NEW -"])
        }
    }

    @Test(
        "A copy that goes on at a restored hub learns what became of what it had sent before",
        arguments: StorePair.all)
    func copyAtARestoredHub(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        try world.backUpHub()
        try bob.addShop("Other")
        try ann.fixture.write([.add(1, shop, 4, 3)])
        #expect(try bob.settle())
        #expect(try ann.settle())
        let copy = TwinDevice(
            world: world, principal: ann.principal, fixture: try ann.fixture.copy(),
            clock: ann.clock)
        try world.restoreHub()
        _ = try ann.settle()
        // Its predecessor came back by the other copy, so this is taken in the exchange that
        // tells of the rollback.
        try copy.fixture.write([.add(1, shop, 4, 5)])
        for device in [copy, ann, bob] { _ = try device.settle() }
        for device in [copy, ann, bob] { #expect(try device.settle()) }
        let log = try ann.fixture.receipts()
        #expect(try copy.fixture.receipts().prefix(2).map(\.number) == log.map(\.number))
        #expect(try copy.shops() == ann.shops())
    }

    @Test(
        "A copy that writes no more learns what became of what the hub had answered and lost",
        arguments: StorePair.all)
    func idleCopyAtARestoredHub(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        try world.backUpHub()
        try ann.fixture.write([.add(1, shop, 4, 3)])
        // Welcome and receipts arrive, the rest does not.
        try ann.sync(.cut(after: 2))
        let copy = TwinDevice(
            world: world, principal: ann.principal, fixture: try ann.fixture.copy(),
            clock: ann.clock)
        try world.restoreHub()
        _ = try ann.settle()
        #expect(try ann.settle())
        // The hub has it again, by the other copy, so nothing is rolled back for this one.
        _ = try copy.settle()
        for device in [copy, ann] {
            #expect(try device.settle())
            #expect(try device.shops() == ["Care - 3 NEW -"])
        }
    }

    @Test(
        "A device whose push arrives again at a restored hub has the receipt that the log has",
        arguments: StorePair.all)
    func lateCopyAtARestoredHub(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        try world.backUpHub()
        try ann.fixture.write([.add(1, shop, 4, 3)])
        let push = try ann.request()
        _ = try ann.receive(ann.serve(push).prefix(2))
        try world.restoreHub()
        world.time.advance(60_000)
        _ = try ann.serve(push)
        _ = try ann.settle()
        #expect(try ann.settle())
        let told = try #require(try ann.fixture.receipts().last)
        let log = try world.hub.read { reads in
            try reads.position(of: told.oid).flatMap { try reads.log(at: $0) }
        }
        #expect(told.effective == log?.effective.rawValue)
        #expect(try ann.shops() == ["Care - 3 NEW -"])
    }

    @Test(
        "A device whose scopes the hub has forgotten is told of what was deleted meanwhile",
        arguments: StorePair.all)
    func forgottenScopes(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let ann = try world.device()
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        try world.backUpHub()
        let bob = try world.device()
        #expect(try bob.settle())
        // Nothing is lost but what the hub gave Bob.
        try world.restoreHub()
        try world.office([RowChange(table: 1, key: shop, kind: .delete)])
        #expect(try bob.sync()?.digestMatches == true)
        #expect(try bob.shops().isEmpty)
    }

    /// Notes 1 of area a, 2 of b, 3 of both.
    private func areas(_ pair: StorePair) throws -> (TwinWorld, TwinDevice) {
        let world = try TwinWorld(AreaApplication(), on: pair)
        try world.office([Self.note(1, "a"), Self.note(2, "b"), Self.note(3, "a", also: "b")])
        return (world, try world.device())
    }

    static func note(_ number: UInt64, _ area: String, also other: String? = nil) -> RowChange {
        var puts: [RowChange.Put] = [.init(1, .text(area)), .init(3, .text("note \(number)"))]
        if let other { puts.append(.init(2, .text(other))) }
        return RowChange(table: 2, key: AreaWorld.key(number), kind: .insert, puts: puts)
    }

    static func assign(_ area: String, _ isMember: Bool, _ device: TwinDevice) throws {
        let user = device.principal.user.bytes
        let row = RowKey.derived("member", [user, Array(area.utf8)])
        let active = RowChange.Put(3, .integer(isMember ? 1 : 0))
        let birth = RowChange(
            table: 1, key: row, kind: .insert,
            puts: [.init(1, .blob(user)), .init(2, .text(area)), active])
        let receipt = try device.world.office([birth])
        if receipt?.disposition.isApplied != true {
            try device.world.office([
                RowChange(table: 1, key: row, kind: .update, puts: [active])
            ])
        }
    }

    private func notes(_ device: TwinDevice) throws -> [String] {
        try device.show(AreaApplication.note, ["body"])
    }

    @Test(
        "What is entered follows whole; what is left goes; a row of both stays",
        arguments: StorePair.all)
    func enterAndLeave(_ pair: StorePair) throws {
        let (_, ann) = try areas(pair)
        #expect(try ann.settle())
        let steps: [(area: String, isMember: Bool, notes: [String])] = [
            ("a", true, ["note 1", "note 3"]), ("b", true, ["note 1", "note 2", "note 3"]),
            ("a", false, ["note 2", "note 3"]), ("b", false, []),
            ("b", true, ["note 2", "note 3"]), ("a", true, ["note 1", "note 2", "note 3"]),
        ]
        for step in steps {
            try Self.assign(step.area, step.isMember, ann)
            #expect(try ann.sync()?.digestMatches == true)
            #expect(try notes(ann) == step.notes)
            #expect(try ann.settle())
            let twice = step.notes.count == 3 ? 1 : 0
            #expect(try ann.fixture.status().rows == Int64(step.notes.count + twice))
        }
    }

    @Test(
        "A row of a left scope goes at once; unsent work on it is sent all the same",
        arguments: StorePair.all)
    func unsentWork(_ pair: StorePair) throws {
        let (world, ann) = try areas(pair)
        try Self.assign("a", true, ann)
        #expect(try ann.settle())
        try Self.assign("a", false, ann)
        let edit = RowEdit.update(2, AreaWorld.key(1), [.init(3, "mine")])
        let report = try ann.sync { try ann.fixture.write([edit]) }
        #expect(report?.digestMatches == true)
        #expect(try notes(ann) == [])
        #expect(try ann.fixture.status().pending == 1)
        #expect(try ann.fixture.recomputeRoot() == ann.fixture.status().root)
        #expect(try ann.settle())
        #expect(try notes(ann) == [])
        try Self.assign("a", true, ann)
        #expect(try ann.settle())
        #expect(try notes(ann) == ["mine", "note 3"])
        // Sent in the very exchange that leaves: nothing is owed, so the row goes at once.
        try Self.assign("a", false, ann)
        try ann.fixture.write([.update(2, AreaWorld.key(3), [.init(3, "also mine")])])
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try notes(ann) == [])
        let bob = try world.device()
        try Self.assign("b", true, bob)
        #expect(try bob.settle())
        #expect(try notes(bob) == ["note 2", "also mine"])
    }
}
