package import LynkCore

/// What a hub reads of its file: one consistent snapshot. Both stores conform to it; what is
/// decided from it stands in this target.
package protocol HubReads: AnyObject, TenantView {
    associatedtype Page: PullPage

    func meta(_ name: HubMeta) throws -> [UInt8]?
    /// The last position that was given; 0 before the first.
    func head() throws -> Int64
    func vector() throws -> VersionVector
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

    /// The set that this hash named for the device, if this hub ever sent it.
    func scopeSet(of device: DeviceID, hash: [UInt8]) throws -> Set<Scope>?
    /// The newest set of the device at or before the position.
    func scopeSet(of device: DeviceID, at position: Int64) throws -> DeliveredScopes?

    /// Entries of a scope in order, until `body` returns false.
    func changes(
        in scope: UInt32, after: ChangeEntry, through position: Int64,
        _ body: (ChangeEntry) throws -> Bool
    ) throws

    /// Conflicts up to a position, in the order in which they were found.
    func conflicts(through position: Int64) throws -> [Conflict]

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
    /// The payload of the page's frame.
    func finish() throws -> [UInt8]
}

/// Values that a hub keeps by name.
package enum HubMeta: String, Sendable {
    case hub, tenant, vector, clock
    case digestKey = "digest_key"
}
