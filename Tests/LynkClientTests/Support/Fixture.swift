import LynkCore
import LynkEngine
import LynkWire
import Testing

/// Fixed values, so that whole states can be compared.
enum Fixture {
    static let tenant = TenantID(high: 1, low: 1)
    static let device = DeviceID(high: 2, low: 2)
    static let user = UserID(high: 3, low: 3)
    static let hub = HubID(high: 4, low: 4)
    static let era = EraID(high: 5, low: 5)
    static let server = "https://hub.test:8443"
    static let key = DeviceKey()
    static let clock = ClockReading(
        wallMilliseconds: 1_760_000_000_000, bootID: BootID(high: 6, low: 6),
        bootMilliseconds: 1000)

    static let enrolment = Enrolment(
        server: server,
        principal: Principal(tenant: tenant, device: device, user: user, role: "worker"),
        key: key)

    static let hello = Hello(
        device: device, lane: LaneID(high: 7, low: 7), schemaName: "notes", schemaVersion: 1,
        head: nil, cursor: .start, clock: clock, digestRoot: [])

    static func hello(after checkpoint: Checkpoint) -> Hello {
        Hello(
            device: device, lane: LaneID(high: 7, low: 7), schemaName: "notes", schemaVersion: 1,
            head: checkpoint.head,
            cursor: PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash),
            clock: clock, digestRoot: checkpoint.digestRoot, chain: checkpoint.chain)
    }

    static let checkpoint = Checkpoint(
        position: 9, vector: VersionVector([era: 9]), head: nil,
        scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8],
        digestRoot: [UInt8](repeating: 7, count: 16))

    static func welcome(
        version: UInt32 = Hello.protocolVersion, refusal: Problem? = nil
    ) -> Welcome {
        Welcome(
            protocolVersion: version, hub: hub, eras: [], head: nil,
            hubTime: HybridTimestamp(milliseconds: 1_760_000_000_000),
            digestKey: [UInt8](repeating: 3, count: 32), scopes: nil, refusal: refusal)
    }

    static func receipt(_ oid: ContentID, isRepeat: Bool = false) -> Receipt {
        Receipt(
            oid: oid, disposition: .accepted, dot: Dot(era: era, number: 1),
            effective: HybridTimestamp(milliseconds: 1_760_000_000_000), isRepeat: isRepeat)
    }

    static func changeSet(after previous: ContentID?) -> SealedChangeSet {
        ChangeSetCodec.seal(
            ChangeSet(
                tenant: tenant, device: device, previous: previous, context: .zero,
                schemaVersion: 1,
                changes: [
                    RowChange(
                        table: 1, key: RowKey(high: 8, low: 8), kind: .insert,
                        puts: [RowChange.Put(1, "hello")])
                ],
                intent: nil, claimed: HybridTimestamp(milliseconds: 1_760_000_000_000),
                made: clock))
    }
}
