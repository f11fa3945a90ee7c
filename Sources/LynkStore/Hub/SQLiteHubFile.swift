import GRDB
import LynkCore
import LynkEngine

/// One writer connection and several readers (WAL), so reads never wait for a commit.
final class SQLiteHubFile: HubFile {
    let pool: DatabasePool
    let tables: [TableID: TableSQL]

    init(path: String, schema: Schema) throws {
        tables = Dictionary(
            schema.tables.map { ($0.id, TableSQL($0)) }, uniquingKeysWith: { first, _ in first })
        pool = try OpenPool.open(path, readers: 4)
        try pool.writing { database in
            try HubTables.create(in: database, schema: schema)
            try Migration.run(schema, in: database)
        }
    }

    func write<T>(_ body: (SQLiteHubStorage) throws -> T) throws -> T {
        var result: T?
        try pool.writingWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                result = try body(SQLiteHubStorage(database, tables: tables))
                return .commit
            }
        }
        guard let result else { throw Problem(.storeFailed, "a transaction gave no result") }
        return result
    }

    func read<T>(_ body: (SQLiteHubReads) throws -> T) throws -> T {
        try pool.reading { try body(SQLiteHubReads($0, tables: tables)) }
    }
}
