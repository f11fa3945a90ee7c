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

    public init(
        protocolVersion: UInt32 = Hello.protocolVersion, hub: HubID, eras: [EraRecord],
        head: LaneHead?, hubTime: HybridTimestamp, digestKey: [UInt8], scopes: ScopeUpdate?,
        refusal: Problem?
    ) {
        self.protocolVersion = protocolVersion
        self.hub = hub
        self.eras = eras
        self.head = head
        self.hubTime = hubTime
        self.digestKey = digestKey
        self.scopes = scopes
        self.refusal = refusal
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

    public init(
        position: Int64, vector: VersionVector, head: LaneHead?, scopeSetHash: [UInt8],
        digestRoot: [UInt8]
    ) {
        self.position = position
        self.vector = vector
        self.head = head
        self.scopeSetHash = scopeSetHash
        self.digestRoot = digestRoot
    }
}
