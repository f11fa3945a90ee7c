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
        return conflicts
    }

    private func merge(
        _ change: RowChange, _ table: TableSchema, by writer: Writer, at slot: CommitSlot
    ) throws -> [Conflict] {
        let name = RowName(table: table.id, key: change.key)
        let stored = try storage.stored(table, change.key)
        let sees = isVisible(stored?.state)
        let outcome = try RowMerge.merge(
            change, into: stored?.state, of: table, by: writer,
            scopes: try scopeHandles(of: change, table, effective: writer.stamp.effective),
            sees: sees,
            oid: { try self.storage.oid(at: self.state.position(of: $0)) },
            live: { try self.storage.live($0, of: name) },
            resolve: { try self.application.resolve($0, version: $1, $2, $3) })
        if let problem = outcome.problem { throw problem }
        if outcome.isForgotten {
            throw Problem(.rowUnknown, "\(table.name) \(change.key)")
        }
        if outcome.isChanged, let state = outcome.state {
            try store(state, over: stored, table, at: slot.position)
            integrity.note(change, in: table, over: stored?.state, now: state)
        }
        for (field, live) in outcome.live { try storage.put(live, field, of: name) }
        if stored != nil { try storage.note(name, at: slot.position) }
        for conflict in outcome.conflicts {
            try keep(conflict, by: writer, sees: sees, image: stored?.state.image, at: slot)
        }
        return outcome.conflicts
    }

    func isVisible(_ state: RowState?) -> Bool {
        guard let visible, let state else { return true }
        return state.image.record.scopes.contains { visible.contains($0) }
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

    private func store(
        _ new: RowState, over stored: StoredState?, _ table: TableSchema, at position: Int64
    ) throws {
        switch (stored?.state, new) {
        case (nil, .present(let row)), (.deleted?, .present(let row)):
            if let stored {
                try unindex(stored, table)
                try storage.remove(tombstone: stored.number)
            }
            let number = try storage.insert(row, into: table)
            try index(row.record.scopes, table.id, number, at: position)
            try digest(row, table) { $0.insert(into: &$1, prefix: $2) }
        case (.present(let old)?, .present(let row)):
            guard let stored else { return }
            try digest(old, table) { $0.remove(from: &$1, prefix: $2) }
            try storage.replace(old, with: row, number: stored.number, in: table)
            if newestPosition(stored.state) != position {
                try unindex(stored, table)
                try index(row.record.scopes, table.id, stored.number, at: position)
            }
            try digest(row, table) { $0.insert(into: &$1, prefix: $2) }
        case (.present(let old)?, .deleted(let tombstone)):
            guard let stored else { return }
            try digest(old, table) { $0.remove(from: &$1, prefix: $2) }
            try unindex(stored, table)
            try storage.remove(row: stored.number, from: table)
            let number = try storage.insert(tombstone, of: table)
            try index(tombstone.row.record.scopes, table.id, number, at: position)
        case (.deleted?, .deleted(let tombstone)):
            guard let stored else { return }
            try storage.replace(tombstone, number: stored.number, of: table)
        case (nil, .deleted):
            throw Problem(.internalFailure, "a delete of a row that was never born")
        }
    }

    /// Every change of a row writes a stamp, so the newest stamp tells where its entry stands.
    private func newestPosition(_ state: RowState) -> Int64 {
        switch state {
        case .present(let row):
            row.record.overrides.reduce(self.state.position(of: row.record.row)) {
                max($0, self.state.position(of: $1.stamp))
            }
        case .deleted(let tombstone): self.state.position(of: tombstone.deleted)
        }
    }

    private func unindex(_ stored: StoredState, _ table: TableSchema) throws {
        let entry = ChangeEntry(
            position: newestPosition(stored.state), table: Int64(table.id), row: stored.number)
        for scope in stored.state.image.record.scopes { try storage.unindex(entry, in: scope) }
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
