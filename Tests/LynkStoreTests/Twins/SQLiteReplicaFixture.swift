import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization
import TestSupport

@testable import LynkStore

/// The replica on a real file; edits become SQL.
final class SQLiteReplicaFixture: ReplicaFixture {
    let kind = ReplicaKind.sqlite
    private(set) var replica: Replica
    private let directory: String
    private var path: String
    private var seed: UInt64
    private var generation = 0

    init(directory: String, schema: Schema, clock: any ReplicaClock, seed: UInt64) throws {
        self.directory = directory
        self.seed = seed
        path = "\(directory)/replica-\(hexadecimal(LaneID(high: 0, low: seed).bytes)).sqlite"
        replica = try Replica(
            path: path, schema: schema, clock: clock, random: SeededGenerator(seed: seed))
    }

    private init(reopening other: SQLiteReplicaFixture) throws {
        directory = other.directory
        path = other.path
        seed = other.seed &+ 1 << 32
        replica = try Replica(
            path: path, schema: other.replica.schema, clock: other.replica.clock,
            random: SeededGenerator(seed: seed))
    }

    /// The same file once more, after the replica was closed.
    func reopened() throws -> SQLiteReplicaFixture { try SQLiteReplicaFixture(reopening: self) }

    /// The file's, without its directory.
    var name: String { String(path.dropFirst(directory.count + 1)) }

    private init(copying other: SQLiteReplicaFixture) throws {
        directory = other.directory
        seed = other.seed &+ 1
        path = other.path + "-copy"
        try Self.copyFile(other.path, to: path)
        replica = try Replica(
            path: path, schema: other.replica.schema, clock: other.replica.clock,
            random: SeededGenerator(seed: seed))
    }

    var store: any ReplicaStore { replica }
    func mintKey() -> RowKey { replica.mintKey() }
    func status() throws -> ReplicaStatus { try replica.status() }
    func recomputeRoot() throws -> [UInt8] { try replica.recomputeRoot() }

    func write(_ edits: [RowEdit]) throws {
        do {
            try replica.write { database in
                for edit in edits { try execute(edit, database) }
            }
        } catch let problem as Problem where problem.code == .storeFailed {
            throw Problem(Self.code(problem), problem.detail)
        }
    }

    func refused() throws -> [RefusedChangeSet] { try replica.refused() }

    func resubmit(_ oid: ContentID, _ edits: [RowEdit]) throws -> ContentID {
        try replica.resubmit(oid) { database in
            for edit in edits { try execute(edit, database) }
        }
    }

    func discard(_ oid: ContentID, reason: String) throws {
        try replica.discard(oid, reason: reason)
    }

    /// What SQLite refuses by itself, in the words of the replica in memory.
    private static func code(_ problem: Problem) -> ProblemCode {
        let codes: [(ResultCode, ProblemCode)] = [
            (.SQLITE_CONSTRAINT_PRIMARYKEY, .alreadyExists),
            (.SQLITE_CONSTRAINT_DATATYPE, .valueInvalid),
        ]
        return codes.first { problem.detail.hasPrefix("SQLite \($0.0.rawValue):") }?.1
            ?? .storeFailed
    }

    private func execute(_ edit: RowEdit, _ database: Database) throws {
        func table(_ id: TableID) throws -> TableSchema {
            guard let table = replica.schema.table(id) else { throw Problem(.schemaUnknown) }
            return table
        }
        func name(_ field: FieldID, _ table: TableSchema) throws -> String {
            guard let ordinal = table.ordinal(of: field) else { throw Problem(.schemaUnknown) }
            return table.fields[ordinal].name
        }
        switch edit {
        case .insert(let id, let key, let puts):
            let table = try table(id)
            let names = try ["id"] + puts.map { try name($0.field, table) }
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            try database.run(
                "INSERT INTO \(table.name) (\(names.joined(separator: ", "))) VALUES (\(marks))",
                [.blob(key.bytes)] + puts.map(\.value))
        case .update(let id, let key, let puts):
            let table = try table(id)
            let sets = try puts.map { "\(try name($0.field, table)) = ?" }.joined(separator: ", ")
            try database.run(
                "UPDATE \(table.name) SET \(sets) WHERE id = ?",
                puts.map(\.value) + [.blob(key.bytes)])
        case .add(let id, let key, let field, let delta):
            let table = try table(id)
            let column = try name(field, table)
            try database.run(
                "UPDATE \(table.name) SET \(column) = \(column) + ? WHERE id = ?",
                [.integer(delta), .blob(key.bytes)])
        case .delete(let id, let key):
            try database.run(
                "DELETE FROM \(try table(id).name) WHERE id = ?", [.blob(key.bytes)])
        }
    }

