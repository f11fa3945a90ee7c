/// One change against a row that is or was there: which generation of the key it concerns, and
/// whether the row is there afterwards.
struct RowStep {
    private let change: RowChange
    private let current: RowState
    private let table: TableSchema
    private let writer: Writer
    private let sees: Bool
    var presence: Presence?

    enum Generation { case older, current, next }

    init(
        _ change: RowChange, into current: RowState, of table: TableSchema, by writer: Writer,
        sees: Bool
    ) {
        self.change = change
        self.current = current
        self.table = table
        self.writer = writer
        self.sees = sees
    }

    private var record: StampRecord { current.image.record }

    private func knew(_ stamp: Stamp) -> Bool { writer.knew(stamp, sees: sees) }

    /// Whether the key may have had another generation that the author means.
    var asksGeneration: Bool {
        if table.deletes == .forbidden { return false }
        return change.kind == .insert || record.generation > 0 && !knew(record.row)
    }

    /// The generation that the change concerns, when its presence is loaded.
    var generation: Generation {
        guard let presence else { return .current }
        let isBirth = change.kind == .insert
        if isBirth, presence.deletes.contains(where: knew) { return .next }
        if record.generation == 0 || knew(record.row) || presence.births.contains(where: knew) {
            return .current
        }
        return isBirth && presence.endings.contains(where: knew) ? .current : .older
    }

    mutating func load(_ live: (FieldID) throws -> LiveVersions?) rethrows {
        if presence == nil { presence = Presence(try live(RowMerge.presence), of: current) }
    }

    /// A write of a generation that is gone: kept as a conflict, without effect.
    func passedOver() -> RowMergeOutcome {
        var outcome = RowMergeOutcome(state: current)
        let image = current.image
        func keep(_ field: FieldID, _ value: Value) {
            guard let ordinal = table.ordinal(of: field) else { return }
            outcome.conflicts.append(
                Conflict(
                    table: table.id, key: image.key, field: field, outcome: .currentWon,
                    policy: "generation", current: image.values[ordinal],
                    currentStamp: image.record[field], new: value, newStamp: writer.stamp))
        }
        for put in change.puts { keep(put.field, put.value) }
        for add in change.adds { keep(add.field, .integer(add.delta)) }
        for edit in change.edits { keep(edit.field, .blob(ScalarArray.encode(edit.added))) }
        if outcome.conflicts.isEmpty {
            outcome.conflicts = [conflict(.currentWon, with: record.row, policy: "generation")]
        }
        if change.kind == .delete, var presence, concernsFormer(presence) {
            Presence.note(writer, sees: sees, in: &presence.endings)
            keepPresence(presence, of: current, in: &outcome)
        }
        return outcome
    }

    /// Whether a delete ended the generation right before this one, so that who knew it may give
    /// birth to this one.
    private func concernsFormer(_ presence: Presence) -> Bool {
        record.generation == 1 || presence.formerBirths.contains(where: knew)
    }

    /// The birth of the next generation, by one who knew that the row had been deleted.
    func reborn(scopes: [UInt32]) -> RowMergeOutcome {
        guard scopes == record.scopes else { return bornElsewhere() }
        var outcome = RowMerge.birth(
            change, of: table, by: writer, scopes: scopes, generation: record.generation + 1)
        guard let state = outcome.state, let born = state.row else { return outcome }
        if let old = current.row {
            // The row had come back by a write that this author did not know.
            for (ordinal, field) in table.fields.enumerated()
            where !knew(old.record[field.id]) && old.values[ordinal] != born.values[ordinal] {
                outcome.conflicts.append(
                    Conflict(
                        table: table.id, key: old.key, field: field.id, outcome: .newWon,
                        policy: "generation", current: old.values[ordinal],
                        currentStamp: old.record[field.id], new: born.values[ordinal],
                        newStamp: writer.stamp))
            }
        }
        for field in table.fields where field.policy.hasLiveVersions {
            outcome.live[field.id] = LiveVersions()
        }
        if let presence {
            var next = Presence(nil, of: state)
            next.endings = presence.deletes
            next.formerBirths = presence.births + [record.row]
            keepPresence(next, of: state, in: &outcome)
        }
        return outcome
    }

    /// A birth of a deleted key in other scopes than those of the row that was deleted.
    func bornElsewhere() -> RowMergeOutcome {
        var outcome = RowMergeOutcome(state: current)
        outcome.problem = Problem(
            .valueInvalid, "\(table.name) \(change.key) was deleted in other scopes")
        return outcome
    }

