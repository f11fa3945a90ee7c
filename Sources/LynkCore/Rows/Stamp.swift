/// What wrote a field: a commit, when it took effect, and the lane that authored it.
///
/// `era` and `author` are a replica's own small handles; the wire and the digest put the ids in
/// their place.
public struct Stamp: Hashable, Sendable, BitwiseCopyable {
    public let era: UInt32
    public let number: UInt64
    public let effective: HybridTimestamp
    public let author: UInt32

    public init(era: UInt32, number: UInt64, effective: HybridTimestamp, author: UInt32) {
        self.era = era
        self.number = number
        self.effective = effective
        self.author = author
    }
}

/// The stamps of a row: one for the whole row, and one more only for each field that a later
/// commit wrote. It stands in the row's `_stamp` column.
public struct StampRecord: Hashable, Sendable {
    /// The stamp of one field that a later commit wrote.
    public struct Override: Hashable, Sendable {
        public let field: FieldID
        public let stamp: Stamp

        public init(field: FieldID, stamp: Stamp) {
            self.field = field
            self.stamp = stamp
        }
    }

    /// Handles of the one or two scopes that the row was born into.
    public let scopes: [UInt32]
    /// The commit that gave birth to the row.
    public let row: Stamp
    /// 0 for the first birth of the key; one more for each birth by one who knew the delete.
    public let generation: UInt32
    /// Ascending by field.
    public private(set) var overrides: [Override]

    public init(
        scopes: [UInt32], row: Stamp, generation: UInt32 = 0, overrides: [Override] = []
    ) {
        self.scopes = scopes
        self.row = row
        self.generation = generation
        self.overrides = overrides
    }

    public subscript(field: FieldID) -> Stamp {
        overrides.first { $0.field == field }?.stamp ?? row
    }

    /// Whether the commit wrote what stands in the row, its birth or a field.
    func holds(_ stamp: Stamp) -> Bool {
        row == stamp || overrides.contains { $0.stamp == stamp }
    }

    /// The commits that wrote what stands in the row.
    var stamps: Set<Stamp> { Set(overrides.map(\.stamp)).union([row]) }

    /// Notes that this commit wrote the field last.
    public mutating func set(_ stamp: Stamp, for field: FieldID) {
        let override = Override(field: field, stamp: stamp)
        if let index = overrides.firstIndex(where: { $0.field >= field }) {
            if overrides[index].field == field {
                overrides[index] = override
            } else {
                overrides.insert(override, at: index)
            }
        } else {
            overrides.append(override)
        }
    }
}

/// A row with its stamps, values in the order of ``TableSchema/fields``.
public struct StampedRow: Hashable, Sendable {
    public let key: RowKey
    public var values: [Value]
    public var record: StampRecord

    public init(key: RowKey, values: [Value], record: StampRecord) {
        self.key = key
        self.values = values
        self.record = record
    }
}
