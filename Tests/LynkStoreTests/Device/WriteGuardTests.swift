import CSQLite
import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import Testing

@Suite("Writes from outside the replica")
struct WriteGuardTests {
    /// A connection as the sqlite3 shell has it.
    private func outside(_ world: World) throws -> DatabaseQueue {
        try DatabaseQueue(path: world.directory + "/ann.sqlite")
    }

    @Test(
        "Every kind of write fails with a message that says why; reading works",
        arguments: [
            "INSERT INTO shop (id, district) VALUES (randomblob(16), '1')",
            "INSERT INTO shop (id, _stamp) VALUES (randomblob(16), x'00')",
            "UPDATE shop SET name = 'outside'",
            "UPDATE shop SET visits = visits + 1 WHERE false",
            "UPDATE shop SET id = randomblob(16)",
            "DELETE FROM shop",
            "REPLACE INTO visit (id) VALUES (randomblob(16))",
        ])
    func refused(_ sql: String) throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        let outside = try outside(world)
        let error = #expect(throws: DatabaseError.self) {
            try outside.write { try $0.execute(sql: sql) }
        }
        #expect(
            error?.message?.contains("write through the Lynk replica") == true, "\(error as Any)")
        let names = try outside.read { try String.fetchAll($0, sql: "SELECT name FROM shop") }
        #expect(names == ["Care"])
        #expect(try ann.sync()?.digestMatches == true)
    }

    @Test("A column of a later schema is guarded too")
    func laterColumn() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        try ann.replica.close()
        let old = ShopApplication.shop
        let wider = TableSchema(
            old.id, old.name, old.kind, old.fields + [FieldSchema(9, "email", .text)],
            indexes: old.indexes)
        let replica = try Replica(
            path: world.directory + "/ann.sqlite",
            schema: Schema("shops", version: 2, [wider, ShopApplication.visit]), clock: world.time)
        let error = #expect(throws: DatabaseError.self) {
            try outside(world).write { try $0.execute(sql: "UPDATE shop SET email = 'x'") }
        }
        #expect(error?.message?.contains("write through the Lynk replica") == true)
        try replica.write { try $0.execute(sql: "UPDATE shop SET email = 'a@b'") }
        #expect(try replica.status().pending == 2)
    }
}
