/// A lane and how far it goes: the device's claim, or what the hub has.
public struct LaneHead: Hashable, Sendable {
    public let lane: LaneID
    /// Placements in the lane, from 1.
    public let sequence: UInt64
    public let oid: ContentID

    public init(lane: LaneID, sequence: UInt64, oid: ContentID) {
        self.lane = lane
        self.sequence = sequence
        self.oid = oid
    }
}

/// How far a device has applied the hub's commits, and within which scopes.
public struct PullCursor: Hashable, Sendable {
    /// The hub's local position of the last applied checkpoint; 0 before the first.
    public let position: Int64
    /// The version vector of that checkpoint.
    public let vector: VersionVector
    /// ``ScopeUpdate/hash`` of the scope set that the checkpoint was for; empty before the first.
    public let scopeSetHash: [UInt8]

    public init(position: Int64, vector: VersionVector, scopeSetHash: [UInt8]) {
        self.position = position
        self.vector = vector
        self.scopeSetHash = scopeSetHash
    }

    public static let start = PullCursor(position: 0, vector: .zero, scopeSetHash: [])
}

/// How long the hub goes on answering.
public enum PullMode: Hashable, Sendable {
    /// Until the scan meets the head: one checkpoint ends the answer.
    case once
    /// After that checkpoint each commit in the device's scopes follows, until the line breaks.
    case live
}

/// What a device says first, in every exchange.
public struct Hello: Hashable, Sendable {
    /// The protocol's major version that this code speaks.
    public static let protocolVersion: UInt32 = 1

    public let protocolVersion: UInt32
    public let device: DeviceID
    public let lane: LaneID
    public let schemaName: String
    public let schemaVersion: UInt32
    /// The last change set that the device has placed in its lane, sent or not.
    public let head: LaneHead?
    public let cursor: PullCursor
    /// The device's clocks at this moment, to correct what it claims.
    public let clock: ClockReading
    /// ``SetDigest/root`` over the device's scopes at its cursor; empty before the first one.
    public let digestRoot: [UInt8]
    /// What the hub gave this copy of the replica at its last push; empty before the first one.
    public let ratchet: [UInt8]
    /// The first bytes of the hub's chain hash at the cursor; empty before the first one.
    public let chain: [UInt8]
    /// Heads of earlier lanes of this device that are not durable yet, and the last change set
    /// that was answered while no checkpoint includes it.
    public let keptHeads: [LaneHead]
    /// Era records that the hub asked for, parents first.
    public let eras: [EraRecord]
    /// Signed receipts that the hub may have lost; only after a rollback.
    public let proofs: [ReceiptProof]
    /// The mark of the last staged page of a pull that broke off, or empty.
    public let resume: [UInt8]
    /// The device wants only these of its scopes; `nil` for all.
    public let narrowed: [Scope]?
    public let mode: PullMode
    /// A scope with at least so many rows that the device lacks may come as a snapshot; 0 when the
    /// device takes none.
    public let snapshotRowsMin: Int64
    /// Snapshots that the device has taken in and that no checkpoint covers yet.
    public let snapshots: [HeldSnapshot]

    public init(
        protocolVersion: UInt32 = Hello.protocolVersion, device: DeviceID, lane: LaneID,
        schemaName: String, schemaVersion: UInt32, head: LaneHead?, cursor: PullCursor,
        clock: ClockReading, digestRoot: [UInt8], ratchet: [UInt8] = [], chain: [UInt8] = [],
        keptHeads: [LaneHead] = [], eras: [EraRecord] = [], proofs: [ReceiptProof] = [],
        resume: [UInt8] = [], narrowed: [Scope]? = nil, mode: PullMode = .once,
        snapshotRowsMin: Int64 = 0, snapshots: [HeldSnapshot] = []
    ) {
        self.protocolVersion = protocolVersion
        self.device = device
        self.lane = lane
        self.schemaName = schemaName
        self.schemaVersion = schemaVersion
        self.head = head
        self.cursor = cursor
        self.clock = clock
        self.digestRoot = digestRoot
        self.ratchet = ratchet
        self.chain = chain
        self.keptHeads = keptHeads
        self.eras = eras
        self.proofs = proofs
        self.resume = resume
        self.narrowed = narrowed?.sorted()
        self.mode = mode
        self.snapshotRowsMin = snapshotRowsMin
        self.snapshots = snapshots
    }
}
