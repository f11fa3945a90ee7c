import GRDB
import LynkCore

/// Every row of every table of an SQLite file, as text.
struct Snapshot: Hashable {
    let tables: [String: [String]]

    /// Reads beside whoever has the file open.
    init(file: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: file, configuration: configuration)
        tables = try queue.read { database in
            let names = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master
                    WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
                    """)
            var tables: [String: [String]] = [:]
            for name in names {
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \"\(name)\"")
                tables[name] = rows.map(Self.text).sorted()
            }
            return tables
        }
    }

    func rows(_ table: String) -> [String] { tables[table] ?? [] }

    /// The names of the tables that differ, for a readable failure.
    func differences(from other: Snapshot) -> [String] {
        Set(tables.keys).union(other.tables.keys).filter { tables[$0] != other.tables[$0] }
            .sorted()
    }

    static func text(_ row: Row) -> String {
        row.map { column, value in
            switch value.storage {
            case .null: "\(column)=NULL"
            case .int64(let number): "\(column)=\(number)"
            case .double(let number): "\(column)=\(number)"
            case .string(let text): "\(column)='\(text)'"
            case .blob(let data): "\(column)=\(hexadecimal(Array(data)))"
            }
        }.joined(separator: " ")
    }
}
