import GRDB
package import LynkCore

/// Local writes as values: what a simulator's people do, said in SQL.
extension Replica {
    /// Runs one local transaction and puts its change set in the outbox.
    ///
    /// - Returns: the change set's name; `nil` when the edits have no net effect.
    /// - Throws: ``Problem``, with the codes of ``InMemoryReplica/write(intent:_:)`` where SQLite
    ///   itself refuses a statement.
    package func write(_ edits: [RowEdit]) throws -> ContentID? {
        var name: ContentID?
        do {
            try write(intent: nil) { database in
                for edit in edits { try execute(edit, database) }
            } then: { _, oid in
                name = oid
            }
            return name
        } catch let problem as Problem where problem.code == .storeFailed {
            throw Problem(Self.code(problem), problem.detail)
        }
    }

    /// Checkpoints the WAL after so many pages: small files with few writes meet it too.
    package func checkpoint(every pages: Int) throws {
        try pool.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_autocheckpoint = \(pages)")
        }
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
            guard let table = schema.table(id) else {
                throw Problem(.schemaUnknown, "table \(id)")
            }
            return table
        }
        func name(_ field: FieldID, _ table: TableSchema) throws -> String {
            guard let ordinal = table.ordinal(of: field) else {
                throw Problem(.schemaUnknown, "field \(field) of \(table.name)")
            }
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
            guard !puts.isEmpty else { return }
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
}
