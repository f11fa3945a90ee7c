/// The puts, additions and edits of one change, merged into the image of a row.
struct FieldWriting {
    let table: TableSchema
    let writer: Writer
    let sees: Bool
    private(set) var row: StampedRow
    private(set) var isChanged = false
    private(set) var conflicts: [Conflict] = []
    private(set) var problem: Problem?
    private(set) var live: [FieldID: LiveVersions] = [:]
    /// Stamps that stood until one who did not know them wrote the field.
    private(set) var lost: [Stamp] = []

    init(_ row: StampedRow, of table: TableSchema, by writer: Writer, sees: Bool) {
        self.row = row
        self.table = table
        self.writer = writer
        self.sees = sees
    }

    mutating func apply(
        _ change: RowChange, oid: (Stamp) throws -> ContentID?,
        live: (FieldID) throws -> LiveVersions?,
        resolve: (String, UInt32, Value, Value) throws -> Value?
    ) rethrows {
        var groups: Set<String> = []
        for put in change.puts {
            guard let ordinal = table.ordinal(of: put.field) else { continue }
            let policy = table.fields[ordinal].policy
            if case .group(let group) = policy {
                if groups.insert(group).inserted { try write(group, of: change, oid: oid) }
            } else if policy.hasLiveVersions {
                var versions = try LiveField(self, ordinal, stored: live(put.field), oid: oid)
                versions.put(put.value)
                try finish(versions, resolve: resolve)
            } else {
                try write(put.value, to: ordinal, oid: oid)
            }
        }
        for add in change.adds {
            guard let ordinal = table.ordinal(of: add.field) else { continue }
            let (sum, overflow) = (row.values[ordinal].integerValue ?? 0)
                .addingReportingOverflow(add.delta)
            if overflow { problem = Problem(.counterOverflow, "\(table.name) \(row.key)") }
            set(.integer(sum), ordinal)
        }
        for edit in change.edits {
            guard let ordinal = table.ordinal(of: edit.field),
                table.fields[ordinal].policy == .set
            else { continue }
            var versions = try LiveField(self, ordinal, stored: live(edit.field), oid: oid)
            versions.edit(edit)
            try finish(versions, resolve: resolve)
        }
    }

    private mutating func write(
        _ value: Value, to ordinal: Int, oid: (Stamp) throws -> ContentID?
    ) rethrows {
        let field = table.fields[ordinal]
        let standing = row.record[field.id]
        let relation = writer.relation(to: standing, sees: sees)
        // A later write of the same lane replaced this one before it was released.
        if relation == .isKnown, field.policy == .lastWriter { return }
        let knew = relation == .knew
        let tie = try knew || isLater(than: standing, oid: oid)
        let decision = FieldMerge.decide(
            value, over: row.values[ordinal], policy: field.policy, knew: knew, isLater: { tie })
        if let outcome = decision.conflict { keep(outcome, ordinal, value, standing) }
        if decision == .replace || decision == .replaceInConflict { set(value, ordinal) }
    }

    /// All fields of a group, by the stamp that they share.
    private mutating func write(
        _ group: String, of change: RowChange, oid: (Stamp) throws -> ContentID?
    ) rethrows {
        let ordinals = table.ordinals(ofGroup: group)
        guard let first = ordinals.first else { return }
        let standing = row.record[table.fields[first].id]
        let relation = writer.relation(to: standing, sees: sees)
        if relation == .isKnown { return }
        let values = ordinals.map { ordinal in
            let field = table.fields[ordinal]
            // A birth leaves out what equals the default.
            return change.put(field.id)
                ?? (change.kind == .insert ? field.defaultValue : row.values[ordinal])
        }
        let wins = try relation == .knew || isLater(than: standing, oid: oid)
        for (ordinal, value) in zip(ordinals, values) {
            if relation != .knew, value != row.values[ordinal] {
                keep(wins ? .newWon : .currentWon, ordinal, value, standing)
            }
            if wins { set(value, ordinal) }
        }
    }

    private mutating func finish(
        _ versions: LiveField, resolve: (String, UInt32, Value, Value) throws -> Value?
    ) rethrows {
        let ordinal = versions.ordinal
        let field = versions.field
        guard let column = try versions.live.column(field.policy, resolve: resolve) else {
            problem = Problem(.internalFailure, "\(field.policy.name) has no function")
            return
        }
        let limited = field.policy == .set || field.policy == .multiValue
        if versions.isMalformed || limited && !column.fitsColumn {
            problem = Problem(
                .valueInvalid, "\(table.name).\(field.name) is no array within the limits")
            return
        }
        if let value = versions.beside {
            keep(.combined, ordinal, value, row.record[field.id], base: versions.base)
        }
        if column != row.values[ordinal] || versions.isAll(by: writer.stamp) {
            set(column, ordinal)
        }
        let isTold = versions.live.isTold(
            by: column, stamp: row.record[field.id], policy: field.policy)
        let kept = isTold ? LiveVersions() : versions.live
        if kept != versions.stored { live[field.id] = kept }
    }

    private mutating func set(_ value: Value, _ ordinal: Int) {
        let field = table.fields[ordinal].id
        let standing = row.record[field]
        if table.deletes == .updateWins, !writer.knew(standing, sees: sees) {
            lost.append(standing)
        }
        row.values[ordinal] = value
        row.record.set(writer.stamp, for: field)
        isChanged = true
    }

    private mutating func keep(
        _ outcome: Conflict.Outcome, _ ordinal: Int, _ value: Value, _ standing: Stamp,
        base: Value? = nil
    ) {
        let field = table.fields[ordinal]
        conflicts.append(
            Conflict(
                table: table.id, key: row.key, field: field.id, outcome: outcome,
                policy: field.policy.name,
                base: base ?? (outcome == .refused ? row.values[ordinal] : nil),
                current: row.values[ordinal], currentStamp: standing, new: value,
                newStamp: writer.stamp))
    }

    private func isLater(
        than other: Stamp, oid: (Stamp) throws -> ContentID?
    ) rethrows -> Bool {
        if writer.stamp.effective != other.effective {
            return writer.stamp.effective > other.effective
        }
        guard let standing = try oid(other) else { return true }
        return writer.oid > standing
    }
}
