import GRDB
import LynkCore
import LynkEngine
import LynkWire

extension HubTransaction {
    func merge(
        _ changes: [RowChange], by writer: Writer, at slot: CommitSlot
    ) throws -> [Conflict] {
        var conflicts: [Conflict] = []
        for change in changes {
            guard let sql = tables[change.table] else {
                throw Problem(.schemaUnknown, "table \(change.table)")
            }
            conflicts += try merge(change, sql, by: writer, at: slot)
        }
        try keep(conflicts, at: slot)
        return conflicts
    }

    private func merge(
        _ change: RowChange, _ sql: TableSQL, by writer: Writer, at slot: CommitSlot
    ) throws -> [Conflict] {
        let select = try HotStatement(database, sql.selectByKey)
        select.bind(1, blob: change.key.bytes)
        let found = try select.step()
        let rowid = found ? select.integer(0) : 0
        let current = found ? try select.stampedRow(sql.schema) : nil
        select.reset()

        let sees = isVisible(current)
        let outcome = try RowMerge.merge(
            change, into: current.map { .present($0) }, of: sql.schema, by: writer,
            scopes: try scopeHandles(of: change, sql.schema, effective: writer.stamp.effective),
            sees: sees, oid: { try self.oid(of: $0) }, live: { _ in nil },
            resolve: { try application.resolve($0, version: $1, $2, $3) })
        if let problem = outcome.problem { throw problem }
        if current != nil, outcome.row == nil {
            throw Problem(.deleteUnsupported, "a row of \(sql.schema.name)")
        }
        if let row = outcome.row, outcome.isChanged {
            if let current {
                try replace(current, with: row, rowid: rowid, sql, at: slot)
            } else {
                try insert(row, sql, at: slot)
            }
        }
        return outcome.conflicts
    }

    private func isVisible(_ row: StampedRow?) -> Bool {
        guard let visible, let row else { return true }
        return row.record.scopes.contains { visible.contains($0) }
    }

    private func scopeHandles(
        of change: RowChange, _ table: TableSchema, effective: HybridTimestamp
    ) throws -> [UInt32] {
        var values = table.defaults
        for put in change.puts {
            if let ordinal = table.ordinal(of: put.field) { values[ordinal] = put.value }
        }
        let names = application.scopes(
            of: change.key, values: values, in: table, effective: effective)
        guard (1...2).contains(names.count),
            names.allSatisfy({ (1...Limits.scopeNameBytesMax).contains($0.name.utf8.count) })
        else { throw Problem(.valueInvalid, "\(table.name) \(change.key) has no scope") }
        return names.map { handle(of: $0) }
    }

    /// New handles outlive a rolled back savepoint: an unused one does no harm.
    private func handle(of scope: Scope) -> UInt32 {
        if let known = state.scopes[scope] { return known }
        let handle = UInt32(state.scopeNames.count)
        state.scopes[scope] = handle
        state.scopeNames.append(scope)
        state.scopeHeads.append(0)
        return handle
    }

    private func insert(_ row: StampedRow, _ sql: TableSQL, at slot: CommitSlot) throws {
        let statement = try HotStatement(database, sql.insert)
        statement.bind(1, blob: row.key.bytes)
        for (ordinal, value) in row.values.enumerated() {
            statement.bind(Int32(ordinal + 2), value)
        }
        statement.bind(Int32(row.values.count + 2), blob: StampCodec.encode(row.record))
        try statement.run()
        try index(row.record.scopes, sql.schema.id, statement.lastRow, at: slot.position)
        try digest(row, sql.schema) { $0.insert(into: &$1, prefix: $2) }
    }

