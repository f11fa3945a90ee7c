import LynkCore

extension HubTransaction {
    /// What is left of a quarantined change set's changes, when its own lane has gone on: a field
    /// that a later change set of the lane put is not put any more, and an element that it took
    /// out of a set is not added.
    ///
    /// The row cannot tell by itself. A flag that was put to what it is anyway and an element that
    /// was taken out leave no stamp, and a stamp may be another author's by now.
    /// - Parameter log: the quarantined change set's record.
    func standing(_ changes: [RowChange], of log: LogRecord) throws -> [RowChange] {
        try changes.map { change in
            guard change.kind == .update else { return change }
            let later = try laterChanges(
                of: RowName(table: change.table, key: change.key), than: log)
            guard !later.isEmpty, let table = application.schema.table(change.table) else {
                return change
            }
            let replaced = Set(later.flatMap(\.puts).map(\.field))
            return RowChange(
                table: change.table, key: change.key, kind: .update,
                puts: change.puts.filter { put in
                    !replaced.contains(put.field) || !table.isReplaced(put.field)
                },
                adds: change.adds,
                edits: change.edits.compactMap { edit in
                    let removed = later.flatMap(\.edits).filter { $0.field == edit.field }
                        .flatMap(\.removed)
                    let added = edit.added.filter { !removed.contains($0) }
                    return added.isEmpty && edit.removed.isEmpty
                        ? nil : SetEdit(edit.field, added: added, removed: edit.removed)
                })
        }
    }

    /// What later change sets of the same lane, which are in force, did to a row.
    private func laterChanges(of row: RowName, than log: LogRecord) throws -> [RowChange] {
        var found: [RowChange] = []
        let steps = Int(clamping: state.position - log.position)
        for position in try storage.history(of: row, limit: steps) where position > log.position {
            guard let later = try storage.log(at: position), later.lane == log.lane,
                later.effective > log.effective, later.disposition.isApplied,
                let sealed = try storage.changeSet(at: position)
            else { continue }
            found += sealed.content.changes.filter {
                $0.table == row.table && $0.key == row.key
            }
        }
        return found
    }
}

extension TableSchema {
    /// Whether a knowing write of the field replaces what stood there, whatever the two values.
    fileprivate func isReplaced(_ field: FieldID) -> Bool {
        guard let ordinal = ordinal(of: field) else { return false }
        return switch fields[ordinal].policy {
        case .lastWriter, .group, .flag, .multiValue, .custom: true
        case .immutable, .counter, .maximum, .minimum, .lattice, .set: false
        }
    }
}