    func deleted() -> RowMergeOutcome {
        var outcome = RowMergeOutcome(state: current)
        guard table.deletes != .forbidden else {
            outcome.problem = Problem(.deleteUnsupported, "a row of \(table.name)")
            return outcome
        }
        guard let row = current.row else {
            if var presence {
                Presence.note(writer, sees: sees, in: &presence.deletes)
                keepPresence(presence, of: current, in: &outcome)
            }
            return outcome
        }
        var presence = presence ?? Presence(nil, of: current)
        let unknown = presence.assertions(of: row).filter { !knew($0) }
        let standing = unknown.max { $0.effective < $1.effective }
        Presence.note(writer, sees: sees, in: &presence.deletes)
        if let standing, table.deletes == .updateWins {
            presence.asserted = presence.asserted.filter { !knew($0) }
            presence.covered = record.stamps.filter { !unknown.contains($0) }
            outcome.conflicts = [conflict(.currentWon, with: standing)]
            keepPresence(presence, of: current, in: &outcome)
        } else {
            if let standing { outcome.conflicts = [conflict(.newWon, with: standing)] }
            let state = RowState.deleted(Tombstone(row: row, deleted: writer.stamp))
            outcome.state = state
            outcome.isChanged = true
            keepPresence(presence, of: state, in: &outcome)
        }
        return outcome
    }

    /// Whether the row's stamps no longer tell who asserted it, so that the rest must be kept.
    func asksPresence(of writing: FieldWriting) -> Bool {
        guard table.deletes == .updateWins else { return current.row == nil }
        return current.row == nil || writer.isReleased || !writing.lost.isEmpty
            || !writing.row.record.holds(writer.stamp)
    }

    func written(_ writing: FieldWriting) -> RowMergeOutcome {
        var outcome = RowMergeOutcome(state: current, isChanged: writing.isChanged)
        outcome.conflicts = writing.conflicts
        outcome.problem = writing.problem
        outcome.live = writing.live
        var row = writing.row
        switch current {
        case .present:
            let state = RowState.present(row)
            outcome.state = state
            guard var presence else { return outcome }
            if table.deletes == .updateWins {
                let former = presence.covered
                presence.asserted.removeAll(where: knew)
                presence.asserted += writing.lost.filter { !former.contains($0) }
                if isDeletedSince(presence) {
                    presence.covered.append(writer.stamp)
                } else {
                    presence.asserted.append(writer.stamp)
                }
            }
            noteBirth(in: &presence)
            keepPresence(presence, of: state, in: &outcome)
        case .deleted(let tombstone):
            guard var presence else { return outcome }
            let isPast = isDeletedSince(presence)
            noteBirth(in: &presence)
            if table.deletes == .updateWins && !isPast || isRestoring {
                presence.covered = Array(record.stamps)
                // A restored row carries the stamp of what restored it, so that its newest stamp
                // is its place in the order of changes.
                row.record.set(writer.stamp, for: RowMerge.presence)
                if !isRestoring {
                    outcome.conflicts.append(conflict(.newWon, with: tombstone.deleted))
                }
                outcome.state = .present(row)
                outcome.isChanged = true
            } else {
                if !isPast {
                    outcome.conflicts.append(conflict(.currentWon, with: tombstone.deleted))
                }
                outcome.state = .deleted(Tombstone(row: row, deleted: tombstone.deleted))
            }
            if let state = outcome.state { keepPresence(presence, of: state, in: &outcome) }
        }
        return outcome
    }

    /// The hub's own update without a value brings back a row that another one keeps, whatever the
    /// table says of deletes; what that overrules is told where it is decided.
    private var isRestoring: Bool {
        writer.isHub && change.kind == .update && change.puts.isEmpty && change.adds.isEmpty
            && change.edits.isEmpty
    }

    /// Whether a delete knew this write, which was released after it.
    private func isDeletedSince(_ presence: Presence) -> Bool {
        presence.deletes.contains { writer.relation(to: $0, sees: sees) == .isKnown }
    }

    /// A second birth of a generation, by one who did not know the first.
    private func noteBirth(in presence: inout Presence) {
        if change.kind == .insert, record.generation > 0, !knew(record.row),
            !presence.births.contains(where: knew)
        {
            presence.births.append(writer.stamp)
        }
    }

    /// Hands the presence to the caller to keep; where nothing need be kept, to drop.
    private func keepPresence(
        _ presence: Presence, of state: RowState, in outcome: inout RowMergeOutcome
    ) {
        outcome.live[RowMerge.presence] = presence.kept(beside: state)
    }

    /// A conflict about whether the row is there.
    private func conflict(
        _ outcome: Conflict.Outcome, with standing: Stamp, policy: String? = nil
    ) -> Conflict {
        Conflict(
            table: table.id, key: change.key, field: nil, outcome: outcome,
            policy: policy ?? table.deletes.rawValue, current: current.row == nil ? .null : 1,
            currentStamp: standing, new: change.kind == .delete ? .null : 1,
            newStamp: writer.stamp)
    }
}
