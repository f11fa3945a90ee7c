import Foundation
import GRDB
import LynkCore
import LynkEngine
import TestSupport
import Testing

@testable import LynkStore

@Suite("Files of earlier formats")
struct HubFormatTests {
    @Test("A hub's file of the first format opens and goes on")
    func firstFormat() throws {
        let fixture = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Fixtures/hub-format-1.sql")
        let sql = try String(contentsOf: fixture, encoding: .utf8)
        let path = NSTemporaryDirectory() + "lynk-format-\(UUID().uuidString).sqlite"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let queue = try DatabaseQueue(path: path)
        try queue.inDatabase {
            try $0.execute(
                sql: sql.replacing("BEGIN TRANSACTION;", with: "").replacing("COMMIT;", with: ""))
        }
        try queue.close()
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
        #expect(format?.last == 2)
        try store.close()
    }
}
