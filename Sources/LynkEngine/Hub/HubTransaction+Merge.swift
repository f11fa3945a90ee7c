import LynkCore

extension HubTransaction {
    func merge(
        _ changes: [RowChange], by writer: Writer, at slot: CommitSlot
    ) throws -> [Conflict] {
        var conflicts: [Conflict] = []
        for change in changes {
            guard let table = application.schema.table(change.table) else {
                throw Problem(.schemaUnknown, "table \(change.table)")
            }
            conflicts += try merge(change, table, by: writer, at: slot)
        }
        for conflict in conflicts { try storage.keep(conflict, at: slot.position) }
        return conflicts
    }

    private func merge(
        _ change: RowChange, _ table: TableSchema, by writer: Writer, at slot: CommitSlot
    ) throws -> [Conflict] {
        let stored = try storage.stored(table, change.key)
        let outcome = try RowMerge.merge(
            change, into: (stored?.row).map { .present($0) }, of: table, by: writer,
            scopes: try scopeHandles(of: change, table, effective: writer.stamp.effective),
            sees: isVisible(stored?.row),
            oid: { try self.storage.oid(at: self.state.position(of: $0)) }, live: { _ in nil },
            resolve: { try application.resolve($0, version: $1, $2, $3) })
        if let problem = outcome.problem { throw problem }
        if stored != nil, outcome.row == nil {
            throw Problem(.deleteUnsupported, "a row of \(table.name)")
        }
        if let row = outcome.row, outcome.isChanged {
            if let stored {
                try replace(stored, with: row, table, at: slot.position)
            } else {
                try insert(row, table, at: slot.position)
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
        if let known = state.scopeHandles[scope] { return known }
        let handle = UInt32(state.scopes.count)
        state.scopeHandles[scope] = handle
        state.scopes.append(HubScope(handle: handle, name: scope, head: 0))
        return handle
    }

    private func insert(_ row: StampedRow, _ table: TableSchema, at position: Int64) throws {
        let number = try storage.insert(row, into: table)
        try index(row.record.scopes, table.id, number, at: position)
        try digest(row, table) { $0.insert(into: &$1, prefix: $2) }
    }

    private func replace(
        _ stored: StoredRow, with new: StampedRow, _ table: TableSchema, at position: Int64
    ) throws {
        try digest(stored.row, table) { $0.remove(from: &$1, prefix: $2) }
        try storage.replace(stored.row, with: new, number: stored.number, in: table)
        let last = newestPosition(stored.row.record)
        if last != position {
            let entry = ChangeEntry(
                position: last, table: Int64(table.id), row: stored.number)
            for scope in stored.row.record.scopes { try storage.unindex(entry, in: scope) }
            try index(new.record.scopes, table.id, stored.number, at: position)
        }
        try digest(new, table) { $0.insert(into: &$1, prefix: $2) }
    }

    /// Every change of a row writes a stamp, so the newest stamp tells where its entry stands.
    private func newestPosition(_ record: StampRecord) -> Int64 {
        record.overrides.reduce(state.position(of: record.row)) {
            max($0, state.position(of: $1.stamp))
        }
    }

    private func index(
        _ scopes: [UInt32], _ table: TableID, _ number: Int64, at position: Int64
    ) throws {
        let entry = ChangeEntry(position: position, table: Int64(table), row: number)
        for scope in scopes {
            try storage.index(entry, in: scope)
            effects.touchedScopes.insert(scope)
        }
    }

    private func digest(
        _ row: StampedRow, _ table: TableSchema,
        _ change: (Storage.Hasher, inout SetDigest, [UInt8]) -> Void
    ) throws {
        hasher.write(row, of: table, era: { state.eraList[Int($0)].record.era })
        for scope in row.record.scopes {
            let prefix = hasher.prefix(scope, name: { state.scopes[Int($0)].name })
            let name = DigestName(scope: scope, table: table.id)
            if effects.digests[name] == nil {
                effects.digests[name] =
                    try group.digests[name] ?? storage.digest(name) ?? SetDigest()
            }
            change(hasher, &effects.digests[name, default: SetDigest()], prefix)
        }
    }
}