    func rows(_ table: TableSchema) throws -> [ShownRow] {
        try replica.read { database in
            let select = try HotStatement(
                database, TableSQL(table).selectAll + " ORDER BY id")
            defer { select.reset() }
            var rows: [ShownRow] = []
            while try select.step() {
                rows.append(
                    ShownRow(
                        key: try select.key(1), values: select.values(table),
                        isPending: select.isNull(2)))
            }
            return rows
        }
    }

    func confirmed(_ table: TableSchema) throws -> [ConfirmedImage] {
        try replica.read { database in
            let names = try ReplicaNames(database)
            var lanes: [UInt32: LaneID] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT handle, lane FROM lynk_lane") {
                let handle: Int64 = row["handle"]
                let lane: Data = row["lane"]
                lanes[UInt32(handle)] = LaneID(bytes: lane)
            }
            let select = try HotStatement(database, TableSQL(table).selectAll)
            var rows: [StampedRow] = []
            while try select.step() {
                if let row = try select.stampedRow(table) { rows.append(row) }
            }
            select.reset()
            rows += try Shadow(database).all(replica.tables).filter { $0.table.id == table.id }
                .map(\.row)
            let nowhere = LaneID(high: 0, low: 0)
            return try rows.sorted { $0.key < $1.key }.map {
                try ConfirmedImage(
                    $0, era: { try names.era($0) }, lane: { lanes[$0] ?? nowhere },
                    scope: { try names.scope($0) })
            }
        }
    }

    func pending() throws -> [ChangeSet] {
        try replica.read { database in
            let settled =
                try Int64.fetchOne(database, sql: "SELECT sequence FROM lynk_settled") ?? 0
            return try Overlay(database, tables: replica.tables)
                .pending(after: UInt64(settled)).changeSets.map(\.content)
        }
    }

    func receipts() throws -> [ReceiptLine] {
        try replica.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM lynk_receipt ORDER BY sequence")
                .compactMap { row in
                    let oid: Data = row["oid"]
                    guard let oid = ContentID(bytes: oid) else { return nil }
                    let number: Int64 = row["number"]
                    let effective: Int64 = row["effective"]
                    return ReceiptLine(
                        oid: oid, disposition: row["disposition"],
                        number: UInt64(bitPattern: number),
                        effective: UInt64(bitPattern: effective), conflicts: row["conflicts"],
                        problem: row["problem"])
                }
        }
    }

    /// The files as a kill leaves them: what is in the WAL, nothing of the connection's memory.
    /// They stay where they are, for a copy would be told from them.
    func crash() throws {
        generation += 1
        let (schema, clock) = (replica.schema, replica.clock)
        let files = [path, path + "-wal"].map { FileManager.default.contents(atPath: $0) }
        try replica.close()
        for (file, bytes) in zip([path, path + "-wal"], files) {
            guard let bytes else { continue }
            if !FileManager.default.fileExists(atPath: file) {
                _ = FileManager.default.createFile(atPath: file, contents: nil)
            }
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: bytes)
            try handle.close()
        }
        replica = try Replica(
            path: path, schema: schema, clock: clock,
            random: SeededGenerator(seed: seed &+ UInt64(generation) << 32))
    }

    func upgrade(to schema: Schema) throws {
        generation += 1
        let clock = replica.clock
        try replica.close()
        replica = try Replica(
            path: path, schema: schema, clock: clock,
            random: SeededGenerator(seed: seed &+ UInt64(generation) << 32))
    }

    func copy() throws -> any ReplicaFixture { try SQLiteReplicaFixture(copying: self) }

    private static func copyFile(_ source: String, to target: String) throws {
        for suffix in ["", "-wal"] {
            guard FileManager.default.fileExists(atPath: source + suffix) else { continue }
            try FileManager.default.copyItem(
                atPath: source + suffix, toPath: target + suffix)
        }
    }
}
