public import LynkCore
public import LynkEngine

/// A tenant's hub replica in memory: the twin that passes the same laws as the one on SQLite.
///
/// Views only: queries are SQL, and ``run(_:arguments:limit:)`` throws `not_found`.
public final class InMemoryTenantStore: TenantStore {
    /// A copy of everything, as a backup of a file would be.
    public struct Snapshot: Sendable {
        let tables: MemoryTables
    }

    let replica: HubReplica<MemoryHubFile>
    public let segments: any SegmentStore = MemorySegments()
    public var tenant: TenantID { replica.tenant }

    /// - Parameter snapshot: what to start from, as a hub that was restored does.
    /// - Throws: ``Problem`` `schema_unknown` for a schema that cannot be used.
    public init(
        tenant: TenantID, application: any Application, restoring snapshot: Snapshot? = nil,
        random: inout some RandomNumberGenerator
    ) throws {
        replica = try HubReplica(
            file: try MemoryHubFile(
                snapshot?.tables ?? MemoryTables(), schema: application.schema),
            tenant: tenant, application: application, random: &random)
    }

    /// A copy of everything committed so far.
    public func snapshot() -> Snapshot { Snapshot(tables: replica.file.snapshot()) }

    public func commit(_ group: [Push]) throws -> [PushAnswer] { try replica.commit(group) }

    public func openPull(
        for principal: Principal, hello: Hello, answer: PushAnswer?, nowMilliseconds: Int64
    ) throws -> PullScan {
        try replica.openPull(
            for: principal, hello: hello, answer: answer, nowMilliseconds: nowMilliseconds)
    }

    public func next(_ scan: inout PullScan) throws -> PullStep { try replica.next(&scan) }

    public func verify(
        _ request: VerifyRequest, for principal: Principal, nowMilliseconds: Int64
    ) throws -> VerifyAnswer {
        try replica.verify(request, for: principal, nowMilliseconds: nowMilliseconds)
    }

    public func head(
        for principal: Principal, held: [HeadTag], nowMilliseconds: Int64
    ) throws -> HeadTag {
        try replica.head(for: principal, held: held, nowMilliseconds: nowMilliseconds)
    }

    public func release(_ oid: ContentID, nowMilliseconds: Int64) throws -> Receipt {
        try replica.resolve(oid, as: .released, nowMilliseconds: nowMilliseconds)
    }

    public func rejectFinally(_ oid: ContentID, nowMilliseconds: Int64) throws -> Receipt {
        try replica.resolve(oid, as: .rejected, nowMilliseconds: nowMilliseconds)
    }

    public func markDurable(_ vector: VersionVector) throws { try replica.markDurable(vector) }

    public func advanceFloor(
        nowMilliseconds: Int64, ageMilliseconds: Int64, work: Int
    ) throws -> FloorStep {
        try replica.advanceFloor(
            nowMilliseconds: nowMilliseconds, ageMilliseconds: ageMilliseconds, work: work)
    }

    public func floorReport(
        nowMilliseconds: Int64, ageMilliseconds: Int64, counting: Bool
    ) throws -> FloorReport {
        try replica.floorReport(
            nowMilliseconds: nowMilliseconds, ageMilliseconds: ageMilliseconds,
            counting: counting)
    }

    public func clockReport() throws -> ClockReport { try replica.clockReport() }

    public func history(of table: TableID, _ key: RowKey) throws -> RowHistory {
        try replica.history(of: table, key)
    }

    public func clockReport(
        for principal: Principal, nowMilliseconds: Int64
    ) throws -> ClockReport {
        try replica.clockReport(for: principal, nowMilliseconds: nowMilliseconds)
    }

    public func history(
        of table: TableID, _ key: RowKey, for principal: Principal, nowMilliseconds: Int64
    ) throws -> RowHistory {
        try replica.history(of: table, key, for: principal, nowMilliseconds: nowMilliseconds)
    }

    public func run(_ query: Query, arguments: [String: Value], limit: Int) throws -> [[Value]] {
        throw Problem(.notFound, "a store in memory runs no SQL")
    }

    /// A file is what a store in memory does not have: see ``snapshot()``.
    public func backUp(to path: String) throws -> TenantBackup {
        throw Problem(.notFound, "a store in memory has no file to copy")
    }

    public func close() {}
}
