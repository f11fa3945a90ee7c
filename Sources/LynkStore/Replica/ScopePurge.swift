import GRDB
import LynkCore

/// Removes what the device no longer may have.
struct ScopePurge {
    private let database: Database
    private let tables: [TableID: TableSQL]

    init(_ database: Database, tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    /// Makes `update` the device's scopes. The overlay is off: every row is the hub's. What own
    /// pending work writes to a purged row stays in the outbox and is sent; the row is not shown.
    ///
    /// - Parameter force: looks at every row even when no scope was left, as after a first sync
    ///   that broke off.
    /// - Returns: whether rows were looked for to purge.
    func enter(
        _ update: ScopeUpdate, pages: PageApply, names: inout ReplicaNames, force: Bool
    ) throws -> Bool {
        let select = try HotStatement(
            database, "SELECT handle FROM lynk_scope WHERE member = 1")
        var before: Set<UInt32> = []
        while try select.step() { before.insert(try select.handle(0)) }
        select.reset()
        let now = Set(try update.scopes.map { try names.handle($0) })
        let mark = try HotStatement(database, "UPDATE lynk_scope SET member = ? WHERE handle = ?")
        for (handles, member) in [(before.subtracting(now), 0), (now.subtracting(before), 1)] {
            for handle in handles {
                mark.bind(1, Int64(member))
                mark.bind(2, Int64(handle))
                try mark.run()
            }
        }
        if force || !before.isSubset(of: now) {
            try purge(now, pages)
            return true
        }
        return false
    }

    /// Removes every row of the hub's; the overlay is off.
    func all(_ pages: PageApply) throws { try purge([], pages) }

    /// Rows of left scopes go, images under unsent work among them.
    private func purge(_ members: Set<UInt32>, _ pages: PageApply) throws {
        for sql in tables.values {
            let all = try HotStatement(database, sql.selectAll)
            var leaving: [(rowid: Int64, row: StampedRow)] = []
            while try all.step() {
                guard let row = try all.stampedRow(sql.schema),
                    !row.record.scopes.allSatisfy({ members.contains($0) })
                else { continue }
                leaving.append((all.integer(0), row))
            }
            all.reset()
            let delete = try HotStatement(database, sql.delete)
            let restamp = try HotStatement(database, sql.setStamp)
            for (rowid, row) in leaving {
                try pages.remove(row, sql.schema)
                let kept = row.record.scopes.filter { members.contains($0) }
                if kept.isEmpty {
                    delete.bind(1, rowid)
                    try delete.run()
                    try pages.unknown.drop(sql.schema.id, row.key)
                } else {
                    let narrowed = row.narrowed(to: kept)
                    try pages.add(narrowed, sql.schema)
                    restamp.bind(1, blob: StampCodec.encode(narrowed.record))
                    restamp.bind(2, rowid)
                    try restamp.run()
                }
            }
        }
        try purgeUnknown(members, pages)
    }

    /// Nor does what this program does not understand stay behind.
    private func purgeUnknown(_ members: Set<UInt32>, _ pages: PageApply) throws {
        var leaving: [(table: TableSchema, row: StampedRow)] = []
        try pages.unknown.forEach { table, row in
            if !row.record.scopes.allSatisfy({ members.contains($0) }) {
                leaving.append((table, row))
            }
        }
        for (table, row) in leaving {
            try pages.remove(row, table)
            let kept = row.record.scopes.filter { members.contains($0) }
            guard !kept.isEmpty else {
                try pages.unknown.drop(table.id, row.key)
                continue
            }
            let narrowed = row.narrowed(to: kept)
            try pages.unknown.put(
                table.id, row.key, record: StampCodec.encode(narrowed.record),
                fields: try pages.unknown.fields(table.id, row.key))
            try pages.add(narrowed, table)
        }
    }
}

extension StampedRow {
    fileprivate func narrowed(to scopes: [UInt32]) -> StampedRow {
        StampedRow(
            key: key, values: values,
            record: StampRecord(
                scopes: scopes, row: record.row, generation: record.generation,
                overrides: record.overrides))
    }
}
