import LynkCore
import LynkEngine
import LynkWire

/// A hub's tables in memory: the same places as a file's, without SQL.
final class MemoryHubStorage: HubStorage {
    typealias Hasher = RowHasher

    let schema: Schema
    var tables: MemoryTables

    init(_ tables: MemoryTables, schema: Schema) {
        self.tables = tables
        self.schema = schema
    }

    // MARK: Reads

    func meta(_ name: HubMeta) -> [UInt8]? { tables.meta[name] }
    func head() -> Int64 { Int64(tables.log.count) }
    func vector() -> VersionVector { tables.vector }
    func durable() -> VersionVector { tables.durable }
    func eras() -> [HubEra] { tables.eras }
    func era(_ id: EraID) -> HubEra? { tables.eras.first { $0.record.era == id } }
    func lane(_ id: LaneID) -> HubLane? { tables.lanes.first { $0.id == id } }
    func lanes() -> [HubLane] { tables.lanes }
    func scopes() -> [HubScope] { tables.scopes }
    func scopeHead(_ handle: UInt32) -> Int64 { tables.scopes[Int(handle)].head }
    func digest(_ name: DigestName) -> SetDigest? { tables.digests[name] }

    func digest(ofScope handle: UInt32) -> SetDigest {
        tables.digests.reduce(into: SetDigest()) { sum, digest in
            if digest.key.scope == handle { sum.formUnion(digest.value) }
        }
    }

    func commit(at position: Int64) -> MemoryTables.Commit? {
        position >= 1 && position <= head() ? tables.log[Int(position) - 1] : nil
    }

    func log(at position: Int64) -> LogRecord? { commit(at: position)?.record }
    func received(at position: Int64) -> HybridTimestamp? { log(at: position)?.received }
    func oid(at position: Int64) -> ContentID? {
        log(at: position).map { $0.subject ?? $0.oid }
    }
    func position(of oid: ContentID) -> Int64? { tables.oids[oid] }

    func scopeSet(of device: DeviceID, hash: [UInt8]) -> DeliveredScopes? {
        tables.deliveries[device]?.last { $0.hash == hash }
    }

    func scopeSet(of device: DeviceID, at position: Int64) -> DeliveredScopes? {
        tables.deliveries[device]?.last { $0.position <= position }
    }

    func changes(
        in scope: UInt32, after: ChangeEntry, through position: Int64,
        _ body: (ChangeEntry) throws -> Bool
    ) rethrows {
        let entries = tables.changes[scope] ?? []
        for entry in entries[entries.lowerBound(of: after)...] where entry != after {
            guard entry.position <= position, try body(entry) else { return }
        }
    }

    func makePage() -> MemoryPage { MemoryPage(tables, schema: schema) }

    func row(_ table: TableID, _ key: RowKey) -> StampedRow? {
        tables.rows[table]?.row(key)
    }

    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        guard let declared = schema.table(table)?.index(index, leading: values.count) else {
            throw Problem(.internalFailure, "no index \(index) is declared")
        }
        let found = (tables.rows[table]?.present ?? []).filter { row in
            zip(declared, values).allSatisfy { row.values[$0] == $1 }
        }
        let ordered = found.sorted { left, right in
            for ordinal in declared where left.values[ordinal] != right.values[ordinal] {
                return left.values[ordinal].isStored(before: right.values[ordinal])
            }
            return left.key < right.key
        }
        return Array(ordered.prefix(limit))
    }

    // MARK: Writes

    func setMeta(_ name: HubMeta, _ value: [UInt8]) { tables.meta[name] = value }
    func setVector(_ vector: VersionVector) { tables.vector = vector }
    func setDurable(_ vector: VersionVector) { tables.durable = vector }
    func insert(_ era: HubEra) { tables.eras.append(era) }

    func put(_ lane: HubLane) {
        let handle = Int(lane.handle)
        if handle < tables.lanes.count {
            tables.lanes[handle] = lane
        } else {
            tables.lanes.append(lane)
        }
    }

    func put(_ scope: HubScope) {
        let handle = Int(scope.handle)
        if handle < tables.scopes.count {
            tables.scopes[handle] = scope
        } else {
            tables.scopes.append(scope)
        }
    }

    func put(_ digest: SetDigest, _ name: DigestName) { tables.digests[name] = digest }

    func stored(_ table: TableSchema, _ key: RowKey) -> StoredState? {
        tables.rows[table.id]?.byKey[key]
    }

    func insert(_ row: StampedRow, into table: TableSchema) -> Int64 {
        tables.rows[table.id, default: .init()].insert(row)
    }

    func replace(
        _ old: StampedRow, with new: StampedRow, number: Int64, in table: TableSchema
    ) {
        tables.rows[table.id]?.byKey[new.key] = StoredState(number: number, state: .present(new))
    }

    func index(_ entry: ChangeEntry, in scope: UInt32) {
        let place = tables.changes[scope]?.lowerBound(of: entry) ?? 0
        tables.changes[scope, default: []].insert(entry, at: place)
    }

    func unindex(_ entry: ChangeEntry, in scope: UInt32) {
        guard let place = tables.changes[scope]?.lowerBound(of: entry),
            place < tables.changes[scope]?.count ?? 0, tables.changes[scope]?[place] == entry
        else { return }
        tables.changes[scope]?.remove(at: place)
    }

    func append(
        _ record: LogRecord, era: UInt32, body: SealedChangeSet, consequences: [RowChange]
    ) {
        tables.log.append(.init(record: record, body: body, consequences: consequences))
        place(record.oid, at: record.position)
    }

    func place(_ oid: ContentID, at position: Int64) {
        if tables.oids[oid] == nil { tables.oids[oid] = position }
    }

    func savepoint(_ body: () throws -> Void) throws {
        let before = tables
        do { try body() } catch {
            tables = before
            throw error
        }
    }

    func seal(_ changeSet: ChangeSet) -> SealedChangeSet { ChangeSetCodec.seal(changeSet) }

    static func message(_ entries: [ReceiptProof.Entry]) -> [UInt8] {
        ReceiptProof.digest(of: entries).bytes
    }
}

extension MemoryTables.Rows {
    fileprivate mutating func insert(_ row: StampedRow) -> Int64 {
        lastNumber += 1
        byKey[row.key] = StoredState(number: lastNumber, state: .present(row))
        keys[lastNumber] = row.key
        return lastNumber
    }
}

extension TableSchema {
    /// The places of a declared index's fields; `nil` when there is none with as many.
    fileprivate func index(_ name: String, leading count: Int) -> [Int]? {
        guard let index = indexes.first(where: { $0.name == name }), count <= index.fields.count
        else { return nil }
        return index.fields.compactMap { ordinal(named: $0) }
    }
}

extension Value {
    /// SQLite's order of values: NULL, numbers, text by bytes, blobs.
    fileprivate func isStored(before other: Value) -> Bool {
        switch (self, other) {
        case (.integer(let left), .integer(let right)): left < right
        case (.real(let left), .real(let right)): left < right
        case (.integer(let left), .real(let right)): Double(left) < right
        case (.real(let left), .integer(let right)): left < Double(right)
        case (.text(let left), .text(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.blob(let left), .blob(let right)): left.lexicographicallyPrecedes(right)
        default: storageClass < other.storageClass
        }
    }

    private var storageClass: Int {
        switch self {
        case .null: 0
        case .integer, .real: 1
        case .text: 2
        case .blob: 3
        }
    }
}
