package import LynkCore

/// What a hub writes to its file, inside one open transaction: dumb places for what
/// ``HubTransaction`` decides. All or nothing with the transaction, or with the savepoint.
package protocol HubStorage: HubReads {
    associatedtype Hasher: RowHashing

    func setMeta(_ name: HubMeta, _ value: [UInt8]) throws
    func setVector(_ vector: VersionVector) throws
    func setDurable(_ vector: VersionVector) throws
    func insert(_ era: HubEra) throws
    func put(_ lane: HubLane) throws
    func put(_ scope: HubScope) throws
    func put(_ digest: SetDigest, _ name: DigestName) throws

    /// - Returns: the number that the change index names the row by.
    func insert(_ row: StampedRow, into table: TableSchema) throws -> Int64
    func remove(row number: Int64, from table: TableSchema) throws
    /// - Returns: its number, which is negative.
    func insert(_ tombstone: Tombstone, of table: TableSchema) throws -> Int64
    func replace(_ tombstone: Tombstone, number: Int64, of table: TableSchema) throws
    func remove(tombstone number: Int64) throws

    func live(_ field: FieldID, of row: RowName) throws -> LiveVersions?
    /// Empty ones are no longer kept.
    func put(_ live: LiveVersions, _ field: FieldID, of row: RowName) throws

    /// Notes that the commit updated or deleted the row.
    func note(_ row: RowName, at position: Int64) throws
    func replace(
        _ old: StampedRow, with new: StampedRow, number: Int64, in table: TableSchema
    ) throws

    func index(_ entry: ChangeEntry, in scope: UInt32) throws
    func unindex(_ entry: ChangeEntry, in scope: UInt32) throws

    func append(
        _ record: LogRecord, era: UInt32, body: SealedChangeSet, consequences: [RowChange]
    ) throws
    /// Names a place in the log for an oid whose change set is not in it.
    func place(_ oid: ContentID, at position: Int64) throws
    /// The oid of the change set whose writes carry this position's dot.
    func oid(at position: Int64) throws -> ContentID?

    func put(_ record: QuarantineRecord) throws
    /// Notes that the quarantined change set at this position waits for the row's birth.
    func wait(for row: RowName, at position: Int64) throws
    func waiting(for row: RowName) throws -> [Int64]
    func stopWaiting(at position: Int64) throws
    func isAnyWaiting() throws -> Bool

    func aliases() throws -> [DotAlias]
    func insert(_ alias: DotAlias) throws

    func keep(
        _ conflict: Conflict, by oid: ContentID, in scopes: [UInt32], at position: Int64) throws
    func keep(_ delivered: DeliveredScopes, of device: DeviceID) throws

    /// Forgets that the commit updated or deleted the row.
    func forget(_ row: RowName, at position: Int64) throws
    /// Forgets the live versions of all fields of a row, its presence included.
    func forgetLive(of row: RowName) throws
    /// Forgets conflicts that were found at or below the floor, oldest first.
    ///
    /// - Returns: how many; fewer than the limit when none is left.
    func forgetConflicts(through floor: Int64, limit: Int) throws -> Int
    /// Forgets scope sets below the newest one of their device that is at or below the floor.
    ///
    /// - Returns: how many; fewer than the limit when none is left.
    func forgetScopeSets(through floor: Int64, limit: Int) throws -> Int
    /// Forgets the bytes of a commit; its place, its oid and its chain stay.
    func dropBody(at position: Int64) throws

    /// Runs `body`; when it throws, nothing of it remains.
    func savepoint(_ body: () throws -> Void) throws
    /// The canonical bytes of a change set that the hub itself makes, and their name.
    func seal(_ changeSet: ChangeSet) -> SealedChangeSet
    /// What a hub signs of the receipts of a response.
    static func message(_ entries: [ReceiptProof.Entry]) -> [UInt8]
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
