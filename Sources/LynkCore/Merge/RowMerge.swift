/// A write that a policy did not simply let through, kept whole for people.
public struct Conflict: Hashable, Sendable {
    /// Which of the two values stands now.
    public enum Outcome: String, Hashable, Sendable {
        case newWon, currentWon, refused
    }

    public let table: TableID
    public let key: RowKey
    public let field: FieldID
    public let outcome: Outcome
    public let current: Value
    public let currentStamp: Stamp
    public let new: Value
    public let policy: String

    package init(
        table: TableID, key: RowKey, field: FieldID, outcome: Outcome, current: Value,
        currentStamp: Stamp, new: Value, policy: String
    ) {
        self.table = table
        self.key = key
        self.field = field
        self.outcome = outcome
        self.current = current
        self.currentStamp = currentStamp
        self.new = new
        self.policy = policy
    }
}

/// What merging one change into one row did.
public struct RowMergeOutcome: Sendable {
    /// The row afterwards; `nil` when there is none, before or after.
    public var row: StampedRow?
    public var isChanged = false
    public var conflicts: [Conflict] = []
    /// A counter that would have left 64 bits: the change set is quarantined.
    public var overflowed = false
}

/// A change into a row, field by field (Protocol/04-merge.md). Pure.
public enum RowMerge {
    /// Merges one change of `writer` into a row.
    ///
    /// - Parameters:
    ///   - current: the hub's row, or a device's confirmed row.
    ///   - scopes: handles for a row that is born here.
    ///   - sees: whether the row is in a scope that the author had; if not, nothing but
    ///     its own writes was known, whatever the context says.
    ///   - oid: the content id behind a stamp, asked only when two effective times are equal.
    /// - Returns: an update or delete of a row that is not there changes nothing: see
    ///   ``RowMergeOutcome/row``.
    /// - SeeAlso: Protocol/04-merge.md
    public static func merge(
        _ change: RowChange, into current: StampedRow?, of table: TableSchema, by writer: Writer,
        scopes: @autoclosure () throws -> [UInt32], sees: Bool = true,
        oid: (Stamp) throws -> ContentID?
    ) rethrows -> RowMergeOutcome {
        guard let current else {
            guard change.kind == .insert else { return RowMergeOutcome() }
            return insert(change, of: table, by: writer, scopes: try scopes())
        }
        var outcome = RowMergeOutcome(row: current)
        var row = current
        for put in change.puts {
            guard let ordinal = table.ordinal(of: put.field) else { continue }
            let standing = row.record[put.field]
            let policy = table.fields[ordinal].policy
            let knew = writer.knew(standing, sees: sees)
            let tie = try knew || isLater(writer, than: standing, oid: oid)
            let decision = FieldMerge.decide(
                put.value, over: row.values[ordinal], policy: policy,
                knew: knew, isLater: { tie })
            if let kind = decision.conflict {
                outcome.conflicts.append(
                    Conflict(
                        table: table.id, key: row.key, field: put.field, outcome: kind,
                        current: row.values[ordinal], currentStamp: standing, new: put.value,
                        policy: policy.name))
            }
            if decision == .replace || decision == .replaceInConflict {
                row.values[ordinal] = put.value
                row.record.set(writer.stamp, for: put.field)
                outcome.isChanged = true
            }
        }
        for add in change.adds {
            guard let ordinal = table.ordinal(of: add.field) else { continue }
            let (sum, overflow) = (row.values[ordinal].integerValue ?? 0)
                .addingReportingOverflow(add.delta)
            if overflow { outcome.overflowed = true }
            row.values[ordinal] = .integer(sum)
            row.record.set(writer.stamp, for: add.field)
            outcome.isChanged = true
        }
        outcome.row = row
        return outcome
    }

    /// The row that a birth makes: defaults, then what was written.
    private static func insert(
        _ change: RowChange, of table: TableSchema, by writer: Writer, scopes: [UInt32]
    ) -> RowMergeOutcome {
        var values = table.defaults
        var overflowed = false
        for put in change.puts {
            if let ordinal = table.ordinal(of: put.field) { values[ordinal] = put.value }
        }
        for add in change.adds {
            guard let ordinal = table.ordinal(of: add.field) else { continue }
            let (sum, overflow) = (values[ordinal].integerValue ?? 0)
                .addingReportingOverflow(add.delta)
            if overflow { overflowed = true }
            values[ordinal] = .integer(sum)
        }
        let record = StampRecord(scopes: scopes, row: writer.stamp)
        return RowMergeOutcome(
            row: StampedRow(key: change.key, values: values, record: record), isChanged: true,
            overflowed: overflowed)
    }

    private static func isLater(
        _ writer: Writer, than other: Stamp, oid: (Stamp) throws -> ContentID?
    ) rethrows -> Bool {
        if writer.stamp.effective != other.effective {
            return writer.stamp.effective > other.effective
        }
        guard let standing = try oid(other) else { return true }
        return writer.oid > standing
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
