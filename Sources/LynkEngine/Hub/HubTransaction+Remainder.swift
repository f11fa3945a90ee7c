import LynkCore

extension HubTransaction {
    /// What a quarantined change set still says when it is released: not what its author has
    /// replaced or taken away since in the same chain.
    ///
    /// The row cannot tell by itself: what was taken out of a set and a flag that was put to what
    /// it was anyway leave no stamp, and a stamp may be another author's by now. The log tells it.
    /// - Parameter log: where the change set stands in the log.
    func remainder(of sealed: SealedChangeSet, after log: LogRecord) throws -> [RowChange] {
        let lanes = lanesAhead(of: log.lane, at: log.effective).union([log.lane])
        return try sealed.content.changes.map { change in
            guard change.kind == .update, let table = application.schema.table(change.table)
            else { return change }
            guard !change.edits.isEmpty || change.puts.contains(where: table.isReplaced)
            else { return change }
            let row = RowName(table: change.table, key: change.key)
            let later = try writes(to: row, in: lanes, after: log.position)
            if later.isEmpty { return change }
            return RowChange(
                table: change.table, key: change.key, kind: .update,
                puts: change.puts.filter { put in
                    // A birth writes every field, those with their default too.
                    !table.isReplaced(put)
                        || later.allSatisfy { !$0.isBirth && $0.change.put(put.field) == nil }
                },
                adds: change.adds,
                edits: change.edits.map { edit in
                    let decided = later.flatMap(\.change.edits).filter { $0.field == edit.field }
                        .flatMap { $0.added + $0.removed }
                    return SetEdit(
                        edit.field, added: edit.added.filter { !decided.contains($0) },
                        removed: edit.removed)
                })
        }
    }

    /// What lanes wrote to a row after a position and is in force.
    private func writes(
        to row: RowName, in lanes: Set<UInt32>, after position: Int64
    ) throws -> [(change: RowChange, isBirth: Bool)] {
        // A history has what came after the birth, and the row tells where that is.
        let birth = try application.schema.table(row.table)
            .flatMap { try storage.stored($0, row.key) }
            .map { state.position(of: $0.state.image.record.row) }
        let places = try (birth.map { [$0] } ?? []) + storage.history(of: row, limit: .max)
        return try places.flatMap { place -> [(change: RowChange, isBirth: Bool)] in
            guard place > position, let log = try storage.log(at: place) else { return [] }
            // A release stands for what it released.
            let author = try log.subject.flatMap { try storage.position(of: $0) } ?? place
            guard author > position, let written = try storage.log(at: author),
                lanes.contains(written.lane)
            else { return [] }
            return try storage.changeSet(at: author)?.content.changes
                .filter { $0.table == row.table && $0.key == row.key }
                .map { ($0, $0.kind == .insert && place == birth) } ?? []
        }
    }
}

extension TableSchema {
    /// Whether a knowing write of the field replaces what stood there, whatever the two values.
    fileprivate func isReplaced(_ put: RowChange.Put) -> Bool {
        guard let ordinal = ordinal(of: put.field) else { return false }
        return switch fields[ordinal].policy {
        case .lastWriter, .group, .flag, .multiValue, .custom: true
        case .immutable, .counter, .maximum, .minimum, .lattice, .set: false
        }
    }
}
