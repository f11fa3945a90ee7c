import GRDB
import LynkCore

/// Brings the synced tables of a file to the application's schema; additive only.
enum Migration {
    /// Creates what is missing and adds new columns, which costs no row: a default is computed
    /// by SQLite at read time.
    ///
    /// - Parameter isGuarded: only a replica's own connections may write to the tables.
    /// - Throws: ``Problem`` `schema_unknown` for a schema with a slip: the file is not touched.
    static func run(_ schema: Schema, in database: Database, isGuarded: Bool = false) throws {
        if let problem = schema.problems.first {
            throw Problem(
                .schemaUnknown,
                "\(problem.table)\(problem.field.map { ".\($0)" } ?? ""): \(problem.reason)")
        }
        for table in schema.tables {
            let sql = TableSQL(table)
            if try database.tableExists(table.name) {
                let present = Set(try database.columns(in: table.name).map(\.name))
                for field in table.fields where !present.contains(field.name) {
                    try database.execute(
                        sql: "ALTER TABLE \(table.name) ADD COLUMN \(field.definition)")
                }
            }
            let definitions = sql.definitions(
                constraint: isGuarded ? WriteGuard.constraint(table) : nil)
            for definition in definitions { try database.execute(sql: definition) }
            if isGuarded { try WriteGuard.install(on: table, in: database) }
        }
    }
}
