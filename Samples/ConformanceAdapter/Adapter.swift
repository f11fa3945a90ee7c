import Foundation
import GRDB
import Lynk
import LynkPayments

/// What the verbs do, on one open replica.
struct Adapter {
    private var replica: Replica?
    private let schema = Payments().schema

    mutating func perform(_ said: [String: Any]) async throws -> [String: Any] {
        switch said["do"] as? String {
        case "hello":
            return [
                "name": "lynk", "protocol": 1,
                "verbs": [
                    "open", "enroll", "write", "sync", "rows", "status", "outbox", "receipts",
                    "close",
                ],
            ]
        case "open":
            replica = try Replica(
                path: try text(said, "file"), schema: schema, clock: SystemReplicaClock())
            return [:]
        case "close":
            try replica?.close()
            replica = nil
            return [:]
        case "enroll":
            _ = try await EnrolmentClient(replica: opened(), transport: transport())
                .enrol(server: text(said, "server"), code: text(said, "code"))
            return [:]
        case "write": return try write(said)
        case "sync":
            let report = try await SyncClient(replica: opened(), transport: transport()).sync()
            return ["equal": report.digestMatches, "applied": report.rowsApplied]
        case "rows": return try rows(said)
        case "status":
            let status = try opened().status()
            return [
                "pending": status.pending, "refused": status.refused,
                "incidents": status.incidents, "position": String(status.position),
            ]
        case "outbox":
            return [
                "changeSets": try list("SELECT oid FROM sync_outbox ORDER BY sequence", ["oid"])
            ]
        case "receipts":
            return [
                "receipts": try list(
                    """
                    SELECT oid, disposition, ifnull(problem, '') FROM sync_receipts
                    ORDER BY sequence
                    """, ["oid", "is", "code"])
            ]
        default: throw Problem(.parameterInvalid, "the verb \(said["do"] ?? "none")")
        }
    }

    private func opened() throws -> Replica {
        guard let replica else { throw Problem(.notEnrolled, "no file is open") }
        return replica
    }

    /// Each sync has lines of its own, so that what one broke is not the next one's.
    private func transport() throws -> CurlTransport {
        var options = CurlOptions()
        options.allowsPlaintext = true
        options.stallTimeout = .seconds(5)
        return try CurlTransport(options)
    }

    private func text(_ said: [String: Any], _ name: String) throws -> String {
        guard let text = said[name] as? String else {
            throw Problem(.parameterInvalid, "\(name) is missing")
        }
        return text
    }

    private func list(_ sql: String, _ names: [String]) throws -> [[String: String]] {
        try opened().read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                Dictionary(
                    uniqueKeysWithValues: names.enumerated().map { ($1, row[$0] as String? ?? "") })
            }
        }
    }
}

extension Adapter {
    /// One transaction of several changes.
    private func write(_ said: [String: Any]) throws -> [String: Any] {
        let changes = said["changes"] as? [[String: Any]] ?? []
        try opened().write(intent: Intent(name: "collect", arguments: "conformance")) { database in
            for change in changes { try write(change, database) }
        }
        return [:]
    }

    private func write(_ change: [String: Any], _ database: Database) throws {
        guard let number = change["table"] as? Int,
            let table = schema.table(TableID(truncatingIfNeeded: number)),
            let key = RowKey(try text(change, "key"))
        else { throw Problem(.parameterInvalid, "a change without table or key") }
        let puts = try (change["puts"] as? [String: Any] ?? [:]).map { field, value in
            guard let number = FieldID(field), let place = table.ordinal(of: number) else {
                throw Problem(.parameterInvalid, "the field \(field)")
            }
            return (name: "\"\(table.fields[place].name)\"", value: try Self.value(value))
        }
        let id = Value.key(key).stored
        let values = puts.map(\.value.stored)
        switch try text(change, "kind") {
        case "insert":
            let names = ["id"] + puts.map(\.name)
            let marks = names.map { _ in "?" }.joined(separator: ", ")
            try database.execute(
                sql: """
                    INSERT INTO "\(table.name)" (\(names.joined(separator: ", "))) VALUES (\(marks))
                    """, arguments: StatementArguments([id] + values))
        case "update":
            let sets = puts.map { "\($0.name) = ?" }.joined(separator: ", ")
            try database.execute(
                sql: "UPDATE \"\(table.name)\" SET \(sets) WHERE id = ?",
                arguments: StatementArguments(values + [id]))
        default:
            try database.execute(
                sql: "DELETE FROM \"\(table.name)\" WHERE id = ?",
                arguments: StatementArguments([id]))
        }
    }

    /// All rows of a table as a user of the device sees them.
    private func rows(_ said: [String: Any]) throws -> [String: Any] {
        guard let number = said["table"] as? Int,
            let table = schema.table(TableID(truncatingIfNeeded: number))
        else { throw Problem(.parameterInvalid, "table") }
        let names = table.fields.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let rows = try opened().read { database in
            try Row.fetchAll(
                database, sql: "SELECT id, \(names) FROM \"\(table.name)\" ORDER BY id"
            ).map { row -> [String: Any] in
                var fields: [String: Any] = [:]
                for (place, field) in table.fields.enumerated() {
                    fields[String(field.id)] = Self.said(row[place + 1] as DatabaseValue)
                }
                let key = row[0] as Data? ?? Data()
                return ["key": key.map { Self.hexadecimal($0) }.joined(), "fields": fields]
            }
        }
        return ["rows": rows]
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
    }

    /// A value as page 12 writes it.
    private static func said(_ value: DatabaseValue) -> Any {
        switch value.storage {
        case .null: NSNull()
        case .int64(let number): ["integer": String(number)]
        case .double(let number): ["real": String(number)]
        case .string(let text): ["text": text]
        case .blob(let data): ["blob": data.map { hexadecimal($0) }.joined()]
        }
    }

    private static func value(_ said: Any) throws -> Value {
        guard let members = said as? [String: String], let (kind, text) = members.first else {
            return .null
        }
        switch kind {
        case "integer":
            guard let number = Int64(text) else { throw Problem(.valueInvalid, text) }
            return .integer(number)
        case "text": return .text(text)
        case "blob":
            let digits = text.compactMap(\.hexDigitValue)
            return .blob(
                stride(from: 0, to: digits.count - 1, by: 2).map {
                    UInt8(digits[$0] << 4 | digits[$0 + 1])
                })
        default: throw Problem(.valueInvalid, "a value of the kind \(kind)")
        }
    }
}

extension Value {
    fileprivate var stored: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
