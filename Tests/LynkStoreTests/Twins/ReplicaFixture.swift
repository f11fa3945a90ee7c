import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

/// Which of the replicas a law is held against.
enum ReplicaKind: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, memory

    var testDescription: String { "\(self) replica" }
}

/// A hub store and a replica that a law is held against.
struct StorePair: Hashable, Sendable, CustomTestStringConvertible {
    let hub: HubKind
    let replica: ReplicaKind

    static let all = HubKind.allCases.flatMap { hub in
        ReplicaKind.allCases.map { StorePair(hub: hub, replica: $0) }
    }

    var testDescription: String { "\(hub) hub, \(replica) replica" }
}

/// A confirmed row with its stamps under their full names, so that replicas with handles of their
/// own can be compared.
struct ConfirmedImage: Hashable, CustomStringConvertible {
    struct NamedStamp: Hashable {
        let dot: Dot
        let effective: HybridTimestamp
        let author: LaneID
    }

    let key: RowKey
    let values: [Value]
    let scopes: [Scope]
    let row: NamedStamp
    let overrides: [FieldID: NamedStamp]

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

    /// Without the lanes, whose ids are chance.
    var meaning: String {
        let fields = overrides.sorted { $0.key < $1.key }.map {
            "\($0.key):\($0.value.dot.number)@\($0.value.effective.rawValue)"
        }
        return "\(key) \(values) \(scopes.map(\.name)) \(row.dot.number)@"
            + "\(row.effective.rawValue) \(fields)"
    }

    var description: String { meaning }
}

/// One replica under the laws, whatever it is made of.
protocol ReplicaFixture: AnyObject {
    var kind: ReplicaKind { get }
    var store: any ReplicaStore { get }
    func mintKey() -> RowKey
    /// One local transaction.
    func write(_ edits: [RowEdit]) throws
    /// In key order.
    func rows(_ table: TableSchema) throws -> [ShownRow]
    /// The rows as the hub gave them, in key order.
    func confirmed(_ table: TableSchema) throws -> [ConfirmedImage]
    /// Own change sets that the last checkpoint does not include, in chain order.
    func pending() throws -> [ChangeSet]
    func receipts() throws -> [ReceiptLine]
    func refused() throws -> [RefusedChangeSet]
    func resubmit(_ oid: ContentID, _ edits: [RowEdit]) throws -> ContentID
    func discard(_ oid: ContentID, reason: String) throws
    func status() throws -> ReplicaStatus
    func recomputeRoot() throws -> [UInt8]
    /// Goes on with another version of the program.
    func upgrade(to schema: Schema) throws
    /// Goes on as after a kill at this moment.
    func crash() throws
    /// Another replica from a copy of what is on disk.
    func copy() throws -> any ReplicaFixture
}

/// What both replicas keep of a receipt.
struct ReceiptLine: Hashable, CustomStringConvertible {
    let oid: ContentID
    let disposition: String
    let number: UInt64
    let effective: UInt64
    let conflicts: Int
    let problem: String?

    var description: String {
        "\(oid.short) \(disposition) \(number)@\(effective) \(conflicts) \(problem ?? "-")"
    }
}

extension ReplicaFixture {
    /// What a page of the book says that the device shows, from its parts.
    func recomputedRows(_ table: TableSchema) throws -> [ShownRow] {
        let confirmed = try confirmed(table)
        let changes = try pending().flatMap(\.changes).filter { $0.table == table.id }
        let keys = Set(confirmed.map(\.key)).union(changes.map(\.key)).sorted()
        return keys.compactMap { key in
            PendingOverlay.show(
                key, confirmed: confirmed.first { $0.key == key }?.values,
                under: changes.filter { $0.key == key }, of: table)
        }
    }
}
