/// What a user did and why, for the audit; the merge does not read it.
public struct Intent: Hashable, Sendable {
    public let name: String
    public let arguments: String

    public init(name: String, arguments: String = "") {
        self.name = name
        self.arguments = arguments
    }
}

/// One local write transaction: the unit of atomicity, of identity and of the receipt.
public struct ChangeSet: Hashable, Sendable {
    public let tenant: TenantID
    public let device: DeviceID
    /// The author's previous change set; `nil` for the first of its life.
    public let previous: ContentID?
    /// The author's vector at its last applied checkpoint; its own earlier change sets are in the
    /// chain instead.
    public let context: VersionVector
    public let schemaVersion: UInt32
    public let changes: [RowChange]
    public let intent: Intent?
    /// The device's hybrid timestamp; kept as data, never trusted.
    public let claimed: HybridTimestamp
    public let made: ClockReading

    public init(
        tenant: TenantID, device: DeviceID, previous: ContentID?, context: VersionVector,
        schemaVersion: UInt32, changes: [RowChange], intent: Intent?, claimed: HybridTimestamp,
        made: ClockReading
    ) {
        self.tenant = tenant
        self.device = device
        self.previous = previous
        self.context = context
        self.schemaVersion = schemaVersion
        self.changes = changes
        self.intent = intent
        self.claimed = claimed
        self.made = made
    }
}

/// A change set with its canonical bytes and the content id that was computed from them.
public struct SealedChangeSet: Hashable, Sendable {
    public let oid: ContentID
    public let bytes: [UInt8]
    public let content: ChangeSet
    /// Why the bytes do not decode; `nil` for a change set that does. Then ``content`` has only
    /// what the head of the bytes says: tenant, device and predecessor. A hub keeps such bytes in
    /// quarantine; nothing else may use the content.
    public let flaw: Problem?

    /// Only the wire codec makes these, from bytes that it encoded or verified.
    package init(oid: ContentID, bytes: [UInt8], content: ChangeSet, flaw: Problem? = nil) {
        self.oid = oid
        self.bytes = bytes
        self.content = content
        self.flaw = flaw
    }

    public static func == (left: Self, right: Self) -> Bool { left.oid == right.oid }
    public func hash(into hasher: inout Hasher) { hasher.combine(oid) }
}
