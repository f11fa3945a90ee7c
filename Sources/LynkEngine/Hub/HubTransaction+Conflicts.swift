import LynkCore

extension HubTransaction {
    /// How many earlier commits of a row are looked through for what an author had seen.
    private static var baseStepsMax: Int { 64 }

    func keep(
        _ conflict: Conflict, by writer: Writer, sees: Bool, image: StampedRow?,
        at slot: CommitSlot
    ) throws {
        var conflict = conflict
        if conflict.base == nil, let field = conflict.field, let image {
            conflict.base = try base(
                of: field, RowName(table: conflict.table, key: conflict.key), image,
                knownTo: writer, sees: sees)
        }
        let scopes = image?.record.scopes ?? []
        try storage.keep(conflict, by: writer.oid, in: scopes, at: slot.position)
        effects.touchedScopes.formUnion(scopes)
    }

    /// What the author had seen in the field: what the newest commit wrote there that it knew.
    ///
    /// `nil` when that is too far back, or collected.
    private func base(
        of field: FieldID, _ row: RowName, _ image: StampedRow, knownTo writer: Writer, sees: Bool
    ) throws -> Value? {
        guard let table = application.schema.table(row.table),
            let ordinal = table.ordinal(of: field)
        else { return nil }
        let policy = table.fields[ordinal].policy
        guard policy != .counter, policy != .set else { return nil }
        for position in try storage.history(of: row, limit: Self.baseStepsMax) {
            guard let log = try storage.log(at: position), knew(log, writer, sees: sees),
                let put = try storage.writes(at: position)
                    .last(where: {
                        $0.table == row.table && $0.key == row.key && $0.put(field) != nil
                    })
            else { continue }
            return put.put(field)
        }
        let birth = state.position(of: image.record.row)
        guard let log = try storage.log(at: birth), knew(log, writer, sees: sees),
            let born = try storage.writes(at: birth)
                .first(where: { $0.table == row.table && $0.key == row.key && $0.kind == .insert })
        else { return nil }
        return born.put(field) ?? table.fields[ordinal].defaultValue
    }

    private func knew(_ log: LogRecord, _ writer: Writer, sees: Bool) -> Bool {
        guard let era = state.eraHandles[log.dot.era] else { return false }
        return writer.knew(
            Stamp(
                era: era, number: log.dot.number, effective: log.effective, author: log.lane),
            sees: sees)
    }
}
