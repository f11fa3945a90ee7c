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

    func next(_ state: inout PullState) throws -> PullStep {
        while true {
            try scanRound(&state)
            if page.byteCount >= Limits.pageBytesTarget || page.rowCount >= Limits.rowsPerPageMax {
                return .page(page.finish())
            }
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
        state.part = 0
        state.position = state.parts.first.map { max($0.from, state.floor) } ?? 0
    }

    private func scanRound(_ state: inout PullState) throws {
        let heads = try HotStatement(database, "SELECT head FROM lynk_scope WHERE handle = ?")
        while state.part < state.parts.count {
            let part = state.parts[state.part]
            heads.bind(1, Int64(part.scope))
            let head = try heads.step() ? heads.integer(0) : 0
            heads.reset()
            if head > state.position {
                try scan(part, &state)
                if page.byteCount >= Limits.pageBytesTarget
                    || page.rowCount >= Limits.rowsPerPageMax
                {
                    return
                }
            }
            state.part += 1
            if state.part < state.parts.count {
                state.position = max(state.parts[state.part].from, state.floor)
            }
        }
    }

    private func scan(_ part: PullState.Part, _ state: inout PullState) throws {
        let changes = try HotStatement(
            database,
            """
            SELECT position, table_id, row FROM lynk_change
            WHERE scope = ? AND position > ? AND position <= ?
            ORDER BY position, table_id, row
            """)
        changes.bind(1, Int64(part.scope))
        changes.bind(2, state.position)
        changes.bind(3, state.target)
        defer { changes.reset() }
        var last = state.position
        while try changes.step() {
            let position = changes.integer(0)
            // A page ends only between commits: the cursor is a position. A commit is bounded by
            // the limits of a change set, so a page stays within its frame's pieces.
            if position != last, page.byteCount >= Limits.pageBytesTarget { break }
            if page.rowCount >= Limits.rowsPerPageMax {
                throw Problem(.internalFailure, "a commit with too many rows for a page")
            }
            last = position
            guard let sql = tables[TableID(truncatingIfNeeded: changes.integer(1))] else {
                continue
            }
            try add(row: changes.integer(2), sql, part, position: position, state)
        }
        state.position = last
    }

    private func add(
        row: Int64, _ sql: TableSQL, _ part: PullState.Part, position: Int64, _ state: PullState
    ) throws {
        let select = try HotStatement(database, sql.selectByRow)
        select.bind(1, row)
        defer { select.reset() }
        guard try select.step() else { return }
        let record = try StampCodec.decode(select.blobView(2))
        let members = record.scopes.filter { scope in
            state.parts.contains { $0.scope == scope }
        }
        // A row of two scopes of the set goes out once: with the first one that still owes it.
        let owing = state.parts.first { members.contains($0.scope) && position > max($0.from, state.floor) }
        guard owing?.scope == part.scope else { return }
        for handle in members where scopes[handle] == nil {
            scopes[handle] = Scope(try name(names.scope, handle) { $0.text(0) })
        }
        for stamp in [record.row] + record.overrides.map(\.stamp) {
            if eras[stamp.era] == nil { eras[stamp.era] = try name(names.era, stamp.era) { try $0.key(0) } }
            if lanes[stamp.author] == nil {
                lanes[stamp.author] = try name(names.lane, stamp.author) { try $0.key(0) }
            }
        }
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

    /// Never used: every handle of a record was looked up just before.
    private static func nowhere<Tag>() -> Identifier<Tag> { Identifier(high: 0, low: 0) }

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
