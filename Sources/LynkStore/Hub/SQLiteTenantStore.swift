import Dispatch
import Foundation
import GRDB
public import LynkCore
public import LynkEngine
import Synchronization

/// A tenant's hub replica in one SQLite file.
///
/// One writer connection and several readers (WAL), so reads never wait for a commit. Opening
/// starts a new era, on disk before anything is written in it.
public final class SQLiteTenantStore: TenantStore {
    public let tenant: TenantID
    let application: any Application
    let tables: [TableID: TableSQL]
    let pool: DatabasePool
    private let admission: Admission
    /// Changes only on the commit thread; the mutex is what makes that safe to say.
    private let state: Mutex<HubState>

    /// - Throws: ``Problem`` `store_failed` for a file that cannot be used, `schema_unknown` for
    ///   one of a newer schema.
    public init(
        path: String, tenant: TenantID, application: any Application,
        random: inout some RandomNumberGenerator
    ) throws {
        self.tenant = tenant
        self.application = application
        admission = Admission(application: application)
        tables = Dictionary(
            application.schema.tables.map { ($0.id, TableSQL($0)) },
            uniquingKeysWith: { first, _ in first })
        pool = try OpenPool.open(path, readers: 4)
        var generator = random
        let opened = try pool.write { database in
            try HubTables.create(in: database)
            try Migration.run(application.schema, in: database)
            return try HubState.open(database, tenant: tenant, random: &generator)
        }
        random = generator
        state = Mutex(opened)
    }

    public func commit(_ group: [Push]) throws -> [PushAnswer] {
        try state.withLock { state in
            var answers: [PushAnswer] = []
            var next = state
            try pool.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    let transaction = HubTransaction(
                        database: database, application: application, tables: tables,
                        state: state)
                    for push in group {
                        answers.append(try admission.admit(push, in: transaction))
                    }
                    try transaction.flush()
                    next = transaction.state
                    return .commit
                }
            }
            // Published only now: a group that failed leaves the state of the last commit.
            state = next
            return answers
        }
    }

    public func run(_ query: Query, arguments: [String: Value], limit: Int) throws -> [[Value]] {
        try pool.read { database in
            let statement = try database.cachedStatement(sql: query.sql)
            let values = arguments.mapValues(\.databaseValue)
            let cursor = try Row.fetchCursor(
                statement, arguments: StatementArguments(values))
            var rows: [[Value]] = []
            while rows.count < limit, let row = try cursor.next() {
                rows.append(query.columns.indices.map { Value(row[$0] as DatabaseValue) })
            }
            return rows
        }
    }

    public func close() throws { try pool.close() }
}

extension Value {
    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .double(let number): self = .real(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob(Array(data))
        }
    }

    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .real(let number): number.databaseValue
        case .text(let text): text.databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}
