import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// One short read of a pull: gathers rows into a page until it is full or the scan met the head.
final class PageScan {
    private let database: Database
    private let tables: [TableID: TableSQL]
    private let reader: HubReader
    private let page = PageWriter()
    private var eras: [UInt32: EraID] = [:]
    private var lanes: [UInt32: LaneID] = [:]
    private var scopes: [UInt32: Scope] = [:]
    /// Where each scope stands in the scan, and what the device has of it.
    private var owed: [UInt32: (part: Int, from: Int64)] = [:]
    private var selects: [TableID: HotStatement] = [:]
    private var names: (era: HotStatement, lane: HotStatement, scope: HotStatement)

    init(_ database: Database, tables: [TableID: TableSQL]) throws {
        self.database = database
        self.tables = tables
        reader = HubReader(database)
        names = (
            try HotStatement(database, "SELECT era FROM lynk_era WHERE handle = ?"),
            try HotStatement(database, "SELECT lane FROM lynk_lane WHERE handle = ?"),
            try HotStatement(database, "SELECT name FROM lynk_scope WHERE handle = ?")
        )
    }

    private var isFull: Bool {
        page.byteCount >= Limits.pageBytesTarget || page.rowCount >= Limits.rowsPerPageMax
    }

    func next(_ state: inout PullState) throws -> PullStep {
        while true {
            for (index, part) in state.parts.enumerated() where owed[part.scope] == nil {
                owed[part.scope] = (index, part.from)
            }
            try scanRound(&state)
            if isFull { return .page(page.finish()) }
            let head = try reader.head()
            if head == state.target {
                if page.rowCount > 0 { return .page(page.finish()) }
                return .checkpoint(try checkpoint(state))
            }
            try startRound(&state, to: head)
        }
    }

    /// Goes on from where this round ended; scopes of the set that were born meanwhile join.
    private func startRound(_ state: inout PullState, to head: Int64) throws {
        state.floor = state.target
        state.target = head
        let handles = try reader.allScopes()
        for name in state.unborn {
            guard let scope = handles[name] else { continue }
            state.parts.append(.init(scope: scope.handle, from: state.floor))
            state.unborn.remove(name)
        }
        enter(part: 0, &state)
    }

    private func enter(part: Int, _ state: inout PullState) {
        state.part = part
        guard part < state.parts.count else { return }
        state.position = max(state.parts[part].from, state.floor)
        state.table = .max
        state.row = .max
    }

    private func scanRound(_ state: inout PullState) throws {
        let heads = try HotStatement(database, "SELECT head FROM lynk_scope WHERE handle = ?")
        while state.part < state.parts.count {
            let part = state.parts[state.part]
            heads.bind(1, Int64(part.scope))
            let head = try heads.step() ? heads.integer(0) : 0
            heads.reset()
            // At the very position rows may be left of a commit that a page cut.
            if head >= state.position {
                try scan(part, &state)
                if isFull { return }
            }
            enter(part: state.part + 1, &state)
        }
    }

    private func scan(_ part: PullState.Part, _ state: inout PullState) throws {
        let changes = try HotStatement(
            database,
            """
            SELECT position, table_id, row FROM lynk_change
            WHERE scope = ? AND (position, table_id, row) > (?, ?, ?) AND position <= ?
            ORDER BY position, table_id, row
            """)
        changes.bind(1, Int64(part.scope))
        changes.bind(2, state.position)
        changes.bind(3, state.table)
        changes.bind(4, state.row)
        changes.bind(5, state.target)
        defer { changes.reset() }
        while !isFull, try changes.step() {
            state.position = changes.integer(0)
            state.table = changes.integer(1)
            state.row = changes.integer(2)
            guard let sql = tables[TableID(truncatingIfNeeded: state.table)] else { continue }
            try add(row: state.row, sql, part, state)
        }
    }

    private func add(
        row: Int64, _ sql: TableSQL, _ part: PullState.Part, _ state: PullState
    ) throws {
        let select = try select(sql)
        select.bind(1, row)
        defer { select.reset() }
        guard try select.step() else { return }
        let record = try StampCodec.decode(select.blobView(2))
        let members = record.scopes.filter { owed[$0] != nil }
        // A row of two scopes of the set goes out once: with the first one that still owes it.
        let owing = members.filter { state.position > max(owed[$0]?.from ?? 0, state.floor) }
            .min { (owed[$0]?.part ?? 0) < (owed[$1]?.part ?? 0) }
        guard owing == part.scope else { return }
        for handle in members where scopes[handle] == nil {
            scopes[handle] = Scope(try name(names.scope, handle) { $0.text(0) })
        }
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

    private func checkpoint(_ state: PullState) throws -> Checkpoint {
        Checkpoint(
            position: state.target, vector: try reader.vector(),
            head: try reader.head(of: state.lane), scopeSetHash: state.scopeSetHash,
            digestRoot: try reader.digest(of: state.parts.map(\.scope)).root)
    }
}
