import LynkCore
import LynkEngine
import Synchronization

/// A hub's tables behind one lock: a commit and a read never overlap, so each is consistent.
final class MemoryHubFile: HubFile {
    private let tables: Mutex<MemoryTables>
    private let schema: Schema

    init(_ tables: MemoryTables, schema: Schema) throws {
        if let problem = schema.problems.first {
            throw Problem(.schemaUnknown, "\(problem.table): \(problem.reason)")
        }
        var tables = tables
        tables.grow(to: schema)
        self.tables = Mutex(tables)
        self.schema = schema
    }

    func write<T>(_ body: (MemoryHubStorage) throws -> T) throws -> T {
        try tables.withLock { tables in
            let storage = MemoryHubStorage(tables, schema: schema)
            let result = try body(storage)
            tables = storage.tables
            return Unchecked(result)
        }.value
    }

    func read<T>(_ body: (MemoryHubStorage) throws -> T) throws -> T {
        try tables.withLock { tables in
            Unchecked(try body(MemoryHubStorage(tables, schema: schema)))
        }.value
    }

    func snapshot() -> MemoryTables { tables.withLock { $0 } }

    /// Carries a result out of the lock. Safe: it is made inside by the caller's own closure, on
    /// the caller's thread, and nothing in the lock keeps it.
    private struct Unchecked<T>: @unchecked Sendable {
        let value: T
        init(_ value: T) { self.value = value }
    }
}
