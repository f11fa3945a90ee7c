import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkPayments
import LynkWire
import Testing

@testable import LynkStore

@Suite("What a device's tables and a lane's token promise")
struct PlainTableTests {
    // A unique index or a foreign key would refuse rows of others that the hub has taken, in an
    // order that nobody chose; claims and references are judged at the hub (C32).
    @Test("A synced table has no unique index beyond its key and no enforced reference")
    func noLocalClaims() throws {
        let directory = NSTemporaryDirectory() + "lynk-plain-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for schema in [Payments().schema, LawApplication().schema] {
            let replica = try Replica(
                path: "\(directory)/\(schema.name).sqlite", schema: schema, clock: TestTime())
            for table in schema.tables {
                func count(_ sql: String) throws -> Int? {
                    try replica.read {
                        try Int.fetchOne($0, sql: sql, arguments: [table.name])
                    }
                }
                let unique = try count(
                    """
                    SELECT count(*) FROM pragma_index_list(?)
                    WHERE "unique" = 1 AND origin <> 'pk'
                    """)
                let references = try count("SELECT count(*) FROM pragma_foreign_key_list(?)")
                #expect(unique == 0, "\(table.name)")
                #expect(references == 0, "\(table.name)")
            }
            try replica.close()
        }
    }

    @Test("A pull moves no token: only a push does", arguments: HubKind.allCases)
    func pullsKeepTheToken(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        func insert(_ number: UInt64) -> RowChange {
            RowChange(
                table: 1, key: LawWorld.key(number), kind: .insert,
                puts: [.init(1, "a"), .init(2, "one")])
        }
        try ann.write(insert(1))
        let given = ann.ratchet
        for _ in 1...3 { #expect(try ann.pull().welcome.ratchet == []) }
        #expect(ann.ratchet == given)
        #expect(try ann.write(insert(2))?.disposition == .accepted)
        #expect(ann.ratchet != given)
    }
}
