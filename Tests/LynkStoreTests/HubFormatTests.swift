import Foundation
import GRDB
import LynkCore
import LynkEngine
import TestSupport
import Testing

@testable import LynkStore

@Suite("Files of earlier formats")
struct HubFormatTests {
    private static func file(_ name: String, at path: String) throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/\(name).sql")
        let sql = try String(contentsOf: fixture, encoding: .utf8)
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase {
            try $0.execute(
                sql: sql.replacing("BEGIN TRANSACTION;", with: "").replacing("COMMIT;", with: ""))
        }
        try queue.close()
    }

    @Test("A hub's file of the first format opens and goes on")
    func firstFormat() throws {
        let path = NSTemporaryDirectory() + "lynk-format-\(UUID().uuidString).sqlite"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Self.file("hub-format-1", at: path)
        var random = SeededGenerator(seed: 9)
        let store = try SQLiteTenantStore(
            path: path, tenant: World.tenant, application: ShopApplication(), random: &random)
        try store.replica.file.read { reads in
            #expect(try reads.head() == 6)
            var chain = CommitChain.start
            for position in 1...6 {
                let log = try #require(try reads.log(at: Int64(position)))
                chain = CommitChain.next(
                    chain, oid: log.oid, dot: log.dot, effective: log.effective,
                    disposition: log.disposition)
                #expect(log.chain == chain)
            }
            #expect(try reads.quarantine().map(\.code) == [.rowUnknown])
            let conflicts = try reads.eras().count
            #expect(conflicts == 3)
        }
        let kept = try store.pool.read {
            try Row.fetchAll($0, sql: "SELECT field, outcome FROM lynk_conflict ORDER BY id")
                .map { "\($0[0] as Int64) \($0[1] as String)" }
        }
        #expect(kept == ["2 newWon", "5 currentWon"])
        let format = try store.pool.read {
            try Data.fetchOne($0, sql: "SELECT value FROM lynk_meta WHERE name = 'format'")
        }
        #expect(format?.last == 3)
        try store.close()
    }

    // The second format did not keep where lanes begin.
    @Test("A hub's file of the second format opens, and what stands before a lane is known")
    func secondFormat() throws {
        let world = try LawWorld(.sqlite)
        let path = world.directory + "/second.sqlite"
        try Self.file("hub-format-2", at: path)
        try world.hub.replace(atPath: path, &world.random)
        world.time.advance(1_000)
        let lanes = try world.hub.read { try $0.lanes() }
        let forks = lanes.map { $0.fork?.lane }
        #expect(forks == [nil, nil, 0, nil, nil])
        #expect(lanes[2].fork?.effective == lanes[0].effective)
        for (number, disposition) in [(UInt64(1), Disposition.accepted), (2, .merged)] {
            let author = LawAuthor(world, number)
            author.lane = LaneID(high: 7, low: number)
            let lane = try #require(lanes.first { $0.id == author.lane })
            author.previous = lane.head?.oid
            author.ratchet = lane.ratchet.current
            // What it wrote in the lane before: known, or a conflict too many where the bytes of
            // the new lane's first change set are gone.
            let receipt = try author.write(
                RowChange(
                    table: 1, key: LawWorld.key(10 * number), kind: .update,
                    puts: [.init(2, "three")]))
            #expect(receipt?.disposition == disposition)
            #expect(try world.values(1, 10 * number)?[1] == "three")
        }
    }
}
