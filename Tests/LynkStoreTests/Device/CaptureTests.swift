import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("What a local write becomes as a change")
struct CaptureTests {
    private static let note = TableSchema(
        1, "note", .mutable,
        [
            FieldSchema(1, "tags", .blob, .set),
            FieldSchema(2, "urgent", .integer, .flag(.enableWins), default: 0),
            FieldSchema(3, "owner", .blob, .multiValue),
            FieldSchema(4, "method", .text, .group("payment")),
            FieldSchema(5, "reference", .text, .group("payment")),
            FieldSchema(6, "day", .text, .group("payment")),
        ])
    private static let fact = TableSchema(2, "fact", .appendOnly, [FieldSchema(1, "text", .text)])

    private func replica(_ world: World) throws -> Replica {
        let replica = try Replica(
            path: world.directory + "/note.sqlite",
            schema: Schema("notes", version: 1, [Self.note, Self.fact]), clock: world.time,
            random: SeededGenerator(seed: 1))
        let principal = Principal(
            tenant: World.tenant, device: DeviceID(high: 9, low: 9), user: UserID(high: 1, low: 1),
            role: "worker")
        try replica.adopt(
            Enrolment(server: "https://localhost", principal: principal, key: DeviceKey()))
        return replica
    }

    private func last(_ replica: Replica) throws -> RowChange? {
        try replica.offer().changeSets.last.flatMap {
            try ChangeSetCodec.open($0.bytes).content.changes.first
        }
    }

    private func set(_ values: Value...) -> Data {
        Data(ScalarArray.encode(ScalarArray.canonicalSet(values)))
    }

    @Test("A set's column becomes the elements that came and went")
    func sets() throws {
        let world = try World()
        let replica = try replica(world)
        let key = Data(replica.mintKey().bytes)
        try replica.write {
            try $0.execute(
                sql: "INSERT INTO note (id, tags) VALUES (?, ?)", arguments: [key, set("a", "b")])
        }
        #expect(try last(replica)?.edits == [SetEdit(1, added: ["a", "b"])])
        try replica.write {
            try $0.execute(sql: "UPDATE note SET tags = ?", arguments: [set("b", "c")])
        }
        #expect(try last(replica)?.edits == [SetEdit(1, added: ["c"], removed: ["a"])])
        try replica.write { try $0.execute(sql: "UPDATE note SET tags = NULL") }
        #expect(try last(replica)?.edits == [SetEdit(1, removed: ["b", "c"])])
        let error = #expect(throws: Problem.self) {
            try replica.write { try $0.execute(sql: "UPDATE note SET tags = x'0102'") }
        }
        #expect(error?.code == .valueInvalid)
    }

    @Test("A write to one field of a group states all of them; an insert leaves out defaults")
    func groups() throws {
        let world = try World()
        let replica = try replica(world)
        let key = Data(replica.mintKey().bytes)
        try replica.write {
            try $0.execute(
                sql: "INSERT INTO note (id, method, day) VALUES (?, 'UPI', 'MON')",
                arguments: [key])
        }
        #expect(try last(replica)?.puts == [.init(4, "UPI"), .init(6, "MON")])
        try replica.write { try $0.execute(sql: "UPDATE note SET reference = '77'") }
        #expect(
            try last(replica)?.puts == [.init(4, "UPI"), .init(5, "77"), .init(6, "MON")])
    }

    @Test("Flags are 0 or 1, and a multi-value is written as one value")
    func flags() throws {
        let world = try World()
        let replica = try replica(world)
        let key = Data(replica.mintKey().bytes)
        let one = Data(ScalarArray.encode(["Asha"]))
        try replica.write {
            try $0.execute(
                sql: "INSERT INTO note (id, urgent, owner) VALUES (?, 1, ?)",
                arguments: [key, one])
        }
        #expect(try last(replica)?.puts == [.init(2, 1), .init(3, .blob(Array(one)))])
        let two = Data(ScalarArray.encode(["Asha", "Ravi"]))
        for (sql, arguments) in [
            ("UPDATE note SET urgent = 2", StatementArguments()),
            ("UPDATE note SET owner = ?", [two]), ("UPDATE note SET owner = x'00'", []),
        ] {
            let error = #expect(throws: Problem.self) {
                try replica.write { try $0.execute(sql: sql, arguments: arguments) }
            }
            #expect(error?.code == .valueInvalid, "\(sql)")
        }
    }

    @Test("A delete names the row alone; facts are never deleted")
    func deletes() throws {
        let world = try World()
        let replica = try replica(world)
        let key = replica.mintKey()
        try replica.write {
            try $0.execute(
                sql: "INSERT INTO note (id, method) VALUES (?, 'UPI')", arguments: [Data(key.bytes)]
            )
            try $0.execute(
                sql: "INSERT INTO fact (id, text) VALUES (?, 'x')", arguments: [Data(key.bytes)])
        }
        let error = #expect(throws: Problem.self) {
            try replica.write { try $0.execute(sql: "DELETE FROM fact") }
        }
        #expect(error?.code == .deleteUnsupported)
        try replica.write { try $0.execute(sql: "DELETE FROM note") }
        #expect(try last(replica) == RowChange(table: 1, key: key, kind: .delete))
    }
}
