import LynkCore

/// What followed from claims and references.
struct Settlement {
    /// The hub's own changes.
    var changes: [RowChange] = []
    /// What these took away from people who could not know.
    var conflicts: [Conflict] = []
    /// Why the change set is held, if it is.
    var problem: Problem?

    mutating func add(_ other: Settlement) {
        changes += other.changes
        conflicts += other.conflicts
        problem = problem ?? other.problem
    }

    mutating func add(_ loss: Loss, _ conflict: Conflict) {
        changes.append(loss.change)
        conflicts.append(conflict)
    }
}

extension HubTransaction {
    /// Judges claims and references of what was just merged, in commit order; what follows is
    /// written by the hub itself, until nothing more follows.
    ///
    /// - Parameter author: who wrote what was merged.
    /// - Throws: ``Problem`` `row_referenced` when a row was deleted that is named by one that
    ///   keeps it, as the author knew; `change_set_too_large` when too many rows would go with
    ///   it: nothing of the change set is applied.
    func settle(_ author: Writer, by hub: Writer, at slot: CommitSlot) throws -> Settlement {
        var settlement = Settlement()
        while true {
            let log = integrity.take()
            if log.isEmpty { return settlement }
            var next = Settlement()
            for row in log.deleted { next.add(try orphans(of: row, by: author)) }
            for row in log.restored { next.add(try company(of: row)) }
            // Of two that came in one change set the later one loses to the first.
            var claims = Claims(judging: log.written)
            for touched in log.written {
                claims.begin(touched.row)
                next.add(try judge(touched, by: author, &claims))
            }
            for conflict in next.conflicts {
                let image = try application.schema.table(conflict.table).flatMap {
                    try storage.stored($0, conflict.key)?.state.image
                }
                try keep(conflict, by: author, sees: true, image: image, at: slot)
            }
            _ = try merge(next.changes, by: hub, at: slot)
            settlement.add(next)
            guard settlement.changes.count <= Limits.changesPerSetMax else {
                throw Problem(
                    .changeSetTooLarge, "more than \(Limits.changesPerSetMax) rows follow from it")
            }
        }
    }

    private func knows(_ author: Writer, _ stamp: Stamp, of row: StampedRow) -> Bool {
        let sees = visibleToAuthor.map { !$0.isDisjoint(with: row.record.scopes) } ?? true
        return author.knew(stamp, sees: sees)
    }

    /// What becomes of the rows that name a deleted one. Who deleted it may not have known them.
    private func orphans(of parent: RowName, by author: Writer) throws -> Settlement {
        var found = Settlement()
        let children = integrity.plan.children[parent.table] ?? []
        for child in children where child.reference.onDelete == .restrict {
            let rows = try rows(naming: parent, in: child)
            guard let first = rows.first else { continue }
            if rows.contains(where: { knows(author, $0.record[child.field.id], of: $0) }) {
                throw Problem(
                    .rowReferenced, "\(child.table.name) \(first.key) names \(parent.key)")
            }
            let kept = Loss(restoring: parent, keptBy: child.field)
            found.add(
                kept, kept.conflict(notTakenFor: first.record[child.field.id], by: author.stamp))
            return found
        }
        for child in children {
            for row in try rows(naming: parent, in: child) {
                let lost = Loss(child.table, row, child.field, child.reference.onDelete)
                if knows(author, lost.stamp, of: row) {
                    found.changes.append(lost.change)
                } else {
                    found.add(lost, lost.conflict(newlyTakenBy: author.stamp))
                }
            }
        }
        return found
    }

    private func rows(naming parent: RowName, in child: IntegrityPlan.Child) throws -> [StampedRow]
    {
        // One more than may follow: the whole is refused then.
        try storage.rows(
            child.table.id, index: child.index, equals: [.key(parent.key)],
            limit: Limits.changesPerSetMax + 1)
    }

    /// What had gone with a row that came back comes back too: what the same commit deleted or
    /// cleared because it named that row.
    private func company(of restored: IntegrityLog.Restored) throws -> Settlement {
        var found = Settlement()
        guard let children = integrity.plan.children[restored.row.table] else { return found }
        let position = state.position(of: restored.deleted)
        for write in try storage.writes(at: position) {
            for child in children where child.table.id == write.table {
                guard let ordinal = child.table.ordinal(of: child.field.id),
                    let stored = try storage.stored(child.table, write.key)?.state
                else { continue }
                let value = Value.key(restored.row.key)
                switch (child.reference.onDelete, stored) {
                case (.cascade, .deleted(let lost))
                where write.kind == .delete && state.position(of: lost.deleted) == position
                    && lost.row.values[ordinal] == value:
                    found.changes.append(
                        RowChange(table: write.table, key: write.key, kind: .update))
                case (.setNull, .present(let row))
                where write.puts == [.init(child.field.id, .null)]
                    && row.values[ordinal] == .null
                    && state.position(of: row.record[child.field.id]) == position:
                    found.changes.append(
                        RowChange(
                            table: write.table, key: write.key, kind: .update,
                            puts: [.init(child.field.id, value)]))
                default: break
                }
            }
        }
        return found
    }

