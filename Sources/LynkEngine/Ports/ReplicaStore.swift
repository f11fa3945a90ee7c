public import LynkCore

/// Who a replica is, from its enrolment on.
public struct Enrolment: Sendable {
    /// `https://host:port`, without a path.
    public let server: String
    public let principal: Principal
    public let key: DeviceKey
    /// What the hub gave to prove it, for the day when it does not know the device any more;
    /// `nil` from a hub that gave none. Opaque here.
    public let proof: String?

    public init(server: String, principal: Principal, key: DeviceKey, proof: String? = nil) {
        self.server = server
        self.principal = principal
        self.key = key
        self.proof = proof
    }
}

/// A change set as it stands in the outbox.
public struct OfferedChangeSet: Sendable {
    public let oid: ContentID
    public let bytes: [UInt8]

    public init(oid: ContentID, bytes: [UInt8]) {
        self.oid = oid
        self.bytes = bytes
    }
}

/// What a device sends in one exchange.
public struct ExchangeOffer: Sendable {
    public let hello: Hello
    /// In chain order, from the first that the hub has not acknowledged.
    public let changeSets: [OfferedChangeSet]
    /// The device's signature over the last offered oid; empty when nothing is offered.
    public let signature: [UInt8]
    /// More is in the outbox than one push may carry.
    public let hasMore: Bool

    public init(
        hello: Hello, changeSets: [OfferedChangeSet], signature: [UInt8], hasMore: Bool
    ) {
        self.hello = hello
        self.changeSets = changeSets
        self.signature = signature
        self.hasMore = hasMore
    }
}

/// What applying a checkpoint did.
public struct ApplyReport: Hashable, Sendable {
    public var rowsApplied: Int
    /// Whether the device's digest equals the hub's; a difference is kept as an incident.
    public var digestMatches: Bool
    /// The replica has something to send at once, as after a hub's rollback.
    public var hasMore: Bool

    public init(rowsApplied: Int, digestMatches: Bool, hasMore: Bool = false) {
        self.rowsApplied = rowsApplied
        self.digestMatches = digestMatches
        self.hasMore = hasMore
    }
}

/// The replica as the sync loop sees it. Synchronous and durable; call it off the cooperative
/// pool. One exchange at a time: `offer`, `welcome`, then `record` and `stage` in any order, then
/// `apply`. Breaking off anywhere loses nothing.
public protocol ReplicaStore: AnyObject, Sendable {
    func enrolment() throws -> Enrolment?
    /// The key that this replica enrols with: made on first use, on disk before it is returned,
    /// and the same until it is enrolled, so that an enrolment can be asked for again.
    func enrolmentKey() throws -> DeviceKey
    /// Stores who the replica is; once.
    func adopt(_ enrolment: Enrolment) throws

    /// What to send now.
    func offer() throws -> ExchangeOffer
    /// Takes note of eras, scopes, the verdict and a refusal; drops what an earlier, broken
    /// exchange had staged unless the hub goes on after it.
    func begin(_ welcome: Welcome) throws
    func record(_ receipts: [Receipt]) throws
    /// Keeps concurrent writes that policies decided at the hub.
    func record(conflicts: [ConflictRecord]) throws
    /// Keeps the hub's signature over receipts, for a hub that was restored.
    func record(proof: ReceiptProof) throws
    /// Stores the payload of one page frame.
    ///
    /// - Throws: ``Problem`` `response_invalid` for a page that does not decode.
    func stage(page: [UInt8]) throws
    /// Applies all staged pages and the checkpoint in one transaction.
    func apply(_ checkpoint: Checkpoint) throws -> ApplyReport

    /// What this replica has, when a hub's word that nothing came after it would make an exchange
    /// needless; `nil` while there is anything to send, to go on with or to put right.
    func heldHead() throws -> HeadTag?

    /// Begins to compare every confirmed row with the hub's, as after a checkpoint whose digest
    /// differs; `nil` for a store that cannot.
    func startRepair() throws -> VerifyRequest?
    /// Goes on with an answer; at the end the rows that differ are the hub's, and each is kept as
    /// an incident with both images.
    func continueRepair(_ answer: VerifyAnswer) throws -> RepairStep
}

/// What a comparison with the hub has to do next.
public enum RepairStep: Hashable, Sendable {
    case ask(VerifyRequest)
    case finished(RepairReport)
}

/// What a comparison with the hub found.
public struct RepairReport: Hashable, Sendable {
    public let roundTrips: Int
    /// Rows that differed; each is an incident.
    public let rowsRepaired: Int
    /// Whether every confirmed row was looked at against the hub's state at the replica's own
    /// cursor; otherwise sync and compare again.
    public let isComplete: Bool

    public init(roundTrips: Int, rowsRepaired: Int, isComplete: Bool) {
        self.roundTrips = roundTrips
        self.rowsRepaired = rowsRepaired
        self.isComplete = isComplete
    }
}

extension ReplicaStore {
    /// For stores that do not show conflicts.
    public func record(conflicts: [ConflictRecord]) throws {}
    /// For stores that rely on the hub's backups.
    public func record(proof: ReceiptProof) throws {}
    /// For stores that always exchange.
    public func heldHead() throws -> HeadTag? { nil }
    /// For stores that cannot compare rows.
    public func startRepair() throws -> VerifyRequest? { nil }
    /// For stores that cannot compare rows.
    public func continueRepair(_ answer: VerifyAnswer) throws -> RepairStep {
        .finished(RepairReport(roundTrips: 0, rowsRepaired: 0, isComplete: false))
    }
}
