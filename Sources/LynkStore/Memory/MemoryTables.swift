import LynkCore
import LynkEngine

/// A hub's tables as values: a copy is a snapshot, a backup, or what a savepoint goes back to.
struct MemoryTables: Sendable {
    struct Rows: Sendable {
        var byKey: [RowKey: StoredRow] = [:]
        var keys: [Int64: RowKey] = [:]
        var lastNumber: Int64 = 0
    }

    struct Commit: Sendable {
        let record: LogRecord
        let body: SealedChangeSet
        let consequences: [RowChange]
    }

    struct Delivery: Sendable {
        let position: Int64
        var scopes: DeliveredScopes
    }

    var meta: [HubMeta: [UInt8]] = [:]
    var vector = VersionVector.zero
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
    var conflicts: [(position: Int64, conflict: Conflict)] = []
    /// Ascending by position.
    var deliveries: [DeviceID: [Delivery]] = [:]
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
