import LynkCore

/// What a hub remembers of two devices: that of the golden vectors, and one that never pushed.
enum ExampleSession {
    static let all = [golden, fresh].compactMap { $0 }

    private static func identifier<Tag>(_ byte: UInt8, _: Tag.Type = Tag.self) -> Identifier<Tag> {
        let half = UInt64(byte) &* 0x0101_0101_0101_0101
        return Identifier(high: half, low: half)
    }

    private static let clock = ClockReading(
        wallMilliseconds: 1_760_000_000_000, bootID: identifier(0xB0),
        bootMilliseconds: 86_400_000)
    private static let vector = VersionVector([
        identifier(0xE1, EraTag.self): 300, identifier(0xE2, EraTag.self): 7,
    ])

    private static func session(
        position: Int64, vector: VersionVector, head: LaneHead?
    ) -> ExchangeSession? {
        let scopes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let hello = Hello(
            device: identifier(0xD1), lane: identifier(0x1A), schemaName: "payments",
            schemaVersion: 3, head: head,
            cursor: PullCursor(position: position, vector: vector, scopeSetHash: scopes),
            clock: clock, digestRoot: [UInt8](repeating: 0xDD, count: 16))
        let welcome = Welcome(
            hub: identifier(0x88), eras: [], head: head,
            hubTime: HybridTimestamp(milliseconds: 1_760_000_000_040),
            digestKey: [UInt8](repeating: 0x4B, count: 32), scopes: nil, refusal: nil,
            session: scopes)
        return ExchangeSession(
            tenant: identifier(0x11), hello: hello, welcome: welcome,
            checkpoint: Checkpoint(
                position: position, vector: vector, head: head, scopeSetHash: scopes,
                digestRoot: [UInt8](repeating: 0xDD, count: 16),
                chain: [UInt8](repeating: 0xCC, count: 16)))
    }

    private static let golden = session(
        position: 308, vector: vector,
        head: LaneHead(lane: identifier(0x1A), sequence: 2, oid: ContentID(hashing: [2])))
    private static let fresh = session(position: 0, vector: .zero, head: nil)
}
