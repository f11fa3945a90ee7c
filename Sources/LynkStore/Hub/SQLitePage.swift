import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// A page filled from statements: cells go from SQLite's memory to the columns without a copy.
final class SQLitePage: PullPage {
    private let tables: [TableID: TableSQL]
    private let database: Database
    private let page = PageWriter()
    private var eras: [UInt32: EraID] = [:]
    private var lanes: [UInt32: LaneID] = [:]
    private var scopes: [UInt32: Scope] = [:]
    private var selects: [TableID: HotStatement] = [:]
    private let names: (era: HotStatement, lane: HotStatement, scope: HotStatement)

    init(_ database: Database, tables: [TableID: TableSQL]) throws {
        self.database = database
        self.tables = tables
        names = (
            try HotStatement(database, "SELECT era FROM lynk_era WHERE handle = ?"),
            try HotStatement(database, "SELECT lane FROM lynk_lane WHERE handle = ?"),
            try HotStatement(database, "SELECT name FROM lynk_scope WHERE handle = ?")
        )
    }

    var rowCount: Int { page.rowCount }
    var byteCount: Int { page.byteCount }

    func append(
        row: Int64, of table: TableID, members: (StampRecord) throws -> [UInt32]?
    ) throws {
        guard let sql = tables[table] else { return }
        let select = try select(sql)
        select.bind(1, row)
        defer { select.reset() }
        guard try select.step() else { return }
        let record = try StampCodec.decode(select.blobView(2))
        guard let members = try members(record) else { return }
        try name(scopes: members)
        try name(record.row)
        for override in record.overrides { try name(override.stamp) }
        let section = page.section(sql.schema, handles: members) { scopes[$0] ?? Scope("") }
        page.begin(section, key: select.blobView(1), record: record) { stamp in
            (eras[stamp.era] ?? Self.nowhere(), lanes[stamp.author] ?? Self.nowhere())
        }
        var bytes = 32
        for column in sql.schema.fields.indices {
            let cell = select.cell(TableSQL.firstField + Int32(column))
            section.append(cell, column: column)
            switch cell {
            case .text(let view), .blob(let view): bytes += 2 + view.count
            default: bytes += 4
            }
        }
        page.end(rowBytes: bytes)
    }

    func remove(_ key: RowKey, of table: TableID, members: [UInt32]) throws {
        guard let sql = tables[table] else { return }
        try name(scopes: members)
        let section = page.section(sql.schema, handles: members) { scopes[$0] ?? Scope("") }
        key.bytes.withUnsafeBytes { page.remove(section, key: $0) }
    }

    func finish(mark: [UInt8]) -> [UInt8] { page.finish(mark: mark) }

    private func name(scopes members: [UInt32]) throws {
        for handle in members where scopes[handle] == nil {
            scopes[handle] = Scope(try name(names.scope, handle) { $0.text(0) })
        }
    }

    private func select(_ sql: TableSQL) throws -> HotStatement {
        if let known = selects[sql.schema.id] { return known }
        let made = try HotStatement(database, sql.selectByRow)
        selects[sql.schema.id] = made
        return made
    }

    /// Never used: every handle of a record was looked up just before.
    private static func nowhere<Tag>() -> Identifier<Tag> { Identifier(high: 0, low: 0) }

    /// Looks up the ids behind a stamp's handles, once per page.
    private func name(_ stamp: Stamp) throws {
        if eras[stamp.era] == nil {
            eras[stamp.era] = try name(names.era, stamp.era) { try $0.key(0) }
        }
        if lanes[stamp.author] == nil {
            lanes[stamp.author] = try name(names.lane, stamp.author) { try $0.key(0) }
        }
    }

    private func name<T>(
        _ statement: HotStatement, _ handle: UInt32, _ read: (HotStatement) throws -> T
    ) throws -> T {
        statement.bind(1, Int64(handle))
        defer { statement.reset() }
        guard try statement.step() else {
            throw Problem(.storeFailed, "handle \(handle) has no name")
        }
        return try read(statement)
    }
}