    private func replace(
        _ old: StampedRow, with new: StampedRow, rowid: Int64, _ sql: TableSQL,
        at slot: CommitSlot
    ) throws {
        try digest(old, sql.schema) { $0.remove(from: &$1, prefix: $2) }
        let changed = old.values.indices.filter { old.values[$0] != new.values[$0] }
        let statement = try HotStatement(database, sql.update(changed))
        for (offset, ordinal) in changed.enumerated() {
            statement.bind(Int32(offset + 1), new.values[ordinal])
        }
        statement.bind(Int32(changed.count + 1), blob: StampCodec.encode(new.record))
        statement.bind(Int32(changed.count + 2), rowid)
        try statement.run()
        let last = newestPosition(old.record)
        if last != slot.position {
            let remove = try HotStatement(
                database,
                """
                DELETE FROM lynk_change
                WHERE scope = ? AND position = ? AND table_id = ? AND row = ?
                """)
            for scope in old.record.scopes {
                remove.bind(1, Int64(scope))
                remove.bind(2, last)
                remove.bind(3, Int64(sql.schema.id))
                remove.bind(4, rowid)
                try remove.run()
            }
            try index(new.record.scopes, sql.schema.id, rowid, at: slot.position)
        }
        try digest(new, sql.schema) { $0.insert(into: &$1, prefix: $2) }
    }

    /// Every change of a row writes a stamp, so the newest stamp tells where its entry stands.
    private func newestPosition(_ record: StampRecord) -> Int64 {
        record.overrides.reduce(state.position(of: record.row)) {
            max($0, state.position(of: $1.stamp))
        }
    }

    private func index(
        _ scopes: [UInt32], _ table: TableID, _ rowid: Int64, at position: Int64
    ) throws {
        let statement = try HotStatement(
            database, "INSERT INTO lynk_change (scope, position, table_id, row) VALUES (?, ?, ?, ?)"
        )
        for scope in scopes {
            statement.bind(1, Int64(scope))
            statement.bind(2, position)
            statement.bind(3, Int64(table))
            statement.bind(4, rowid)
            try statement.run()
            effects.touchedScopes.insert(scope)
        }
    }

    private func digest(
        _ row: StampedRow, _ table: TableSchema,
        _ change: (RowHasher, inout SetDigest, [UInt8]) -> Void
    ) throws {
        hasher.write(row, of: table, era: { state.eraList[Int($0)].era })
        for scope in row.record.scopes {
            let prefix = hasher.prefix(scope, name: { state.scopeNames[Int($0)] })
            let name = CommitEffects.DigestName(scope: scope, table: table.id)
            if effects.digests[name] == nil { effects.digests[name] = try storedDigest(name) }
            change(hasher, &effects.digests[name, default: SetDigest()], prefix)
        }
    }

    private func storedDigest(_ name: CommitEffects.DigestName) throws -> SetDigest {
        if let known = group.digests[name] { return known }
        let statement = try HotStatement(
            database, "SELECT rows, sum FROM lynk_digest WHERE scope = ? AND table_id = ?")
        statement.bind(1, Int64(name.scope))
        statement.bind(2, Int64(name.table))
        defer { statement.reset() }
        guard try statement.step() else { return SetDigest() }
        guard let digest = SetDigest(count: statement.integer(0), sum: statement.blobView(1))
        else { throw Problem(.storeFailed, "a digest is damaged") }
        return digest
    }

    private func oid(of stamp: Stamp) throws -> ContentID? {
        let statement = try HotStatement(
            database, "SELECT oid FROM lynk_log WHERE position = ?")
        statement.bind(1, state.position(of: stamp))
        defer { statement.reset() }
        return try statement.step() ? ContentID(bytes: statement.blobView(0)) : nil
    }

    private func keep(_ conflicts: [Conflict], at slot: CommitSlot) throws {
        for conflict in conflicts {
            let table = tables[conflict.table]?.schema
            let field = table?.fields.first { $0.id == conflict.field }?.name
            let statement = try HotStatement(
                database,
                """
                INSERT INTO lynk_conflict (position, table_id, row_key, field, policy, outcome,
                    current_value, current_era, current_number, new_value)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            statement.bind(1, slot.position)
            statement.bind(2, Int64(conflict.table))
            statement.bind(3, blob: conflict.key.bytes)
            statement.bind(4, text: field ?? conflict.field.map { String($0) } ?? "")
            statement.bind(5, text: conflict.policy)
            statement.bind(6, text: conflict.outcome.rawValue)
            statement.bind(7, conflict.current)
            statement.bind(8, Int64(conflict.currentStamp.era))
            statement.bind(9, Int64(bitPattern: conflict.currentStamp.number))
            statement.bind(10, conflict.new)
            try statement.run()
        }
    }
}
