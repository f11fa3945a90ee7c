package import LynkCore

/// What a hub writes to its file, inside one open transaction: dumb places for what
/// ``HubTransaction`` decides. All or nothing with the transaction, or with the savepoint.
package protocol HubStorage: HubReads {
    associatedtype Hasher: RowHashing

    func setMeta(_ name: HubMeta, _ value: [UInt8]) throws
    func setVector(_ vector: VersionVector) throws
    func insert(_ era: HubEra) throws
    /// In the order of their handles.
    func lanes() throws -> [HubLane]
    func put(_ lane: HubLane) throws
    func put(_ scope: HubScope) throws
    func put(_ digest: SetDigest, _ name: DigestName) throws

    func stored(_ table: TableSchema, _ key: RowKey) throws -> StoredRow?
    /// - Returns: the number that the change index names the row by.
    func insert(_ row: StampedRow, into table: TableSchema) throws -> Int64
    func replace(
        _ old: StampedRow, with new: StampedRow, number: Int64, in table: TableSchema
    ) throws

    func index(_ entry: ChangeEntry, in scope: UInt32) throws
    func unindex(_ entry: ChangeEntry, in scope: UInt32) throws

    func append(
        _ record: LogRecord, era: UInt32, body: SealedChangeSet, consequences: [RowChange]
    ) throws
    func position(of oid: ContentID) throws -> Int64?
    func received(at position: Int64) throws -> HybridTimestamp?
    func oid(at position: Int64) throws -> ContentID?

    func keep(_ conflict: Conflict, at position: Int64) throws
    func keep(_ scopes: ScopeUpdate, of device: DeviceID, at position: Int64) throws

    /// Runs `body`; when it throws, nothing of it remains.
    func savepoint(_ body: () throws -> Void) throws
    /// The canonical bytes of a change set that the hub itself makes, and their name.
    func seal(_ changeSet: ChangeSet) -> SealedChangeSet
}

/// Writes the canonical image of a row and takes its hash in and out of digests. Keeps its
/// buffers between rows.
package protocol RowHashing {
    init(digestKey: [UInt8])
    /// What is hashed before rows of this scope; kept per handle.
    mutating func prefix(_ handle: UInt32, name: (UInt32) throws -> Scope) rethrows -> [UInt8]
    mutating func write(
        _ row: StampedRow, of table: TableSchema, era: (UInt32) throws -> EraID) rethrows
    /// Adds the row written last.
    func insert(into digest: inout SetDigest, prefix: [UInt8])
    /// Takes out the row written last.
    func remove(from digest: inout SetDigest, prefix: [UInt8])
}

/// A hub's file: transactions for its one writer, snapshots for its readers.
package protocol HubFile: AnyObject, Sendable {
    associatedtype Storage: HubStorage
    associatedtype Reads: HubReads

    /// One durable transaction: on disk when it returns, and nothing of it when `body` throws.
    func write<T>(_ body: (Storage) throws -> T) throws -> T
    func read<T>(_ body: (Reads) throws -> T) throws -> T
}
