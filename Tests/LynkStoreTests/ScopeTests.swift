import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("Scopes that a device enters and leaves")
struct ScopeTests {
    /// Note 1 is of area a, 2 of b, 3 of both.
    private static func world(_ kind: HubKind) throws -> AreaWorld {
        let world = try AreaWorld(kind)
        try world.note(1, "a")
        try world.note(2, "b")
        try world.note(3, "a", also: "b")
        return world
    }

    // office                          hub
    // hello ────────────────────────▶ answer begun
    //                                 one change set: notes in an old area and in a new one
    //       ◀──────────────────────── both or neither
    @Test(
        "A change set with a scope that is born while the answer runs is seen whole or not at all",
        arguments: HubKind.allCases)
    func bornMeanwhile(_ kind: HubKind) throws {
        let world = try AreaWorld(kind, role: "office")
        try world.note(1, "north")
        try world.sync()
        func note(_ number: UInt64, _ area: String) -> RowChange {
            RowChange(
                table: 2, key: AreaWorld.key(number), kind: .insert,
                puts: [.init(1, .text(area)), .init(3, .text("note \(number)"))])
        }
        #expect(throws: Problem(.scopesChanged)) {
            try world.sync(answering: { try world.write(note(2, "north"), note(3, "south")) })
        }
        #expect(try world.notes() == ["1 note 1"])
        let report = try world.sync()
        #expect(try world.notes() == ["1 note 1", "2 note 2", "3 note 3"])
        #expect(try world.isEqual(report))
    }

    @Test(
        "Who is taken out of an area while the answer runs gets nothing that is written there then",
        arguments: HubKind.allCases)
    func leftMeanwhile(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        try world.assign("a", true)
        let reports = try world.syncUntilCaughtUp {
            try world.assign("a", false)
            try world.note(4, "a")
        }
        #expect(reports.count == 2)
        #expect(try world.notes() == [])
        #expect(try world.isEqual(reports.last ?? nil))
    }

    @Test(
        "A long pull goes on after scopes were born meanwhile, and brings no row twice",
        arguments: HubKind.allCases)
    func bornInsideLongPull(_ kind: HubKind) throws {
        let world = try AreaWorld(kind, role: "office")
        let rows = (1...9_000).map { number in
            RowChange(
                table: 2, key: AreaWorld.key(UInt64(number)), kind: .insert,
                puts: [.init(1, "north"), .init(3, .text("note \(number)"))])
        }
        try world.write(rows)
        let reports = try world.syncUntilCaughtUp {
            try world.note(9_001, "north")
            try world.note(9_002, "south", also: "north")
        }
        #expect(reports.count == 2)
        // A first sync has put the others in place page by page.
        #expect(reports.last??.rowsApplied == 2)
        #expect(try world.notes().count == 9_002)
        #expect(try world.isEqual(reports.last ?? nil))
    }

    @Test(
        "What is entered follows whole, what is left is purged, a row of both stays",
        arguments: HubKind.allCases)
    func enterAndLeave(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        // Who is assigned, then the notes that the device has afterwards.
        let steps: [(area: String, isMember: Bool, notes: [String])] = [
            ("a", true, ["1 note 1", "3 note 3"]),
            ("b", true, ["1 note 1", "2 note 2", "3 note 3"]),
            ("a", false, ["2 note 2", "3 note 3"]),
            ("b", false, []),
            ("a", true, ["1 note 1", "3 note 3"]),
        ]
        #expect(try world.isEqual(world.sync()))
        for step in steps {
            try world.assign(step.area, step.isMember)
            #expect(try world.isEqual(world.sync()))
            #expect(try world.notes() == step.notes)
            // A row of two scopes of the set counts in both.
            let twice = step.notes.count == 3 ? 1 : 0
            #expect(try world.replica.status().rows == Int64(step.notes.count + twice))
            #expect(try world.sync() == ApplyReport(rowsApplied: 0, digestMatches: true))
        }
    }

    @Test(
        "A row of two scopes of which one is left still changes with the other",
        arguments: HubKind.allCases)
    func halfLeft(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        try world.assign("a", true)
        try world.assign("b", true)
        try world.sync()
        try world.assign("a", false)
        try world.sync()
        try world.write(
            RowChange(
                table: 2, key: AreaWorld.key(3), kind: .update, puts: [.init(3, "changed")]))
        #expect(try world.isEqual(world.sync()))
        #expect(try world.notes() == ["2 note 2", "3 changed"])
        try world.assign("a", true)
        #expect(try world.isEqual(world.sync()))
        #expect(try world.notes() == ["1 note 1", "2 note 2", "3 changed"])
    }

    @Test(
        "A row of a left scope goes at once; unsent work on it is sent all the same",
        arguments: HubKind.allCases)
    func unsentWork(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        try world.assign("a", true)
        try world.sync()
        try world.assign("a", false)
        let report = try world.sync {
            try world.replica.write {
                try $0.execute(
                    sql: "UPDATE note SET body = 'mine' WHERE id = ?",
                    arguments: [Data(AreaWorld.key(1).bytes)])
            }
        }
        #expect(try world.isEqual(report))
        // The row is gone; the work on it is sent all the same.
        #expect(try world.notes() == [])
        let hidden = try world.replica.read {
            try Int.fetchOne($0, sql: "SELECT hidden_rows FROM sync_outbox")
        }
        #expect(hidden == 1)
        #expect(try world.isEqual(world.sync()))
        #expect(try world.notes() == [])
        #expect(try world.replica.status().pending == 0)
        try world.assign("a", true)
        #expect(try world.isEqual(world.sync()))
        #expect(try world.notes() == ["1 mine", "3 note 3"])
    }

    @Test("A context covers only what was delivered", arguments: HubKind.allCases)
    func contextsCoverTheirScopes(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        try world.assign("a", true)
        try world.sync()
        func write(_ number: UInt64, lane: UInt64) throws -> Receipt? {
            world.time.advance(1_000)
            let sealed = ChangeSetCodec.seal(
                ChangeSet(
                    tenant: World.tenant, device: world.principal.device, previous: nil,
                    context: try world.replica.status().vector, schemaVersion: 1,
                    changes: [
                        RowChange(
                            table: 2, key: AreaWorld.key(number), kind: .update,
                            puts: [.init(3, .text("by lane \(lane)"))])
                    ], intent: nil, claimed: .zero, made: world.time.read()))
            let push = Push(
                principal: world.principal, lane: LaneID(high: 7, low: lane),
                publicKey: world.key.publicKey, upload: world.time.read(),
                receivedMilliseconds: world.time.now,
                work: .changeSets(
                    [sealed], signature: try world.key.sign(sealed.oid.bytes, as: .changeSet)))
            return try world.hub.store.commit([push]).first?.receipts.first
        }
        // The dots of all three notes are in the context; note 2 was not delivered.
        #expect(try write(1, lane: 1)?.conflicts == 0)
        #expect(try write(3, lane: 2)?.conflicts == 0)
        #expect(try write(2, lane: 3)?.conflicts == 1)
        try world.assign("b", true)
        // Without a pull nothing more is delivered, so the next write is concurrent as well.
        #expect(try write(2, lane: 4)?.conflicts == 1)
        try world.sync()
        #expect(try write(2, lane: 5)?.conflicts == 0)
    }
}
