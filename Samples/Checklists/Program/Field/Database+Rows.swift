import Foundation
import GRDB
import Lynk

extension Value {
    /// As GRDB binds it.
    var argument: (any DatabaseValueConvertible)? {
        switch self {
        case .null: nil
        case .integer(let number): number
        case .real(let number): number
        case .text(let text): text
        case .blob(let bytes): Data(bytes)
        }
    }

    static func key(_ person: Person) -> Value { .key(person.key) }
}

extension Database {
    typealias Columns = KeyValuePairs<String, Value>

    func insert(_ table: String, _ key: RowKey, _ columns: Columns) throws {
        let names = ["id"] + columns.map(\.key)
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        try execute(
            sql: "INSERT INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(marks))",
            arguments: StatementArguments([key.data] + columns.map(\.value.argument)))
    }

    func update(_ table: String, _ key: RowKey, _ columns: Columns) throws {
        let sets = columns.map { "\($0.key) = ?" }.joined(separator: ", ")
        try execute(
            sql: "UPDATE \(table) SET \(sets) WHERE id = ?",
            arguments: StatementArguments(columns.map(\.value.argument) + [key.data]))
    }

    func delete(_ table: String, _ key: RowKey) throws {
        try execute(sql: "DELETE FROM \(table) WHERE id = ?", arguments: [key.data])
    }
}
