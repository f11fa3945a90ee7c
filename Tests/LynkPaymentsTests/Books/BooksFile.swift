import GRDB
import LynkCore

@testable import LynkPayments
@testable import LynkStore

/// The rows of a test's hub in SQLite, with the declared tables and indexes.
struct BooksFile {
    let database: DatabaseQueue
    let tenant: TenantID

    init(_ hub: Hub, tenant: TenantID = World.tenant) throws {
        self.tenant = tenant
        database = try DatabaseQueue()
        try database.write { database in
            try Migration.run(.payments, in: database)
            for table in Schema.payments.tables {
                let sql = TableSQL(table)
                for row in hub.view.all(table.id) {
                    let values = [.key(row.key)] + row.values + [Value.null]
                    try database.execute(
                        sql: sql.insert,
                        arguments: StatementArguments(values.map(\.databaseValue)))
                }
            }
        }
    }

    func run(_ query: Query, _ arguments: [String: Value] = [:]) throws -> [[Value]] {
        try database.read { database in
            try Row.fetchAll(
                database, sql: query.sql,
                arguments: StatementArguments(arguments.mapValues(\.databaseValue))
            ).map { row in row.map { Value($0.1) } }
        }
    }

    func page(
        _ query: Query, _ arguments: [String: Value] = [:], after cursor: String? = nil,
        limit: Int = 200
    ) throws -> QueryPage {
        let bound = try query.pageArguments(
            arguments, after: cursor, limit: limit, tenant: tenant)
        return try query.page(
            of: run(query, bound), arguments: arguments, limit: limit, tenant: tenant)
    }

    /// Everything, read by pages of so many rows.
    func all(
        _ query: Query, _ arguments: [String: Value] = [:], by limit: Int = 200
    ) throws -> [[Value]] {
        var rows: [[Value]] = []
        var cursor: String?
        repeat {
            let page = try page(query, arguments, after: cursor, limit: limit)
            rows += page.rows
            cursor = page.next
        } while cursor != nil
        return rows
    }

    /// The steps of SQLite's plan, in order.
    func plan(of query: Query) throws -> [String] {
        let named =
            query.parameters.map(\.name)
            + (query.keyset.map { $0.columns.map { "after_" + $0 } + ["row_limit"] } ?? [])
        let arguments = Dictionary(uniqueKeysWithValues: named.map { ($0, DatabaseValue.null) })
        return try database.read { database in
            try Row.fetchAll(
                database, sql: "EXPLAIN QUERY PLAN " + query.sql,
                arguments: StatementArguments(arguments)
            ).map { $0["detail"] as String }
        }
    }
}
