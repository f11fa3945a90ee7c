import Foundation
import GRDB
public import LynkCore
public import LynkEngine

/// A tenant's hub replica in one SQLite file.
///
/// Opening starts a new era, on disk before anything is written in it.
public final class SQLiteTenantStore: TenantStore {
    let replica: HubReplica<SQLiteHubFile>
    var pool: DatabasePool { replica.file.pool }
    public let segments: any SegmentStore
    public var tenant: TenantID { replica.tenant }

    /// - Throws: ``Problem`` `store_failed` for a file that cannot be used, `schema_unknown` for
    ///   one of a newer schema.
    public init(
        path: String, tenant: TenantID, application: any Application,
        random: inout some RandomNumberGenerator
    ) throws {
        replica = try HubReplica(
            file: try SQLiteHubFile(path: path, schema: application.schema), tenant: tenant,
            application: application, random: &random)
        segments = FileSegments(beside: path)
    }

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
        try pool.reading { database in
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
