import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import Testing

@Suite("Files of earlier formats")
struct ReplicaFormatTests {
    /// Puts a replica's file of an earlier format together from its dump.
    private func restore(_ format: Int, _ world: World) throws -> Replica {
        let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fixtures")
        let dump = try String(
            contentsOf: fixtures.appendingPathComponent("replica-format-\(format).sql"),
            encoding: .utf8)
        let path = world.directory + "/old.sqlite"
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: dump) }
        try queue.close()
        return try Replica(path: path, schema: ShopApplication().schema, clock: world.time)
    }

    @Test("A file of format 1 opens with its rows, its unsent work and its place")
    func first() throws {
        let world = try World()
        let replica = try restore(1, world)
        let status = try replica.status()
        #expect(status.pending == 2)
        #expect(status.position == 3)
        #expect(!status.vector.isZero)
        #expect(try replica.recomputeRoot() == status.root)
        let enrolment = try #require(try replica.enrolment())
        // The hub that it knew is gone: everything that it kept is offered and taken again.
        let ann = TestDevice(world: world, principal: enrolment.principal, replica: replica)
        #expect(
            try ann.rows("SELECT name, visits FROM shop ORDER BY name")
                == ["Book 0", "Care 24 5", "Unsent 0"])
        try ann.sync()
        try ann.sync()
        #expect(try ann.rows("SELECT pending FROM sync_status") == ["0"])
        #expect(
            try ann.rows("SELECT name FROM shop ORDER BY name") == ["Book", "Care 24", "Unsent"])
        #expect(try ann.sync()?.digestMatches == true)
        // Tables that it had made are guarded by triggers.
        let error = #expect(throws: DatabaseError.self) {
            try DatabaseQueue(path: world.directory + "/old.sqlite").write {
                try $0.execute(sql: "INSERT INTO shop (id) VALUES (randomblob(16))")
            }
        }
        #expect(error?.message?.contains("write through the Lynk replica") == true)
    }

    @Test("A file of format 2, without unknown rows or a note of its schema, opens")
    func second() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Book")
        try ann.sync()
        let root = try ann.replica.status().root
        try ann.replica.close()
        let path = world.directory + "/ann.sqlite"
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "DROP TABLE lynk_unknown")
            try $0.execute(sql: "DELETE FROM lynk_meta WHERE name = 'schema'")
            try $0.execute(sql: "UPDATE lynk_meta SET value = x'02' WHERE name = 'format'")
        }
        try queue.close()
        let replica = try Replica(
            path: path, schema: ShopApplication().schema, clock: world.time)
        #expect(try replica.recomputeRoot() == root)
        let again = TestDevice(world: world, principal: ann.principal, replica: replica)
        #expect(try again.sync()?.digestMatches == true)
        #expect(try replica.status().incidents == 0)
    }

    @Test("A file of a newer program is left alone")
    func newer() throws {
        let world = try World()
        let path = world.directory + "/new.sqlite"
        try Replica(path: path, schema: ShopApplication().schema, clock: world.time).close()
        let queue = try DatabaseQueue(path: path)
        try queue.write {
            try $0.execute(sql: "UPDATE lynk_meta SET value = x'63' WHERE name = 'format'")
        }
        let error = #expect(throws: Problem.self) {
            try Replica(path: path, schema: ShopApplication().schema, clock: world.time)
        }
        #expect(error?.code == .schemaUnknown)
    }
}
