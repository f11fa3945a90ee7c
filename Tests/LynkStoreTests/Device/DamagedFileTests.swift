import Foundation
import GRDB
import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

/// A file in which a disk or a person has put numbers that no program of ours writes. Each of
/// these ended the program.
@Suite("Damaged numbers in files") struct DamagedFileTests {
    /// Writes what the checks of the tables would refuse.
    private func damage(_ path: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try database.execute(sql: sql)
        }
        try queue.close()
    }

    @Test(
        "A device's file is refused with a code",
        arguments: [
            "UPDATE lynk_settled SET answered = -1", "UPDATE lynk_settled SET sequence = -7",
        ])
    func replica(sql: String) throws {
        let world = try World()
        let device = try world.device("damaged", district: 1)
        try device.addShop("one")
        try device.sync()
        try device.addShop("two")
        let path = "\(world.directory)/damaged.sqlite"
        try device.replica.close()
        try damage(path, sql)
        let failure = #expect(throws: Problem.self) {
            let replica = try Replica(
                path: path, schema: ShopApplication().schema, clock: world.time)
            defer { try? replica.close() }
            _ = try replica.offer()
        }
        #expect(failure?.code == .storeFailed)
    }

    @Test("A control database is read up to what is damaged in it")
    func control() throws {
        let world = try World()
        let path = "\(world.directory)/control.sqlite"
        let tenant = TenantID(high: 1, low: 1)
        do {
            let store = try SQLiteControlStore(path: path)
            try store.createTenant(TenantRecord(id: tenant, name: "A", createdMilliseconds: 1))
        }
        // The type of a column is text in the file's own schema, which is damaged with it.
        try damage(
            path,
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'tenant';
            PRAGMA writable_schema = RESET;
            UPDATE tenant SET created = 'never';
            """)
        let store = try SQLiteControlStore(path: path)
        let failure = #expect(throws: Problem.self) { try store.tenants() }
        #expect(failure?.code == .storeFailed)
    }

    @Test("What SQLite says of a hub's file is a problem without the names of its tables")
    func sqliteErrors() throws {
        let world = try World()
        let path = "\(world.directory)/control.sqlite"
        let store = try SQLiteControlStore(path: path)
        try damage(path, "DROP TABLE device")
        let failure = #expect(throws: Problem.self) {
            try store.device(DeviceID(high: 1, low: 1))
        }
        #expect(failure == Problem(.storeFailed, "SQLite 1"))
    }
}
