public import LynkCore

/// What one request asks a tenant's hub to commit.
public struct Push: Sendable {
    /// Who speaks: a device by its signed chain, or a back office through the hub.
    public enum Work: Sendable {
        /// Change sets of a device, in chain order, with its signature over the last oid.
        case changeSets([SealedChangeSet], signature: [UInt8])
        /// Changes that the hub makes on behalf of a back office, as one change set of its own.
        case changes([RowChange], Intent)
    }

    public let principal: Principal
    /// The lane that the change sets are placed in; the hub's own lane for ``Work/changes``.
    public let lane: LaneID
    public let publicKey: DevicePublicKey?
    /// The device's clocks at the upload.
    public let upload: ClockReading
    /// The hub's wall clock at the arrival of the request.
    public let receivedMilliseconds: Int64
    public let work: Work

    public init(
        principal: Principal, lane: LaneID, publicKey: DevicePublicKey?, upload: ClockReading,
        receivedMilliseconds: Int64, work: Work
    ) {
        self.principal = principal
        self.lane = lane
        self.publicKey = publicKey
        self.upload = upload
        self.receivedMilliseconds = receivedMilliseconds
        self.work = work
    }
}

/// What became of one push.
public struct PushAnswer: Sendable {
    /// One per change set, in the order of the push; empty when the push was refused.
    public let receipts: [Receipt]
    /// The lane's head afterwards.
    public let head: LaneHead?
    /// Nothing was taken: a bad signature, a gap or a fork.
    public let refusal: Problem?

    public init(receipts: [Receipt], head: LaneHead?, refusal: Problem?) {
        self.receipts = receipts
        self.head = head
        self.refusal = refusal
    }
}

/// What a pull goes over; made by ``TenantStore/openPull(for:hello:nowMilliseconds:)``.
public struct PullScan: Sendable {
    public let welcome: Welcome
    /// The store's own bookkeeping of how far the scan has come.
    package var state: any Sendable

    package init(welcome: Welcome, state: any Sendable) {
        self.welcome = welcome
        self.state = state
    }
}

/// The next thing to send in a pull.
public enum PullStep: Sendable {
    /// The payload of one page frame.
    case page([UInt8])
    /// The scan met the head: the pull is over.
    case checkpoint(Checkpoint)
}

/// One tenant's replica at a hub: rows, log, clock, receipts. Synchronous; call it off the
/// cooperative pool.
///
/// Isolation: `commit` runs on one thread at a time per tenant; the reads run beside it and beside
/// each other, each on a consistent snapshot.
public protocol TenantStore: AnyObject, Sendable {
    var tenant: TenantID { get }

    /// Commits a group in one durable transaction, each change set in a savepoint of its own.
    ///
    /// When it returns, every receipt is on disk (`synchronous=FULL`). One bad change set or push
    /// changes nothing for the others.
    func commit(_ group: [Push]) throws -> [PushAnswer]

    /// Starts a pull for a device; `answer` comes from the commit of the same request, if any.
    func openPull(
        for principal: Principal, hello: Hello, answer: PushAnswer?, nowMilliseconds: Int64
    ) throws -> PullScan

    /// One short read: a page, or the checkpoint when nothing is left.
    func next(_ scan: inout PullScan) throws -> PullStep

    /// Runs one of the application's queries.
    ///
    /// - Parameter arguments: one value per declared parameter.
    /// - Returns: rows in the order of the query's columns; at most `limit`.
    func run(_ query: Query, arguments: [String: Value], limit: Int) throws -> [[Value]]

    /// Copies the tenant as of one commit into a new file, synced, while commits go on.
    ///
    /// - Throws: ``Problem`` `store_failed`, also when the copy does not pass the database's own
    ///   check.
    func backUp(to path: String) throws -> TenantBackup

    /// What the vector contains now exists in a second place: devices may drop it.
    ///
    /// Call it once a backup is complete and synced, never before.
    func markDurable(_ vector: VersionVector) throws

    /// Flushes and closes the file; nothing may be called afterwards.
    func close() throws
}

/// Opens tenants; the hub's data directory.
public protocol TenantDirectory: Sendable {
    /// The tenant's store, opened on first use and kept; `nil` for a tenant that was never created.
    func tenant(_ id: TenantID) throws -> (any TenantStore)?
    func create(_ id: TenantID) throws -> any TenantStore
    func closeAll() throws
}
