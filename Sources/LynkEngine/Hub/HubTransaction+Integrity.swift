import LynkCore

extension HubTransaction {
    /// Judges claims and references of what was just merged, in commit order; what follows is
    /// written by the hub itself, until nothing more follows.
    ///
    /// - Returns: the hub's changes, and why the change set is held, if it is.
    /// - Throws: ``Problem`` `row_referenced` when a deleted row is still named by one that keeps
    ///   it: nothing of the change set is applied.
    func settle(by hub: Writer, at slot: CommitSlot) throws -> (changes: [RowChange], Problem?) {
        var changes: [RowChange] = []
        var held: Problem?
        while true {
            let (deleted, written) = integrity.take()
            if deleted.isEmpty, written.isEmpty { return (changes, held) }
            var next: [RowChange] = []
            for row in deleted { next += try orphans(of: row) }
            // Of two that came in one change set the later one loses to the first.
            var pending = written[...].map(\.row)
            for touched in written {
                pending.removeFirst()
                let found = try judge(touched, before: Set(pending))
                next += found.changes
                held = held ?? found.problem
            }
            _ = try merge(next, by: hub, at: slot)
            changes += next
        }
    }

    /// What becomes of the rows that name a deleted one.
    private func orphans(of parent: RowName) throws -> [RowChange] {
        var changes: [RowChange] = []
        for child in integrity.plan.children[parent.table] ?? [] {
            let rows = try storage.rows(
                child.table.id, index: child.index, equals: [.key(parent.key)],
                limit: Limits.changesPerSetMax)
            guard let first = rows.first else { continue }
            switch child.reference.onDelete {
            case .restrict:
                throw Problem(
                    .rowReferenced, "\(child.table.name) \(first.key) names \(parent.key)")
            case .cascade:
                changes += rows.map {
                    RowChange(table: child.table.id, key: $0.key, kind: .delete)
                }
            case .setNull:
                changes += rows.map {
                    RowChange(
                        table: child.table.id, key: $0.key, kind: .update,
                        puts: [.init(child.field.id, .null)])
                }
            }
        }
        return changes
    }

    private func judge(
        _ touched: IntegrityLog.Written, before pending: Set<RowName>
    ) throws -> (changes: [RowChange], problem: Problem?) {
        guard let table = application.schema.table(touched.row.table),
            let row = try storage.row(table.id, touched.row.key)
        else { return ([], nil) }
        func isNew(_ ordinal: Int) -> Bool {
            touched.old.map { $0.values[ordinal] != row.values[ordinal] } ?? true
        }
        var changes: [RowChange] = []
        var problem: Problem?
        for unique in table.uniques
        where unique.fields.contains(where: { table.ordinal(named: $0).map(isNew) ?? false }) {
            guard let taken = try holder(of: unique, table, row, before: pending) else { continue }
            let reason = Problem(.uniqueTaken, "\(table.name).\(unique.name): \(taken) has it")
            if unique.loser == .clear, let field = table.clearedField(of: unique) {
                changes.append(
                    RowChange(
                        table: table.id, key: row.key, kind: .update,
                        puts: [.init(field.id, .null)]))
            } else {
                problem = problem ?? reason
            }
        }
        for (ordinal, field) in table.fields.enumerated() where isNew(ordinal) {
            guard let reference = field.references, let parent = row.values[ordinal].keyValue,
                let parents = application.schema.table(reference.table)
            else { continue }
            switch try storage.stored(parents, parent)?.state {
            case .present: continue
            case nil:
                problem =
                    problem
                    ?? Problem(
                        .referenceUnknown, "\(table.name).\(field.name) names \(parent)")
            case .deleted:
                switch reference.onDelete {
                case .restrict:
                    problem =
                        problem
                        ?? Problem(
                            .parentDeleted, "\(table.name).\(field.name) names \(parent)")
                case .cascade:
                    changes.append(RowChange(table: table.id, key: row.key, kind: .delete))
                case .setNull:
                    changes.append(
                        RowChange(
                            table: table.id, key: row.key, kind: .update,
                            puts: [.init(field.id, .null)]))
                }
            }
        }
        return (changes, problem)
    }

    /// Another row that has the same claim already; not one that is judged after this one.
    private func holder(
        of unique: UniqueSchema, _ table: TableSchema, _ row: StampedRow,
        before pending: Set<RowName>
    ) throws -> RowKey? {
        let values = unique.fields.compactMap { table.ordinal(named: $0) }.map { row.values[$0] }
        guard values.count == unique.fields.count, !values.contains(.null),
            let index = table.indexes.first(where: { $0.fields.starts(with: unique.fields) })
        else { return nil }
        return try storage.rows(table.id, index: index.name, equals: values, limit: 100)
            .first { other in
                other.key != row.key
                    && !pending.contains(RowName(table: table.id, key: other.key))
            }?.key
    }
}
