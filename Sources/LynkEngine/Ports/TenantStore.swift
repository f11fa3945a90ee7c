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
    /// What the device's hello says about its past; ``PushClaims/none`` for a back office.
    public let claims: PushClaims

    public init(
        principal: Principal, lane: LaneID, publicKey: DevicePublicKey?, upload: ClockReading,
        receivedMilliseconds: Int64, work: Work, claims: PushClaims = .none
    ) {
        self.claims = claims
        self.principal = principal
        self.lane = lane
        self.publicKey = publicKey
        self.upload = upload
        self.receivedMilliseconds = receivedMilliseconds
        self.work = work
    }
}

/// What a device's hello says about its past, as far as a push depends on it.
public struct PushClaims: Sendable {
    /// The token of the answer before; empty before the first one.
    public let ratchet: [UInt8]
    /// Eras that the hub asked for, parents first.
    public let eras: [EraRecord]
    /// Receipts of a response that this hub signed, each list with its signature.
    public let proofs: [ReceiptProof]
    /// The device's cursor, for the eras that it names.
    public let vector: VersionVector

    public init(
        ratchet: [UInt8] = [], eras: [EraRecord] = [],
        proofs: [ReceiptProof] = [], vector: VersionVector = .zero
    ) {
        self.vector = vector
        self.ratchet = ratchet
        self.eras = eras
        self.proofs = proofs
    }

    public init(_ hello: Hello) {
        self.init(
            ratchet: hello.ratchet, eras: hello.eras, proofs: hello.proofs,
            vector: hello.cursor.vector)
    }

    public static let none = PushClaims()
}

/// What became of one push.
public struct PushAnswer: Sendable {
    /// One per change set, in the order of the push; empty when the push was refused.
    public let receipts: [Receipt]
    /// The lane's head afterwards.
    public let head: LaneHead?
    /// Nothing was taken: a bad signature, a gap or a fork.
    public let refusal: Problem?
    /// The lane's next token; empty when it stays.
    public let ratchet: [UInt8]
    /// The push was refused because it names eras that the hub lacks.
    public let wantsEras: Bool
    /// The hub's signature over the receipts (``ReceiptSigning``); empty without receipts.
    public internal(set) var proof: [UInt8]

    public init(
        receipts: [Receipt], head: LaneHead?, refusal: Problem?, ratchet: [UInt8] = [],
        wantsEras: Bool = false, proof: [UInt8] = []
    ) {
        self.ratchet = ratchet
        self.wantsEras = wantsEras
        self.proof = proof
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
    /// What became of concurrent writes to rows of the device's scopes, after those rows.
    case conflicts([ConflictRecord])
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

    /// Answers a step of the comparison of a device's rows with the hub's.
    ///
    /// - Throws: ``Problem`` `not_found` for a scope that the principal may not see.
    func verify(
        _ request: VerifyRequest, for principal: Principal, nowMilliseconds: Int64
    ) throws -> VerifyAnswer

    /// Says whether an exchange would bring a device anything.
    ///
    /// - Parameter held: what the device has, by its own words.
    /// - Returns: one of `held` when nothing that concerns the device came after it, else the tag
    ///   of the head.
    func head(
        for principal: Principal, held: [HeadTag], nowMilliseconds: Int64
    ) throws -> HeadTag

    /// Puts a quarantined change set in force, by a change set of the hub that names it; its
    /// author's receipt stays as it was.
    ///
    /// - Returns: the receipt of the hub's change set.
    /// - Throws: ``Problem`` `not_found` for what is not in quarantine, or why it still cannot be
    ///   merged.
    func release(_ oid: ContentID, nowMilliseconds: Int64) throws -> Receipt
    /// Ends a quarantine for good; the bytes stay.
    func rejectFinally(_ oid: ContentID, nowMilliseconds: Int64) throws -> Receipt
    /// Everything that the vector contains survives the loss of this store from now on.
    func markDurable(_ vector: VersionVector) throws
    /// One step of forgetting what is older than the age, durable, and kept for causality alone: a
    /// durable transaction of its own, after which commits may come before the next.
    ///
    /// - Parameter work: about how many rows the step may touch; one commit's rows always.
    func advanceFloor(
        nowMilliseconds: Int64, ageMilliseconds: Int64, work: Int
    ) throws -> FloorStep
    /// How far the floor may go now, what would be forgotten, and what it waits for.
    ///
    /// - Parameter counting: whether to count what would be forgotten, which reads all of it.
    func floorReport(
        nowMilliseconds: Int64, ageMilliseconds: Int64, counting: Bool
    ) throws -> FloorReport

    /// The tenant's clocks: eras, vector, every lane.
    func clockReport() throws -> ClockReport
    /// Everything that is known about how a row became what it is, oldest first.
    func history(of table: TableID, _ key: RowKey) throws -> RowHistory
    /// The clocks that a device may see: a lane of another device tells who worked when, so only
    /// a principal that sees every scope is told of those.
    func clockReport(for principal: Principal, nowMilliseconds: Int64) throws -> ClockReport
    /// The same history for a device, without the intents of others.
    ///
    /// - Throws: ``Problem`` `not_found`, in the same words, for a row that does not exist and for
    ///   one outside of the principal's scopes.
    func history(
        of table: TableID, _ key: RowKey, for principal: Principal, nowMilliseconds: Int64
    ) throws -> RowHistory

    /// Copies the tenant as of one commit into a new file, synced, while commits go on.
    ///
    /// - Throws: ``Problem`` `store_failed`, also when the copy does not pass the database's own
    ///   check.
    func backUp(to path: String) throws -> TenantBackup

    /// Flushes and closes the file; nothing may be called afterwards.
    func close() throws
}

extension TenantStore {
    /// For stores that cannot say: devices ask by an exchange then.
    public func head(
        for principal: Principal, held: [HeadTag], nowMilliseconds: Int64
    ) throws -> HeadTag {
        throw Problem(.notFound, "this hub does not say where it stands")
    }

    /// All steps, one after the other.
    ///
    /// - Returns: the floor afterwards: the position at or below which that is forgotten.
    @discardableResult
    public func advanceFloor(
        nowMilliseconds: Int64, ageMilliseconds: Int64 = FloorReport.usualAgeMilliseconds
    ) throws -> Int64 {
        while true {
            let step = try advanceFloor(
                nowMilliseconds: nowMilliseconds, ageMilliseconds: ageMilliseconds,
                work: FloorStep.usualWork)
            if !step.hasMore { return step.floor }
        }
    }
}

/// Opens tenants; the hub's data directory.
public protocol TenantDirectory: Sendable {
    /// The tenant's store, opened on first use and kept; `nil` for a tenant that was never created.
    func tenant(_ id: TenantID) throws -> (any TenantStore)?
    func create(_ id: TenantID) throws -> any TenantStore
    func closeAll() throws
}
