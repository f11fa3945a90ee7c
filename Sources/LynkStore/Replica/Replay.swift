import GRDB
import LynkCore

/// Writes a change as ordinary SQL, so that it is captured like a user's.
struct Replay {
    private let database: Database
    private let tables: [TableID: TableSQL]

    init(_ database: Database, _ tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    func run(_ change: RowChange) throws {
        guard let sql = tables[change.table] else {
            throw Problem(.schemaUnknown, "this program has no table \(change.table)")
        }
        let table = sql.schema
        func name(_ field: FieldID) throws -> String {
            guard let ordinal = table.ordinal(of: field) else {
                throw Problem(.schemaUnknown, "\(table.name) has no field \(field) here")
            }
            return table.fields[ordinal].name
        }
        switch change.kind {
        case .insert:
            let names =
                try change.puts.map { try name($0.field) }
                + change.adds.map {
                    try name($0.field)
                }
            let values = change.puts.map(\.value) + change.adds.map { .integer($0.delta) }
            let columns = (["id"] + names).joined(separator: ", ")
            let marks = (["?"] + names.map { _ in "?" }).joined(separator: ", ")
            try execute(
                "INSERT INTO \(table.name) (\(columns)) VALUES (\(marks))",
                [.blob(change.key.bytes)] + values)
        case .update: try update(change, sql, name)
        case .delete:
            try execute(
                "DELETE FROM \(table.name) WHERE id = ?", [.blob(change.key.bytes)])
        }
    }

    private func update(
        _ change: RowChange, _ sql: TableSQL, _ name: (FieldID) throws -> String
    ) throws {
        let table = sql.schema
        let select = try HotStatement(database, sql.selectByKey)
        select.bind(1, blob: change.key.bytes)
        let current = try select.step() ? select.values(table) : nil
        select.reset()
        guard let current else {
            throw Problem(.rowUnknown, "\(table.name) \(change.key) is not here any more")
        }
        var sets = try change.puts.map { "\(try name($0.field)) = ?" }
        var values = change.puts.map(\.value)
        for add in change.adds {
            let name = try name(add.field)
            sets.append("\(name) = \(name) + ?")
            values.append(.integer(add.delta))
        }
        for edit in change.edits {
            sets.append("\(try name(edit.field)) = ?")
            let ordinal = table.ordinal(of: edit.field) ?? 0
            values.append(edit.applied(to: current[ordinal]))
        }
        guard !sets.isEmpty else { return }
        try execute(
            "UPDATE \(table.name) SET \(sets.joined(separator: ", ")) WHERE id = ?",
            values + [.blob(change.key.bytes)])
    }

    private func execute(_ sql: String, _ values: [Value]) throws {
        let statement = try HotStatement(database, sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        try statement.run()
    }
}
