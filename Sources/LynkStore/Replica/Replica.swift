public import GRDB
public import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// A device's replica: one SQLite file with the application's tables, the outbox and the clock.
///
/// Writes are ordinary SQL or GRDB records inside ``write(intent:_:)``; each is durable and in the
/// outbox when the call returns, whatever the network does. Isolation: safe from any thread;
/// writes are serial, reads run beside them on snapshots. Synchronous: call it off the
/// cooperative pool.
public final class Replica: Sendable {
    public let schema: Schema
    let pool: DatabasePool
    let tables: [TableID: TableSQL]
    let tablesByName: [String: TableSQL]
    let clock: any ReplicaClock
    let state: Mutex<ReplicaState>
    let observers = ReplicaObservers()
    /// Where the file stood when it was opened.
    let place: FileFingerprint
    private let random: Mutex<any RandomNumberGenerator & Sendable>

    /// Opens or makes the file.
    ///
    /// - Parameters:
    ///   - clock: the machine's clocks, or a virtual one.
    ///   - random: mints keys and lane ids.
    ///   - fingerprint: tells a copied file from the original.
    /// - Throws: ``Problem`` `store_failed` for a file that cannot be used, `schema_unknown` for a
    ///   schema with a slip.
    public init(
        path: String, schema: Schema, clock: any ReplicaClock,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(),
        fingerprint: @escaping @Sendable (String) throws -> FileFingerprint = FileFingerprint.system
    ) throws {
        self.schema = schema
        self.clock = clock
        let all = schema.tables.map { TableSQL($0) }
        tables = Dictionary(all.map { ($0.schema.id, $0) }, uniquingKeysWith: { first, _ in first })
        tablesByName = Dictionary(
            all.map { ($0.schema.name, $0) }, uniquingKeysWith: { first, _ in first })
        pool = try OpenPool.open(path, readers: 2, prepare: Self.prepare)
        let place = try fingerprint(path)
        self.place = place
        var generator = random
        let loaded = try pool.write { [tables] database in
            try ReplicaFormat.prepare(database)
            try SchemaMove(database, to: schema, tables: tables).run()
            return try Self.load(database, at: place, random: &generator)
        }
        state = Mutex(loaded)
        self.random = Mutex(generator)
    }

    @Sendable private static func prepare(_ database: Database) throws {
        try WriteGuard.admit(database)
        // What is purged must not be readable in the file afterwards.
        // https://www.sqlite.org/pragma.html#pragma_secure_delete
        try database.execute(sql: "PRAGMA secure_delete = ON")
    }

    /// A file that is not where it was may be a copy: it goes on under a lane of its own, before
    /// its first write.
    private static func load(
        _ database: Database, at place: FileFingerprint,
        random: inout any RandomNumberGenerator & Sendable
    ) throws -> ReplicaState {
        func opened(_ random: inout some RandomNumberGenerator) throws -> ReplicaState {
            var state = try ReplicaState.load(database, random: &random)
            let meta = ReplicaMeta(database)
            let fence = place.fence(state.enrolment?.key)
            let kept = try meta.read("fence")
            if let kept, kept != fence {
                let lane = LaneID(high: random.next(), low: random.next())
                try state.change(to: lane, .copied, in: database)
            }
            if kept != fence { try meta.write("fence", fence) }
            return state
        }
        return try opened(&random)
    }

    /// A new key for a row that this device makes: a UUIDv7 of the device's time.
    public func mintKey() -> RowKey {
        let chance = random.withLock { ($0.next(), $0.next()) }
        let now = clock.read().wallMilliseconds
        return RowKey(milliseconds: UInt64(max(now, 0)), chance: chance)
    }

    /// Reads a consistent snapshot; own pending writes are in it.
    public func read<T>(_ body: (Database) throws -> T) throws -> T { try pool.read(body) }

    /// Runs one local transaction and puts its change set in the outbox, atomically and durably.
    ///
    /// - Parameter intent: what the user did, for the audit.
    /// - Throws: what `body` throws, or ``Problem``: `not_enrolled`, `change_set_too_large`,
    ///   `field_not_writable`, `fact_reused`, `delete_unsupported`, `value_invalid`. Nothing of
    ///   the transaction remains then.
    public func write<T>(
        intent: Intent? = nil, _ body: (Database) throws -> T
    ) throws -> T {
        try write(intent: intent, body) { _, _ in }
    }

    /// - Parameter then: called in the same transaction once the change set has its name.
    func write<T>(
        intent: Intent?, _ body: (Database) throws -> T,
        then: (Database, ContentID) throws -> Void
    ) throws -> T {
        var touched: Set<String> = []
        defer { if !touched.isEmpty { observers.publish(touched) } }
        return try pool.writeWithoutTransaction { database in
            try restoreSync(database)
            var result: Result<T, any Error>?
            var next: ReplicaState?
            var names: Set<String> = []
            try database.inTransaction(.immediate) {
                let capture = try Capture(database)
                let value = try body(database)
                capture.stop()
                let captured = try capture.changes(tablesByName)
                names = capture.touched
                if !captured.isEmpty {
                    next = try LocalCommit(self, database).run(captured, intent: intent)
                    if let oid = next?.head?.oid { try then(database, oid) }
                }
                result = .success(value)
                return .commit
            }
            if let next {
                state.withLock {
                    $0.head = next.head
                    $0.clock = next.clock
                }
            }
            touched = names
            guard let result else { throw Problem(.storeFailed, "the write gave no result") }
            return try result.get()
        }
    }

    /// Makes every further commit of the writer durable by itself, after a bootstrap.
    func restoreSync(_ database: Database) throws {
        guard state.withLock({ $0.isRelaxed }) else { return }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        state.withLock { $0.isRelaxed = false }
    }

    /// Closes the file, and ends every observation; nothing may be called afterwards.
    public func close() throws {
        observers.close()
        try pool.close()
    }
}
