public import GRDB
public import LynkCore

/// A query that stays up to date: its result now, and again whenever what it reads has changed.
///
/// ```swift
/// for try await unpaid in try replica.observe(
///     "SELECT id, open FROM invoice WHERE open > 0 ORDER BY due_date")
/// {
///     show(unpaid)
/// }
/// ```
///
/// What is changed by ``Replica/write(intent:_:)`` and by an applied checkpoint of this object
/// counts; another process that has the same file is not noticed. Each element is read from one
/// snapshot, so a checkpoint is in it whole or not at all: while a first sync puts its rows in
/// place, nothing is given out until its checkpoint. A result that equals the one before is
/// passed over. A slow reader sees the newest state, not each state.
///
/// Ends when the replica is closed or the task is cancelled, and by throwing what the query threw.
/// Queries run on the replica's reading threads, never on Swift's cooperative pool.
public struct ReplicaObservation<Element: Sendable & Equatable>: AsyncSequence, Sendable {
    let replica: Replica
    let tables: Set<String>
    let fetch: @Sendable (Database) throws -> Element

    /// Reads once at first, then after each change.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let observation: ReplicaObservation
        private let subscription: ReplicaObservers.Subscription
        private var wakes: AsyncStream<Void>.Iterator
        private var last: Element?
        private var isFinished = false

        init(_ observation: ReplicaObservation) {
            self.observation = observation
            subscription = observation.replica.observers.subscribe(to: observation.tables)
            wakes = subscription.wakes.makeAsyncIterator()
        }

        /// The next result that differs from the one before.
        public mutating func next() async throws -> Element? {
            while !isFinished, await wakes.next() != nil {
                do {
                    guard let found = try await observation.read(), found != last else { continue }
                    last = found
                    return found
                } catch {
                    isFinished = true
                    // Who leaves is not told of a read that was broken off for it.
                    if Task.isCancelled || observation.replica.observers.isClosed { return nil }
                    throw error
                }
            }
            isFinished = true
            return nil
        }
    }

    /// Each iterator observes for itself.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

    /// - Returns: `nil` while a part of a first sync is in the tables.
    func read() async throws -> Element? {
        try await replica.pool.read { [fetch] database in
            try Self.isPartial(database) ? nil : try fetch(database)
        }
    }

    /// Rows without a checkpoint: their digests are kept in the transactions that place them.
    private static func isPartial(_ database: Database) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT position = 0 AND EXISTS (SELECT 1 FROM lynk_digest WHERE rows > 0)
                FROM lynk_sync
                """) ?? false
    }
}

extension Replica {
    /// Observes what a closure reads, e.g. with GRDB's records.
    ///
    /// ```swift
    /// let shops = try replica.observe(["retailer"]) { try Retailer.fetchAll($0) }
    /// ```
    ///
    /// - Parameters:
    ///   - tables: tables and views that `fetch` reads; all synced tables when there are none.
    ///   - fetch: called with a snapshot after each change; it should be quick, because a replica
    ///     has few readers.
    /// - Throws: ``Problem`` `parameter_invalid` for a name that is not in the file.
    public func observe<Element: Sendable & Equatable>(
        _ tables: [String] = [], _ fetch: @escaping @Sendable (Database) throws -> Element
    ) throws -> ReplicaObservation<Element> {
        let names =
            try tables.isEmpty
            ? Set(tablesByName.keys)
            : read { database in
                try tables.reduce(into: Set<String>()) { names, table in
                    guard try database.tableExists(table) || database.viewExists(table) else {
                        throw Problem(.parameterInvalid, "there is no table or view \(table)")
                    }
                    names.formUnion(
                        try Self.tables(
                            read: "SELECT * FROM \(table.quotedDatabaseIdentifier)", database))
                }
            }
        return ReplicaObservation(replica: self, tables: names, fetch: fetch)
    }

    /// Observes a select; its tables are found in it.
    ///
    /// - Returns: rows in the order of the select, values in the order of its columns.
    /// - Throws: GRDB's error for SQL that does not compile.
    public func observe(
        _ sql: String, arguments: StatementArguments = StatementArguments()
    ) throws -> ReplicaObservation<[[Value]]> {
        let names = try read { try Self.tables(read: sql, $0) }
        return ReplicaObservation(replica: self, tables: names) { database in
            try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                row.map { Value($0.1) }
            }
        }
    }

    /// Observes one of the application's queries.
    ///
    /// - Parameter arguments: one value per declared parameter.
    /// - Throws: GRDB's error for SQL that does not compile.
    public func observe(
        _ query: Query, arguments: [String: Value] = [:]
    ) throws -> ReplicaObservation<[[Value]]> {
        try observe(
            query.sql, arguments: StatementArguments(arguments.mapValues(\.databaseValue)))
    }

    /// Tables that a statement reads, those behind views included.
    private static func tables(read sql: String, _ database: Database) throws -> Set<String> {
        let region = try database.cachedStatement(sql: sql).databaseRegion
        let all = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
        return Set(all.filter { region.isModified(byEventsOfKind: .insert(tableName: $0)) })
    }
}
