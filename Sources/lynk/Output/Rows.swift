import Foundation
import GRDB
import Lynk

extension Database {
    /// Rows of a select, each value as the engine has it.
    func values(_ sql: String, _ arguments: StatementArguments = []) throws -> [[Value]] {
        try Row.fetchAll(self, sql: sql, arguments: arguments).map { row in
            row.map { $0.1.value }
        }
    }

    /// Rows of one of the application's queries.
    func values(_ query: Query, _ arguments: [String: Value]) throws -> [[Value]] {
        let bound = arguments.mapValues(\.database)
        return try values(query.sql, StatementArguments(bound))
    }
}

extension DatabaseValue {
    fileprivate var value: Value {
        switch storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob(let data): .blob(Array(data))
        }
    }
}

extension Value {
    /// For binding.
    var database: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    var textCell: Cell { textValue.map { $0.isEmpty ? .none : .text($0) } ?? .none }
    var moneyCell: Cell { integerValue.map { .money($0) } ?? .none }
    var numberCell: Cell { integerValue.map { .number($0) } ?? .none }
    var momentCell: Cell { integerValue.map { .moment($0) } ?? .none }
}
