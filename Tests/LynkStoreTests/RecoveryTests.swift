import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkPayments
import LynkWire
import TestSupport
import Testing

@testable import LynkStore

@Suite("Copies, restores and refusals")
struct RecoveryTests {
    @Test(
        "A hub restored from a backup gets back what its devices still have",
        arguments: HubKind.allCases)
    func restoredHub(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Before")
        try ann.sync()
        try world.backUpHub()
        try ann.addShop("Lost")
        try ann.sync()
        try world.restoreHub()
        // Others go on meanwhile, so that the lost positions are given again.
        let bob = try world.device("bob", district: 1)
        for number in 1...4 { try bob.addShop("Bob \(number)") }
        try bob.sync()
        try ann.addShop("After")
        try ann.sync()
        try ann.sync()
        try bob.sync()
        let names = ["After", "Before", "Bob 1", "Bob 2", "Bob 3", "Bob 4", "Lost"]
        #expect(try ann.rows("SELECT name FROM shop ORDER BY name") == names)
        #expect(try bob.rows("SELECT name FROM shop ORDER BY name") == names)
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try bob.sync()?.digestMatches == true)
    }

    @Test(
        "A hub that lost everything gets back what its devices still have",
        arguments: HubKind.allCases)
    func lostHub(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        try ann.update(shop, "visits = visits + 2")
        try ann.sync()
        try world.loseHub()
        try ann.update(shop, "visits = visits + 3")
        try ann.sync()
        try ann.sync()
        #expect(try ann.shops() == ["Care - 5 NEW - confirmed"])
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try ann.replica.recomputeRoot() == ann.replica.status().root)
        let bob = try world.device("bob", district: 1)
        #expect(try bob.sync()?.digestMatches == true)
        #expect(try bob.shops() == ["Care - 5 NEW - confirmed"])
    }

    @Test(
        "A copied device file continues under a lane of its own, and no branch is lost",
        arguments: HubKind.allCases)
    func clonedDevice(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        try ann.sync()
        let (first, second) = try world.clone(ann, "ann", to: "copy")
        try first.addShop("First")
        try first.update(shop, "visits = visits + 1")
        try second.addShop("Second")
        try second.update(shop, "visits = visits + 10")
        try first.sync()
        try second.sync()
        try second.sync()
        try first.sync()
        let rows = ["Care 11", "First 0", "Second 0"]
        for device in [first, second] {
            #expect(try device.rows("SELECT name, visits FROM shop ORDER BY name") == rows)
            #expect(try device.sync()?.digestMatches == true)
            #expect(try device.replica.status().pending == 0)
        }
    }

    @Test("A push with another key's signature leaves no byte behind", arguments: HubKind.allCases)
    func forgedPush(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        let offer = try ann.replica.offer()
        let body = SyncRequest.encode(
            hello: offer.hello, changeSets: offer.changeSets.map(\.bytes),
            signature: [UInt8](repeating: 7, count: 64))
        let answer = try ann.serve(SyncRequest.decode(body))
        guard case .welcome(let welcome) = answer.first else {
            Issue.record("no welcome")
            return
        }
        #expect(welcome.refusal?.code == .signatureInvalid)
        #expect(welcome.head == nil)
        let office = try world.device("office", district: 0, role: "office")
        #expect(try office.sync()?.rowsApplied == 0)
        try ann.replica.begin(welcome)
        #expect(
            try ann.rows("SELECT refusal, pending FROM sync_status") == ["signature_invalid 1"])
        #expect(try ann.sync()?.digestMatches == true)
        #expect(try ann.rows("SELECT refusal, pending FROM sync_status") == ["- 0"])
        #expect(try office.sync()?.rowsApplied == 1)
    }

    @Test("A write that the schema does not allow leaves nothing of its transaction")
    func refusedWrites() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        let shop = try ann.addShop("Care")
        let cases: [(String, ProblemCode)] = [
            ("UPDATE shop SET score = 5", .fieldNotWritable),
            ("UPDATE shop SET status = 'GONE'", .valueInvalid),
            ("UPDATE shop SET visits = NULL", .valueInvalid),
            ("UPDATE shop SET name = CAST(X'FF' AS TEXT)", .valueInvalid),
        ]
        for (sql, code) in cases {
            let error = #expect(throws: Problem.self) {
                try ann.replica.write {
                    try $0.execute(sql: "UPDATE shop SET phone = 'half'")
                    try $0.execute(sql: sql)
                }
            }
            #expect(error?.code == code)
        }
        #expect(try ann.shops() == ["Care - 0 NEW - pending"])
        #expect(try ann.rows("SELECT count(*) FROM sync_outbox") == ["1"])
        let fresh = try Replica(
            path: world.directory + "/fresh.sqlite", schema: ShopApplication().schema,
            clock: world.time)
        let error = #expect(throws: Problem.self) {
            try fresh.write {
                try $0.execute(
                    sql: "INSERT INTO shop (id) VALUES (?)", arguments: [Data(shop.bytes)])
            }
        }
        #expect(error?.code == .notEnrolled)
    }

    @Test("Every acknowledged commit is synced: WAL and FULL on both sides")
    func durability() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        try ann.sync()
        for pool in [try #require(world.hub.sqlite).pool, ann.replica.pool] {
            let modes = try pool.writeWithoutTransaction { database in
                [
                    try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                    try String.fetchOne(database, sql: "PRAGMA synchronous"),
                ]
            }
            #expect(modes == ["wal", "2"])
        }
    }

    @Test("A first sync that breaks off leaves durable writes durable", arguments: HubKind.allCases)
    func brokenBootstrap(_ kind: HubKind) throws {
        let world = try World(kind)
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        try ann.sync()
        let bob = try world.device("bob", district: 1)
        try bob.sync(.checkpointLost)
        try bob.addShop("Early")
        let mode = try bob.replica.pool.writeWithoutTransaction {
            try Int.fetchOne($0, sql: "PRAGMA synchronous")
        }
        #expect(mode == 2)
        try bob.sync()
        #expect(try bob.rows("SELECT name FROM shop ORDER BY name") == ["Care", "Early"])
        #expect(try bob.sync()?.digestMatches == true)
    }

    @Test(
        "A first sync that breaks off under other scopes leaves no row of theirs",
        arguments: HubKind.allCases)
    func bootstrapUnderOtherScopes(_ kind: HubKind) throws {
        let world = try World(kind)
        let eve = try world.device("eve", district: 2)
        let ann = try world.device("ann", district: 1)
        try eve.addShop("Of the second", district: 2)
        try ann.addShop("Of the first", district: 1)
        try eve.sync()
        try ann.sync()
        let bob = try world.device("bob", district: 2)
        try bob.sync(.checkpointLost)
        #expect(try bob.rows("SELECT name FROM shop") == ["Of the second"])
        // The office moves bob to the first district before his first sync has ended.
        let moved = TestDevice(
            world: world,
            principal: Principal(
                tenant: World.tenant, device: bob.principal.device,
                user: UserID(high: bob.principal.user.high, low: 1), role: "worker"),
            replica: bob.replica)
        #expect(try moved.sync()?.digestMatches == true)
        #expect(try moved.rows("SELECT name FROM shop") == ["Of the first"])
    }

    @Test(
        "A row that is deleted after a first sync broke off does not stay",
        arguments: [false, true])
    func deletedAfterBrokenBootstrap(_ writesMeanwhile: Bool) throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        let gone = try ann.addShop("Gone")
        try ann.addShop("Care")
        try ann.sync()
        let bob = try world.device("bob", district: 1)
        try bob.sync(.checkpointLost)
        #expect(try bob.rows("SELECT name FROM shop ORDER BY name") == ["Care", "Gone"])
        if writesMeanwhile { try bob.addShop("Early") }
        try world.office([RowChange(table: 1, key: gone, kind: .delete)])
        // The pull before it ended begins anew too, and breaks off too.
        try bob.sync(.checkpointLost)
        #expect(try bob.sync()?.digestMatches == true)
        let names = try bob.rows("SELECT name FROM shop ORDER BY name")
        #expect(names == (writesMeanwhile ? ["Care", "Early"] : ["Care"]))
    }

    @Test(
        "Every query of the payments application runs on SQLite and gives its columns",
        arguments: Payments().queries + [PaymentDesk.openInvoices, PaymentDesk.pendingProvisionals])
    func queries(_ query: Query) throws {
        var random = SeededGenerator(seed: 3)
        let path = NSTemporaryDirectory() + "lynk-queries-\(UUID().uuidString).sqlite"
        let store = try SQLiteTenantStore(
            path: path, tenant: World.tenant, application: Payments(), random: &random)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let arguments = query.parameters.map { parameter -> (String, Value) in
            (parameter.name, parameter.type == .key ? .key(RowKey(high: 1, low: 1)) : "2026-10-01")
        }
        var bound = Dictionary(uniqueKeysWithValues: arguments)
        if query.keyset != nil {
            bound = try query.pageArguments(
                bound, after: nil, limit: 10, tenant: World.tenant)
        }
        let rows = try store.run(query, arguments: bound, limit: 10)
        #expect(rows.allSatisfy { $0.count == query.columns.count })
        // Columns are declared by position; a tenant without rows must not hide a missing one.
        let count = try store.pool.read {
            try $0.cachedStatement(sql: query.sql).columnCount
        }
        #expect(count == query.columns.count)
        try store.close()
    }
}
