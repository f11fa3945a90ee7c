import LynkCore
import LynkEngine

/// A hub's tables as values: a copy is a snapshot, a backup, or what a savepoint goes back to.
struct MemoryTables: Sendable {
    struct Rows: Sendable {
        var byKey: [RowKey: StoredState] = [:]
        var keys: [Int64: RowKey] = [:]
        var lastNumber: Int64 = 0

        /// Rows that are there.
        var present: [StampedRow] { byKey.values.compactMap(\.state.row) }

        func row(_ key: RowKey) -> StampedRow? { byKey[key]?.state.row }
    }

    struct LiveName: Hashable, Sendable {
        let row: RowName
        let field: FieldID
    }

    struct Kept: Sendable {
        let stored: StoredConflict
        let scopes: [UInt32]
    }

    struct Commit: Sendable {
        let record: LogRecord
        var body: SealedChangeSet?
        let consequences: [RowChange]
    }

    var meta: [HubMeta: [UInt8]] = [:]
    var vector = VersionVector.zero
    var durable = VersionVector.zero
    var eras: [HubEra] = []
    var lanes: [HubLane] = []
    var scopes: [HubScope] = []
    var digests: [DigestName: SetDigest] = [:]
    var rows: [TableID: Rows] = [:]
    /// Sorted, by scope.
    var changes: [UInt32: [ChangeEntry]] = [:]
    /// By position; the first is position 1.
    var log: [Commit] = []
    var oids: [ContentID: Int64] = [:]
    /// Ascending by number.
    var conflicts: [Kept] = []
    var lastConflict: Int64 = 0
    /// Ascending by position.
    var deliveries: [DeviceID: [DeliveredScopes]] = [:]
    /// Tables of tombstones by their negative numbers.
    var tombstones: [Int64: RowName] = [:]
    var lastTombstone: Int64 = 0
    var live: [LiveName: LiveVersions] = [:]
    /// Ascending by position.
    var history: [RowName: [Int64]] = [:]
    var quarantine: [Int64: QuarantineRecord] = [:]
    var waiting: [RowName: Set<Int64>] = [:]
    var aliases: [DotAlias] = []
}

extension MemoryTables {
    /// Gives rows of an earlier version of the schema the fields that were added since.
    mutating func grow(to schema: Schema) {
        for table in schema.tables {
            for (key, stored) in rows[table.id]?.byKey ?? [:] {
                let image = stored.state.image
                guard image.values.count < table.fields.count else { break }
                let added = table.fields[image.values.count...].map(\.defaultValue)
                let grown = StampedRow(
                    key: key, values: image.values + added, record: image.record)
                let state: RowState =
                    switch stored.state {
                    case .present: .present(grown)
                    case .deleted(let tombstone):
                        .deleted(Tombstone(row: grown, deleted: tombstone.deleted))
                    }
                rows[table.id]?.byKey[key] = StoredState(number: stored.number, state: state)
            }
        }
    }
}

extension [ChangeEntry] {
    /// The index of the first entry that is not less.
    func lowerBound(of entry: ChangeEntry) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < entry { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
