/// A change into a row, field by field (Protocol/04-merge.md). Pure.
public enum RowMerge {
    /// Names the row itself among its fields: its overrides, live versions and conflicts.
    public static let presence: FieldID = 0

    /// Merges one change of `writer` into what is at its key.
    ///
    /// - Parameters:
    ///   - current: the hub's row or tombstone, or a device's confirmed row.
    ///   - scopes: handles for a row that is born here.
    ///   - sees: whether the row is in a scope that the author had; if not, nothing but
    ///     its own writes was known, whatever the context says.
    ///   - oid: the content id behind a stamp, asked only when two effective times are equal and
    ///     for values that stand side by side.
    ///   - live: what is kept of a field or of ``presence``; asked only where it can matter.
    ///   - resolve: ``Application/resolve(_:version:_:_:)``; `nil` when there is none.
    /// - SeeAlso: Protocol/04-merge.md
    public static func merge(
        _ change: RowChange, into current: RowState?, of table: TableSchema, by writer: Writer,
        scopes: @autoclosure () throws -> [UInt32], sees: Bool = true,
        oid: (Stamp) throws -> ContentID?,
        live: (FieldID) throws -> LiveVersions?,
        resolve: (String, UInt32, Value, Value) throws -> Value?
    ) rethrows -> RowMergeOutcome {
        guard let current else {
            guard change.kind == .insert else {
                var outcome = RowMergeOutcome()
                outcome.isForgotten = true
                return outcome
            }
            return birth(change, of: table, by: writer, scopes: try scopes())
        }
        var step = RowStep(change, into: current, of: table, by: writer, sees: sees)
        if step.asksGeneration {
            step.presence = Presence(try live(presence), of: current)
            switch step.generation {
            case .older: return step.passedOver()
            case .next: return step.reborn(scopes: try scopes())
            case .current: break
            }
        }
        if change.kind == .delete {
            if table.deletes != .forbidden { try step.load(live) }
            return step.deleted()
        }
        // A row stays in the scopes of its first birth: fields that were written for others must
        // not come into them.
        if change.kind == .insert, current.row == nil,
            try scopes() != current.image.record.scopes
        {
            return step.bornElsewhere()
        }
        var writing = FieldWriting(current.image, of: table, by: writer, sees: sees)
        try writing.apply(change, oid: oid, live: live, resolve: resolve)
        if step.asksPresence(of: writing) { try step.load(live) }
        return step.written(writing)
    }

    /// The row that a birth makes: defaults, then what was written.
    static func birth(
        _ change: RowChange, of table: TableSchema, by writer: Writer, scopes: [UInt32],
        generation: UInt32 = 0
    ) -> RowMergeOutcome {
        var values = table.defaults
        var problem: Problem?
        for put in change.puts {
            if let ordinal = table.ordinal(of: put.field) { values[ordinal] = put.value }
        }
        for add in change.adds {
            guard let ordinal = table.ordinal(of: add.field) else { continue }
            let (sum, overflow) = (values[ordinal].integerValue ?? 0)
                .addingReportingOverflow(add.delta)
            if overflow { problem = Problem(.counterOverflow, "\(table.name) \(change.key)") }
            values[ordinal] = .integer(sum)
        }
        for edit in change.edits {
            guard let ordinal = table.ordinal(of: edit.field) else { continue }
            values[ordinal] = edit.applied(to: values[ordinal])
            if !values[ordinal].fitsColumn {
                problem = Problem(.valueInvalid, "\(table.name) \(change.key) has too large a set")
            }
        }
        let record = StampRecord(scopes: scopes, row: writer.stamp, generation: generation)
        var outcome = RowMergeOutcome(
            state: .present(StampedRow(key: change.key, values: values, record: record)),
            isChanged: true)
        outcome.problem = problem
        return outcome
    }
}

extension Value {
    /// Whether a set or multi-value stays inside its bounds.
    var fitsColumn: Bool {
        guard case .blob(let bytes) = self else { return true }
        return ScalarArray.decode(bytes) != nil
    }
}

extension FieldMerge {
    var conflict: Conflict.Outcome? {
        switch self {
        case .replace, .same: nil
        case .replaceInConflict: .newWon
        case .keepInConflict: .currentWon
        case .refuse: .refused
        }
    }
}
