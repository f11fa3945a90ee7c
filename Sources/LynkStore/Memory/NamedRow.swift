package import LynkCore

/// A stamp under full names.
package struct NamedStamp: Hashable, Sendable {
    package let dot: Dot
    package let effective: HybridTimestamp
    package let author: LaneID
}

/// A confirmed row under full names, so that replicas with handles of their own can be compared.
package struct NamedRow: Hashable, Sendable {
    package let key: RowKey
    package let values: [Value]
    package let scopes: [Scope]
    package let row: NamedStamp
    package let overrides: [FieldID: NamedStamp]

    init(
        _ row: StampedRow, era: (UInt32) -> EraID, lane: (UInt32) -> LaneID,
        scope: (UInt32) -> Scope
    ) {
        func named(_ stamp: Stamp) -> NamedStamp {
            NamedStamp(
                dot: Dot(era: era(stamp.era), number: stamp.number), effective: stamp.effective,
                author: lane(stamp.author))
        }
        key = row.key
        values = row.values
        scopes = row.record.scopes.map(scope).sorted()
        self.row = named(row.record.row)
        var overrides: [FieldID: NamedStamp] = [:]
        for override in row.record.overrides { overrides[override.field] = named(override.stamp) }
        self.overrides = overrides
    }

    /// Who wrote the field last.
    package subscript(field: FieldID) -> NamedStamp { overrides[field] ?? row }
}
