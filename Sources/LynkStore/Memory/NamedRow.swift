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
        _ row: StampedRow, era: (UInt32) throws -> EraID, lane: (UInt32) throws -> LaneID,
        scope: (UInt32) throws -> Scope
    ) rethrows {
        func named(_ stamp: Stamp) throws -> NamedStamp {
            NamedStamp(
                dot: Dot(era: try era(stamp.era), number: stamp.number),
                effective: stamp.effective, author: try lane(stamp.author))
        }
        key = row.key
        values = row.values
        scopes = try row.record.scopes.map { try scope($0) }.sorted()
        self.row = try named(row.record.row)
        var overrides: [FieldID: NamedStamp] = [:]
        for override in row.record.overrides {
            overrides[override.field] = try named(override.stamp)
        }
        self.overrides = overrides
    }

    /// Who wrote the field last.
    package subscript(field: FieldID) -> NamedStamp { overrides[field] ?? row }
}
