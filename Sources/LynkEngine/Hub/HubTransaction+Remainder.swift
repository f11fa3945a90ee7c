import LynkCore

extension HubTransaction {
    /// What a quarantined change set still says when it is released: not what its author has
    /// replaced or taken away since in the same lane.
    ///
    /// Where a value stands, its stamp tells that it came later. What was taken out of a set, or
    /// lost its place to another value, has left no stamp: the log tells it.
    /// - Parameter position: where the change set stands in the log.
    func remainder(
        of sealed: SealedChangeSet, at position: Int64, in lane: UInt32
    ) throws -> [RowChange] {
        try sealed.content.changes.map { change in
            guard change.kind == .update, let table = application.schema.table(change.table)
            else { return change }
            func isLive(_ field: FieldID) -> Bool {
                table.ordinal(of: field).map { table.fields[$0].policy.hasLiveVersions } ?? false
            }
            guard !change.edits.isEmpty || change.puts.contains(where: { isLive($0.field) })
            else { return change }
            let row = RowName(table: change.table, key: change.key)
            let later = try writes(to: row, in: lane, after: position)
            if later.isEmpty { return change }
            return RowChange(
                table: change.table, key: change.key, kind: .update,
                puts: change.puts.filter { put in
                    !isLive(put.field) || later.allSatisfy { $0.put(put.field) == nil }
                },
                adds: change.adds,
                edits: change.edits.map { edit in
                    let decided = later.flatMap(\.edits).filter { $0.field == edit.field }
                        .flatMap { $0.added + $0.removed }
                    return SetEdit(
                        edit.field, added: edit.added.filter { !decided.contains($0) },
                        removed: edit.removed)
                })
        }
    }

    /// What a lane wrote to a row after a position and is in force.
    private func writes(
        to row: RowName, in lane: UInt32, after position: Int64
    ) throws -> [RowChange] {
        try storage.history(of: row, limit: .max).flatMap { place -> [RowChange] in
            guard place > position, let log = try storage.log(at: place) else { return [] }
            // A release stands for what it released.
            let author = try log.subject.flatMap { try storage.position(of: $0) } ?? place
            guard author > position, try storage.log(at: author)?.lane == lane else { return [] }
            return try storage.changeSet(at: author)?.content.changes
                .filter { $0.table == row.table && $0.key == row.key } ?? []
        }
    }
}