    private func judge(
        _ touched: IntegrityLog.Written, by author: Writer, _ claims: inout Claims
    ) throws -> Settlement {
        var found = Settlement()
        guard let table = application.schema.table(touched.row.table),
            let row = try storage.row(table.id, touched.row.key)
        else { return found }
        func isNew(_ ordinal: Int) -> Bool {
            touched.old.map { $0.values[ordinal] != row.values[ordinal] } ?? true
        }
        for unique in table.uniques
        where unique.fields.contains(where: { table.ordinal(named: $0).map(isNew) ?? false }) {
            guard let taken = try holder(of: unique, table, row, &claims) else { continue }
            if unique.loser == .clear, let field = table.clearedField(of: unique) {
                let lost = Loss(table, row, field, claim: unique)
                found.add(lost, lost.conflict(takenBefore: taken.record[field.id]))
            } else {
                found.problem =
                    found.problem
                    ?? Problem(.uniqueTaken, "\(table.name).\(unique.name): \(taken.key) has it")
            }
        }
        for (ordinal, field) in table.fields.enumerated() where isNew(ordinal) {
            found.add(try judge(field, row.values[ordinal], of: row, table, by: author))
        }
        return found
    }

    /// Whether the row that a field names is there, and what follows when it is not.
    private func judge(
        _ field: FieldSchema, _ value: Value, of row: StampedRow, _ table: TableSchema,
        by author: Writer
    ) throws -> Settlement {
        var found = Settlement()
        guard let reference = field.references, let parent = value.keyValue,
            let parents = application.schema.table(reference.table)
        else { return found }
        let name = "\(table.name).\(field.name) names \(parent)"
        switch try storage.stored(parents, parent)?.state {
        case .present: break
        case nil: found.problem = Problem(.referenceUnknown, name)
        case .deleted(let tombstone) where reference.onDelete == .restrict:
            if knows(author, tombstone.deleted, of: tombstone.row) {
                found.problem = Problem(.parentDeleted, name)
            } else {
                let kept = Loss(
                    restoring: RowName(table: parents.id, key: parent), keptBy: field)
                found.add(
                    kept, kept.conflict(takenBackFrom: tombstone.deleted, by: author.stamp))
            }
        case .deleted(let tombstone):
            let lost = Loss(table, row, field, reference.onDelete)
            found.add(lost, lost.conflict(takenBefore: tombstone.deleted))
        }
        return found
    }

    /// Another row that has the same claim already; not one that is judged after this one.
    private func holder(
        of unique: UniqueSchema, _ table: TableSchema, _ row: StampedRow, _ claims: inout Claims
    ) throws -> StampedRow? {
        let ordinals = unique.fields.compactMap { table.ordinal(named: $0) }
        let values = ordinals.map { row.values[$0] }
        guard values.count == unique.fields.count, !values.contains(.null),
            let index = table.indexes.first(where: { $0.fields.starts(with: unique.fields) })
        else { return nil }
        let claim = Claims.Claim(table: table.id, name: unique.name, values: values)
        if let known = claims.holders[claim] { return known.key == row.key ? nil : known }
        // As many as may have to be passed over: this row and those that come after it.
        let found = try storage.rows(
            table.id, index: index.name, equals: values, limit: claims.waiting.count + 2
        ).first { other in
            other.key != row.key && !claims.isWaiting(other, of: table, at: ordinals)
        }
        claims.holders[claim] = found ?? row
        return found
    }
}

/// Who has which claim, while the rows of one change set are judged one after the other: each claim
/// is looked up once, however many of them make it.
private struct Claims {
    struct Claim: Hashable {
        let table: TableID
        let name: String
        let values: [Value]
    }

    var holders: [Claim: StampedRow] = [:]
    /// Rows that are judged later, each as it was before the touches that are left.
    private(set) var waiting: [RowName: ArraySlice<StampedRow?>] = [:]

    init(judging touches: [IntegrityLog.Written]) {
        for touched in touches { waiting[touched.row, default: []].append(touched.old) }
    }

    mutating func begin(_ row: RowName) {
        let left = waiting[row]?.dropFirst() ?? []
        waiting[row] = left.isEmpty ? nil : left
    }

    /// Whether a row makes its claim in this very change set, and is judged for it later. One that
    /// is only touched in another field had it before.
    func isWaiting(_ row: StampedRow, of table: TableSchema, at ordinals: [Int]) -> Bool {
        guard let left = waiting[RowName(table: table.id, key: row.key)], let old = left.first
        else { return false }
        return old.map { old in ordinals.contains { old.values[$0] != row.values[$0] } } ?? true
    }
}
