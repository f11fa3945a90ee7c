import LynkCore
import LynkWire
import Testing

/// What an exchange takes on the wire, without any compression: counts, not timings.
@Suite("Bytes of an exchange") struct ExchangeSizeTests {
    private static func same<Tag>(_ byte: UInt64) -> Identifier<Tag> {
        Identifier(high: byte &* 0x0101_0101_0101_0101, low: byte &* 0x0101_0101_0101_0101)
    }

    private static let era: EraID = same(0xE1)
    private static let now: Int64 = 1_790_000_000_000
    private static let head = LaneHead(
        lane: same(0x1A), sequence: 4_711, oid: ContentID(hashing: [1]))

    /// A device that has synced a hundred thousand commits.
    private static let hello = Hello(
        device: same(0xD1), lane: head.lane, schemaName: "payments", schemaVersion: 3,
        head: head,
        cursor: PullCursor(
            position: 100_000, vector: VersionVector([era: 70_000]),
            scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8]),
        clock: ClockReading(
            wallMilliseconds: now, bootID: same(0xB0), bootMilliseconds: 86_400_000),
        digestRoot: [UInt8](repeating: 0xDD, count: 16),
        ratchet: [UInt8](repeating: 0x4A, count: 16), chain: [UInt8](repeating: 0xCC, count: 16))

    private static let welcome = Welcome(
        hub: same(0x88), eras: [], head: head,
        hubTime: HybridTimestamp(milliseconds: now + 40, counter: 3),
        digestKey: [UInt8](repeating: 0x4B, count: 32), scopes: nil, refusal: nil,
        session: [1, 2, 3, 4, 5, 6, 7, 8], durable: durable,
        hubKey: [UInt8](repeating: 0x7E, count: 32))
    private static let durable = VersionVector([era: 69_000])

    private static func checkpoint(_ head: LaneHead, after commits: UInt64) -> Checkpoint {
        Checkpoint(
            position: 100_000 + Int64(commits), vector: VersionVector([era: 70_000 + commits]),
            head: head, scopeSetHash: hello.cursor.scopeSetHash,
            digestRoot: [UInt8](repeating: commits == 0 ? 0xDD : 0xDE, count: 16),
            chain: [UInt8](repeating: commits == 0 ? 0xCC : 0xCD, count: 16), durable: durable)
    }

    private func session() throws -> ExchangeSession {
        try #require(
            ExchangeSession(
                tenant: Self.same(0x11), hello: Self.hello, welcome: Self.welcome,
                checkpoint: Self.checkpoint(Self.head, after: 0)))
    }

    /// A minute later, in the same boot.
    private func later(
        _ session: ExchangeSession, _ chain: [SealedChangeSet]
    ) throws -> Hello {
        try #require(
            session.hello(
                ResumedHello(
                    session: session.id, position: 100_000,
                    wallMilliseconds: Self.now + 60_000, bootMilliseconds: 86_460_000),
                count: chain.count, last: chain.last?.oid))
    }

    /// The nine columns of a collected payment, as the benchmark writes them.
    private func payment(_ session: ExchangeSession) -> SealedChangeSet {
        let time = Self.now + 59_000
        let values: [Value] = [
            .key(RowKey(high: 0x0197_0000_0000_7000, low: 0x8123_4567_89AB_CDEF)),
            .key(RowKey(high: 0x0197_0000_0001_7000, low: 0x9123_4567_89AB_CDEF)), 125_000,
            "INR", "UPI", "431200987654", .integer(time), "W3-1042", "COMPLETED",
        ]
        return ChangeSetCodec.seal(
            ChangeSet(
                tenant: session.tenant, device: Self.hello.device, previous: Self.head.oid,
                context: session.checkpoint.vector, schemaVersion: 3,
                changes: [
                    RowChange(
                        table: 1, key: RowKey(milliseconds: UInt64(time), chance: (7, 9)),
                        kind: .insert,
                        puts: values.enumerated().map { .init(FieldID($0.offset) + 1, $0.element) }
                    )
                ], intent: nil, claimed: HybridTimestamp(milliseconds: time),
                made: ClockReading(
                    wallMilliseconds: time, bootID: Self.hello.clock.bootID,
                    bootMilliseconds: 86_459_000)))
    }

    @Test("Nothing to do takes 250 bytes and 370 back with a full hello, 100 in a session")
    func nothingToDo() throws {
        let request = SyncRequest.encode(hello: Self.hello, changeSets: [], signature: [])
        let response =
            ResponseFrame.welcome(Self.welcome).encoded()
            + ResponseFrame.checkpoint(Self.checkpoint(Self.head, after: 0)).encoded()
        #expect(request.count <= 250, "\(request.count)")
        #expect(response.count <= 370, "what opens a session is said once: \(response.count)")

        let session = try session()
        let hello = try later(session, [])
        let short = try #require(
            SyncRequest.encode(resuming: session, hello: hello, changeSets: [], signature: []))
        let again = Welcome(
            hub: Self.welcome.hub, eras: [], head: Self.head,
            hubTime: HybridTimestamp(milliseconds: Self.now + 60_040),
            digestKey: Self.welcome.digestKey, scopes: nil, refusal: nil,
            durable: Self.durable, hubKey: Self.welcome.hubKey)
        let brief = try #require(
            ResumedExchange(
                session: session, wallMilliseconds: hello.clock.wallMilliseconds, offered: []
            ).brief(again, [], Self.checkpoint(Self.head, after: 0)))
        #expect(short.count <= 100, "\(short.count)")
        #expect(brief.count <= 100, "\(brief.count)")
    }

    @Test("One payment online takes at most 320 bytes of both bodies in a session")
    func onePayment() throws {
        let session = try session()
        let payment = payment(session)
        let hello = try later(session, [payment])
        let request = try #require(
            SyncRequest.encode(
                resuming: session, hello: hello, changeSets: [payment.bytes],
                signature: [UInt8](repeating: 0x5A, count: 64)))
        let head = LaneHead(lane: Self.head.lane, sequence: 4_712, oid: payment.oid)
        // The session's next name tells a copy of the replica apart, as a ratchet does.
        let welcome = Welcome(
            hub: Self.welcome.hub, eras: [], head: head,
            hubTime: HybridTimestamp(milliseconds: Self.now + 60_040),
            digestKey: Self.welcome.digestKey, scopes: nil, refusal: nil,
            session: [8, 7, 6, 5, 4, 3, 2, 1], durable: Self.durable,
            hubKey: Self.welcome.hubKey)
        let receipt = Receipt(
            oid: payment.oid, disposition: .accepted, dot: Dot(era: Self.era, number: 70_001),
            effective: HybridTimestamp(milliseconds: Self.now + 59_040))
        let response = try #require(
            ResumedExchange(
                session: session, wallMilliseconds: hello.clock.wallMilliseconds,
                offered: [payment.oid]
            ).brief(welcome, [receipt], Self.checkpoint(head, after: 1)))
        #expect(
            request.count + response.count <= 320, "\(request.count) and \(response.count)")
        let whole = try SyncRequest.decode(request) { _, _ in session }
        #expect(whole.changeSets.map(\.bytes) == [payment.bytes])
    }
}
