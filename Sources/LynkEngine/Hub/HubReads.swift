package import LynkCore

/// What a hub reads of its file: one consistent snapshot. Both stores conform to it; what is
/// decided from it stands in this target.
package protocol HubReads: AnyObject, TenantView {
    associatedtype Page: PullPage

    func meta(_ name: HubMeta) throws -> [UInt8]?
    /// The last position that was given; 0 before the first.
    func head() throws -> Int64
    func vector() throws -> VersionVector
    /// What survives the loss of this file: in a completed backup, or at another hub.
    func durable() throws -> VersionVector
    /// In the order of their handles, which is that of their opening.
    func eras() throws -> [HubEra]
    func era(_ id: EraID) throws -> HubEra?
    func lane(_ id: LaneID) throws -> HubLane?
    /// In the order of their handles.
    func scopes() throws -> [HubScope]
    func scopeHead(_ handle: UInt32) throws -> Int64
    func digest(_ name: DigestName) throws -> SetDigest?
    /// The digest over all tables of a scope.
    func digest(ofScope handle: UInt32) throws -> SetDigest
    func log(at position: Int64) throws -> LogRecord?
    /// The first place of a change set in the log.
    func position(of oid: ContentID) throws -> Int64?
    func changeCount(in scope: UInt32, after position: Int64) throws -> Int64
    /// Every row of a table within a range of keys, in their order.
    func rows(
        of table: TableID, in range: KeyRange, _ body: (Int64, StampedRow) throws -> Void) throws
    /// In the order of their handles.
    func lanes() throws -> [HubLane]
    /// Positions of the commits that updated or deleted the row, newest first.
    func history(of row: RowName, limit: Int) throws -> [Int64]
    /// What the author signed; `nil` when it was collected, and when it does not decode.
    func changeSet(at position: Int64) throws -> SealedChangeSet?
    /// What the commit at this position wrote, its consequences last.
    func writes(at position: Int64) throws -> [RowChange]
    /// What is at a key, deleted rows included.
    func stored(_ table: TableSchema, _ key: RowKey) throws -> StoredState?
    func conflicts(about row: RowName) throws -> [StoredConflict]

    /// The set that this hash named for the device, if this hub ever sent it.
    func scopeSet(of device: DeviceID, hash: [UInt8]) throws -> DeliveredScopes?
    /// The newest set of the device at or before the position.
    func scopeSet(of device: DeviceID, at position: Int64) throws -> DeliveredScopes?

    /// Entries of a scope in order, until `body` returns false.
    func changes(
        in scope: UInt32, after: ChangeEntry, through position: Int64,
        _ body: (ChangeEntry) throws -> Bool
    ) throws

    /// Conflicts about rows of a scope in the order in which they were found, at most `limit`.
    ///
    /// - Parameter after: the position and number of the last one before.
    func conflicts(
        in scope: UInt32, after: (position: Int64, number: Int64), through position: Int64,
        limit: Int
    ) throws -> [StoredConflict]
    /// The scopes of the row that a conflict is about.
    func scopes(ofConflict number: Int64) throws -> [UInt32]
    func tombstone(_ number: Int64) throws -> (table: TableID, tombstone: Tombstone)?
    /// The era and lane behind a stamp's handles.
    func names(of stamp: Stamp) throws -> (era: EraID, lane: LaneID)

    /// How many conflicts were found after a position, up to another.
    func conflictCount(after position: Int64, through last: Int64) throws -> Int
    func received(at position: Int64) throws -> HybridTimestamp?
    func quarantined(at position: Int64) throws -> QuarantineRecord?
    /// Whether a change set of the device is quarantined and not resolved.
    func hasQuarantined(of device: DeviceID) throws -> Bool

    /// In the order of their positions.
    func quarantine() throws -> [QuarantineRecord]

    func makePage() throws -> Page
}

/// A page in the making. The store encodes it, so that rows go from its file to the page
/// without a copy; what goes in is decided in ``PullReader``.
package protocol PullPage: AnyObject {
    var rowCount: Int { get }
    var byteCount: Int { get }

    /// Adds a row at its newest state.
    ///
    /// - Parameter members: the scopes of the row's record to name it under; `nil` leaves it out.
    func append(
        row: Int64, of table: TableID, members: (StampRecord) throws -> [UInt32]?
    ) throws
    /// Adds a row's key to those that are gone.
    func remove(_ key: RowKey, of table: TableID, members: [UInt32]) throws
    /// The payload of the page's frame.
    ///
    /// - Parameter mark: what the device hands back when the pull breaks off after this page.
    func finish(mark: [UInt8]) throws -> [UInt8]
}

/// Values that a hub keeps by name.
package enum HubMeta: String, Sendable {
    case hub, tenant, vector, clock, durable, floor
    case digestKey = "digest_key"
    /// The private half of the key that signs receipts.
    case signingKey = "signing_key"
    case ratchetKey = "ratchet_key"
    /// The newest version of the schema that the rows were kept under: eight bytes.
    case schema
}

extension HubReads {
    /// Nothing at or below this position is kept for causality alone.
    func floor() throws -> Int64 {
        Int64(HybridTimestamp(bytes: try meta(.floor) ?? []).rawValue)
    }
}
