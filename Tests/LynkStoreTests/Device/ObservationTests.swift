import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization
import Testing

@testable import LynkStore

@Suite("Live queries")
struct ObservationTests {
    private static let names = "SELECT name FROM shop ORDER BY name"

    private static func texts(_ rows: [[Value]]?) -> [String]? {
        rows?.map { $0.first?.textValue ?? "-" }
    }

    private static func insert(_ name: String, _ key: UInt64) -> RowChange {
        RowChange(
            table: 1, key: RowKey(high: 1, low: key), kind: .insert,
            puts: [.init(1, "1"), .init(2, .text(name))])
    }

    @Test("A local write is seen once it is committed, one that rolls back is not")
    func localWrites() async throws {
        let device = try World().device("one", district: 1)
        var shops = try device.replica.observe(Self.names).makeAsyncIterator()
        #expect(Self.texts(try await shops.next()) == [])
        try device.addShop("A")
        #expect(Self.texts(try await shops.next()) == ["A"])
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try device.replica.write { database in
                try database.execute(sql: "UPDATE shop SET name = 'Z'")
                throw Stop()
            }
        }
        try device.addShop("B")
        try device.addShop("C")
        // A slow reader sees the newest state, not each state.
        #expect(Self.texts(try await shops.next()) == ["A", "B", "C"])
    }

    @Test("Only what a query reads makes it run again, and an equal result is passed over")
    func invalidation() async throws {
        let device = try World().device("one", district: 1)
        let shop = try device.addShop("A")
        let runs = Mutex(0)
        var shops = try device.replica.observe(["shop"]) { database in
            runs.withLock { $0 += 1 }
            return try String.fetchAll(database, sql: Self.names)
        }.makeAsyncIterator()
        #expect(try await shops.next() == ["A"])
        try device.replica.write {
            try $0.execute(
                sql: "INSERT INTO visit (id, shop, amount, visitor) VALUES (?, ?, 1, ?)",
                arguments: [
                    Value.key(device.replica.mintKey()).databaseValue,
                    Value.key(shop).databaseValue, Value.key(shop).databaseValue,
                ])
        }
        // The same names: read, and passed over when the next write has changed them.
        try device.update(shop, "phone = '1'")
        try device.addShop("B")
        #expect(try await shops.next() == ["A", "B"])
        #expect(runs.withLock { $0 } == 2)
    }

    @Test("The engine's own views are observed too: what waits, and that it was sent")
    func outbox() async throws {
        let device = try World().device("one", district: 1)
        let query = "SELECT count(*) FROM sync_outbox"
        var waiting = try device.replica.observe(query).makeAsyncIterator()
        #expect(try await waiting.next() == [[0]])
        try device.addShop("A")
        #expect(try await waiting.next() == [[1]])
        try device.sync()
        #expect(try await waiting.next() == [[0]])
    }

    @Test("What others wrote comes with the checkpoint, whole")
    func checkpoints() async throws {
        let world = try World()
        let device = try world.device("one", district: 1)
        try world.office([Self.insert("A", 1), Self.insert("B", 2)])
        try device.sync()
        let observation = try device.replica.observe(Self.names)
        var shops = observation.makeAsyncIterator()
        #expect(Self.texts(try await shops.next()) == ["A", "B"])
        try world.office([Self.insert("C", 3), Self.insert("D", 4)])
        // Everything but the checkpoint arrives: nothing of it is shown.
        try device.sync(.checkpointLost)
        #expect(Self.texts(try await observation.read()) == ["A", "B"])
        try device.sync()
        #expect(Self.texts(try await shops.next()) == ["A", "B", "C", "D"])
    }

    @Test("A first sync is shown when it is whole, though its rows are placed before")
    func firstSync() async throws {
        let world = try World()
        let device = try world.device("one", district: 1)
        try world.office((1...50).map { Self.insert("shop \($0)", $0) })
        let observation = try device.replica.observe(Self.names)
        let seen = Task {
            var counts: [Int] = []
            for try await rows in observation {
                counts.append(rows.count)
                if rows.count == 50 { break }
            }
            return counts
        }
        try device.sync(.checkpointLost)
        let placed = try device.replica.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM shop")
        }
        if placed != 0 { #expect(try await observation.read() == nil) }
        try device.sync()
        #expect(try await Set(seen.value).isSubset(of: [0, 50]))
        #expect(try await observation.read()?.count == 50)
    }

    @Test("It ends with the replica, with its task and with a failed read, and leaves nothing")
    func ends() async throws {
        let device = try World().device("one", district: 1)
        let replica = device.replica
        let observation = try replica.observe(Self.names)
        do {
            var left = observation.makeAsyncIterator()
            _ = try await left.next()
            #expect(replica.observers.count == 1)
        }
        #expect(replica.observers.count == 0)

        let cancelled = Task { for try await _ in observation {} }
        cancelled.cancel()
        try await cancelled.value

        struct Failed: Error {}
        let failing: ReplicaObservation<Int> = try replica.observe { _ in throw Failed() }
        await #expect(throws: Failed.self) { for try await _ in failing {} }

        #expect(throws: DatabaseError.self) { try replica.observe("SELECT nothing FROM nowhere") }
        let unknown = #expect(throws: Problem.self) {
            try replica.observe(["nowhere"]) { try Int.fetchOne($0, sql: "SELECT 1") }
        }
        #expect(unknown?.code == .parameterInvalid)

        let closed = Task { for try await _ in observation {} }
        try replica.close()
        try await closed.value
        #expect(replica.observers.count == 0)
    }
}
