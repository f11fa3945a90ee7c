import Foundation
import GRDB
import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("Whether an exchange would bring anything")
struct HeadTests {
    private static func head(_ world: AreaWorld, _ held: [HeadTag]) throws -> HeadTag {
        try world.hub.store.head(
            for: world.principal, held: held, nowMilliseconds: world.time.now)
    }

    @Test("What a device may not see changes nothing for it", arguments: HubKind.allCases)
    func scopes(_ kind: HubKind) throws {
        let world = try AreaWorld(kind)
        #expect(try world.replica.heldHead() == nil)
        try world.assign("a", true)
        try world.note(1, "a")
        try world.sync()
        let held = try #require(try world.replica.heldHead())
        #expect(try Self.head(world, [held]) == held)
        try world.note(2, "b")
        #expect(try Self.head(world, [held]) == held)
        try world.note(3, "b", also: "a")
        let moved = try Self.head(world, [held])
        #expect(moved != held)
        try world.sync()
        #expect(try world.replica.heldHead() == moved)
        #expect(try Self.head(world, [held, moved]) == moved)
    }

    @Test("A scope that is entered, and what became durable, are told", arguments: HubKind.allCases)
    func setAndDurable(_ kind: HubKind) throws {
        let world = try AreaWorld(kind)
        try world.assign("a", true)
        try world.note(1, "a")
        try world.sync()
        let first = try #require(try world.replica.heldHead())
        try world.assign("b", true)
        #expect(try Self.head(world, [first]) != first)
        try world.sync()
        let second = try #require(try world.replica.heldHead())
        #expect(try Self.head(world, [second]) == second)
        try world.hub.store.markDurable(world.hub.read { try $0.vector() })
        #expect(try Self.head(world, [second]) != second)
        try world.sync()
        let third = try #require(try world.replica.heldHead())
        #expect(try Self.head(world, [third]) == third)
    }

    @Test("A hub with another past knows none of its tags", arguments: HubKind.allCases)
    func otherPast(_ kind: HubKind) throws {
        let world = try AreaWorld(kind)
        try world.assign("a", true)
        try world.note(1, "a")
        try world.sync()
        let held = try #require(try world.replica.heldHead())
        let other = HeadTag(
            position: held.position, chain: held.chain.map { ~$0 },
            scopeSetHash: held.scopeSetHash, durable: .zero)
        let ahead = HeadTag(
            position: held.position + 1, chain: held.chain, scopeSetHash: held.scopeSetHash,
            durable: .zero)
        #expect(try Self.head(world, [other, ahead]) == held)
    }

    @Test("A device with something to send, or with rows in doubt, exchanges")
    func reasons() throws {
        let world = try AreaWorld()
        try world.assign("a", true)
        try world.note(1, "a")
        try world.sync()
        #expect(try world.replica.heldHead() != nil)
        try world.replica.write {
            try $0.execute(
                sql: "UPDATE note SET body = 'mine' WHERE id = ?",
                arguments: [Data(AreaWorld.key(1).bytes)])
        }
        #expect(try world.replica.heldHead() == nil)
        try world.sync()
        let held = try #require(try world.replica.heldHead())
        #expect(try Self.head(world, [held]) == held)
        try world.replica.write {
            try $0.execute(sql: "UPDATE note SET body = 'again'")
        }
        let offer = try world.replica.offer()
        #expect(offer.changeSets.count == 1)
        #expect(try world.replica.heldHead() == nil)
    }
}
