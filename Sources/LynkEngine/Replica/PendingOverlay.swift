public import LynkCore

/// A row as a device shows it.
public struct ShownRow: Hashable, Sendable {
    public let key: RowKey
    /// In the order of ``TableSchema/fields``.
    public let values: [Value]
    /// Something of it is the device's own and not inside the last checkpoint.
    public let isPending: Bool

    public init(key: RowKey, values: [Value], isPending: Bool) {
        self.key = key
        self.values = values
        self.isPending = isPending
    }
}

/// The hub's row under a device's own pending changes (Protocol/05-exchange.md). Pure.
public enum PendingOverlay {
    /// What a device shows of one row.
    ///
    /// Each pending change takes the step that a hub takes for an author who knew the row: what
    /// the hub will refuse is not shown either.
    /// - Parameters:
    ///   - confirmed: the row as the hub gave it; `nil` when it gave none.
    ///   - removed: its last image, when the hub has removed the row: where updates win over
    ///     deletes, an own update will bring it back, and is shown so.
    ///   - pending: the own changes of this row that no checkpoint includes, in chain order.
    /// - Returns: `nil` when there is no row.
    public static func show(
        _ key: RowKey, confirmed: [Value]?, removed: [Value]? = nil,
        under pending: some Sequence<RowChange>,
        of table: TableSchema
    ) -> ShownRow? {
        var values = confirmed
        var isPending = false
        for change in pending {
            switch (change.kind, values) {
            case (.insert, nil):
                values = born(change, of: table)
                isPending = true
            case (.update, let current?):
                var next = current
                if step(change, into: &next, of: table) {
                    values = next
                    isPending = true
                }
            case (.delete, .some):
                values = nil
            case (.update, nil):
                guard var image = removed, table.deletes == .updateWins else { continue }
                _ = step(change, into: &image, of: table)
                values = image
                isPending = true
            case (.insert, .some), (.delete, nil):
                // The first birth stands, and nothing is known of a row that is not there.
                continue
            }
        }
        return values.map { ShownRow(key: key, values: $0, isPending: isPending) }
    }

    /// A row as its birth states it: no policy stands between a value and a row that was not there.
    package static func born(_ change: RowChange, of table: TableSchema) -> [Value] {
        var values = table.defaults
        for put in change.puts {
            if let ordinal = table.ordinal(of: put.field) { values[ordinal] = put.value }
        }
        add(change, to: &values, of: table)
        return values
    }

    /// - Returns: whether anything of the change is in effect.
    private static func step(
        _ change: RowChange, into values: inout [Value], of table: TableSchema
    ) -> Bool {
        var isEffective = !change.adds.isEmpty || !change.edits.isEmpty
        for put in change.puts {
            guard let ordinal = table.ordinal(of: put.field) else { continue }
            let decision = FieldMerge.decide(
                put.value, over: values[ordinal], policy: table.fields[ordinal].policy,
                knew: true, isLater: { true })
            guard decision == .replace else { continue }
            values[ordinal] = put.value
            isEffective = true
        }
        add(change, to: &values, of: table)
        return isEffective
    }

    private static func add(
        _ change: RowChange, to values: inout [Value], of table: TableSchema
    ) {
        for add in change.adds {
            guard let ordinal = table.ordinal(of: add.field) else { continue }
            // A sum that leaves 64 bits is the hub's to refuse; until then it wraps.
            values[ordinal] = .integer((values[ordinal].integerValue ?? 0) &+ add.delta)
        }
        for edit in change.edits {
            guard let ordinal = table.ordinal(of: edit.field) else { continue }
            values[ordinal] = edit.applied(to: values[ordinal])
        }
    }
}
