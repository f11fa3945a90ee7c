import Crypto

/// The scopes that a device has from now on, sent only when they differ from what its cursor named.
public struct ScopeUpdate: Hashable, Sendable {
    /// Ascending by name.
    public let scopes: [Scope]

    public init(scopes: some Sequence<Scope>) { self.scopes = scopes.sorted() }

    /// Eight bytes that name the set: SHA-256 over the names in order, each with a zero byte, cut.
    public var hash: [UInt8] {
        var hash = SHA256()
        for scope in scopes { hash.update(data: Array(scope.name.utf8) + [0]) }
        return Array(hash.finalize().prefix(8))
    }
}

/// How a device and a hub stand to each other, by what the hello said.
public enum HandshakeVerdict: UInt8, Hashable, Sendable, CaseIterable {
    /// Each may go on from what the other has.
    case ok = 0
    /// The device has seen commits that another hub may still hold.
    case behind = 1
    /// The hub lacks change sets before those that the device offers.
    case gap = 2
    /// The lane goes on with another change set at the hub, or another copy used the ratchet.
    case fork = 3
    /// The hub lost commits that the device has seen: it was restored from an older backup.
    case rollback = 4
}

/// What a hub says first, in every exchange.
public struct Welcome: Hashable, Sendable {
    public let protocolVersion: UInt32
    public let hub: HubID
    /// Era records that the device's vector does not name yet, parents first.
    public let eras: [EraRecord]
    /// The hub's head of the device's lane after this push; `nil` when it has none.
    public let head: LaneHead?
    public let hubTime: HybridTimestamp
    /// Keys the row hashes of this tenant.
    public let digestKey: [UInt8]
    /// Present when the scope set changed: what is not in it any more is left, what is new in it
    /// is entered and follows whole.
    public let scopes: ScopeUpdate?
    /// Why nothing was taken of a push: its authenticity or its place in the chain.
    public let refusal: Problem?
    public let verdict: HandshakeVerdict
    /// Names the session for ``ResumedHello``; empty when there is none, or it is as before.
    public let session: [UInt8]
    /// What the device presents at its next push; empty when it is as before.
    public let ratchet: [UInt8]
    /// Commits that are on disk in two places; `nil` when it is as told before in the session.
    public let durable: VersionVector?
    /// Nothing before this position is kept for devices that come back.
    public let floor: Int64
    /// The hub does not know an era that the push names: nothing of it is taken before the
    /// device has sent the record.
    public let wantsEras: Bool
    /// The pull goes on where the broken one ended; otherwise what was staged is dropped.
    public let resumed: Bool
    /// Rows that the pull will bring, for honest progress.
    public let rowsExpected: Int64
    /// The public key that proofs verify with; empty when it is as told before in the session.
    public let hubKey: [UInt8]
    /// What the device may fetch as snapshots. With any the answer ends after its receipts: the
    /// device fetches what it wants and comes back.
    public let snapshots: [SnapshotOffer]
    /// The pull goes on from the snapshots that the hello named; otherwise what was taken of them
    /// is dropped.
    public let snapshotsTaken: Bool

    public init(
        protocolVersion: UInt32 = Hello.protocolVersion, hub: HubID, eras: [EraRecord],
        head: LaneHead?, hubTime: HybridTimestamp, digestKey: [UInt8], scopes: ScopeUpdate?,
        refusal: Problem?, verdict: HandshakeVerdict = .ok, session: [UInt8] = [],
        ratchet: [UInt8] = [], durable: VersionVector? = nil, floor: Int64 = 0,
        wantsEras: Bool = false, resumed: Bool = false, rowsExpected: Int64 = 0,
        hubKey: [UInt8] = [], snapshots: [SnapshotOffer] = [], snapshotsTaken: Bool = false
    ) {
        self.protocolVersion = protocolVersion
        self.hub = hub
        self.eras = eras
        self.head = head
        self.hubTime = hubTime
        self.digestKey = digestKey
        self.scopes = scopes
        self.refusal = refusal
        self.verdict = verdict
        self.session = session
        self.ratchet = ratchet
        self.durable = durable
        self.floor = floor
        self.wantsEras = wantsEras
        self.resumed = resumed
        self.rowsExpected = rowsExpected
        self.hubKey = hubKey
        self.snapshots = snapshots
        self.snapshotsTaken = snapshotsTaken
    }
}

/// The end of a pull: a consistent cut of the tenant within the device's scopes.
public struct Checkpoint: Hashable, Sendable {
    public let position: Int64
    public let vector: VersionVector
    /// The device's change sets that this cut includes: its overlay is what comes after.
    public let head: LaneHead?
    public let scopeSetHash: [UInt8]
    /// ``SetDigest/root`` of the hub over the device's scopes.
    public let digestRoot: [UInt8]
    /// The first bytes of the hub's chain hash at the position; empty when the hub keeps none.
    public let chain: [UInt8]
    /// Commits that are on disk in two places; `nil` when it is as told before.
    public let durable: VersionVector?

    public init(
        position: Int64, vector: VersionVector, head: LaneHead?, scopeSetHash: [UInt8],
        digestRoot: [UInt8], chain: [UInt8] = [], durable: VersionVector? = nil
    ) {
        self.position = position
        self.vector = vector
        self.head = head
        self.scopeSetHash = scopeSetHash
        self.digestRoot = digestRoot
        self.chain = chain
        self.durable = durable
    }
}
