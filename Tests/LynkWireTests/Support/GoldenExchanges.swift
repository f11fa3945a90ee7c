import LynkCore
import LynkWire

/// The later messages of an exchange, and those of a session and of a comparison.
enum GoldenExchanges {
    private static let lane: LaneID = Plain.identifier(0x1A)
    private static let time = HybridTimestamp(milliseconds: 1_760_000_060_000)
    private static let head = LaneHead(lane: lane, sequence: 2, oid: Plain.correction.oid)

    private static let conflicts = [
        ConflictRecord(
            position: 308, table: 7, key: Plain.identifier(0xA1), field: 2,
            policy: "lastWriter", outcome: .newWon, base: "upi",
            current: .init(
                value: "card", dot: Dot(era: Plain.era.era, number: 7), author: lane,
                effective: time),
            new: .init(
                value: "cash", dot: Dot(era: Plain.era.era, number: 8),
                author: Plain.identifier(0x1B), effective: time.next),
            oid: Plain.correction.oid),
        ConflictRecord(
            position: 309, table: 7, key: Plain.identifier(0xA2), field: nil,
            policy: "updateWins", outcome: .currentWon, base: nil,
            current: .init(
                value: 1, dot: Dot(era: Plain.era.era, number: 8), author: lane,
                effective: time),
            new: .init(
                value: .null, dot: Dot(era: Plain.era.era, number: 9),
                author: Plain.identifier(0x1B), effective: time.next),
            oid: Plain.payment.oid),
    ]

    static var responses: [GoldenVector] {
        [
            GoldenVectors.vector(
                "welcome-whole", "a rollback with every extension",
                ResponseFrame.welcome(
                    Welcome(
                        hub: Plain.identifier(0x88), eras: [], head: head, hubTime: time,
                        digestKey: [], scopes: nil,
                        refusal: Problem(.hubRolledBack, "at 300"),
                        verdict: .rollback, session: [1, 2, 3, 4, 5, 6, 7, 8],
                        ratchet: [UInt8](repeating: 0x4A, count: 16), durable: Plain.vector,
                        floor: 12, wantsEras: true, resumed: true, rowsExpected: 5_000,
                        hubKey: [UInt8](repeating: 0x6B, count: 32))).encoded()),
            GoldenVectors.vector(
                "checkpoint-whole", "with a chain hash and what is durable",
                ResponseFrame.checkpoint(
                    Checkpoint(
                        position: 308, vector: Plain.vector, head: nil, scopeSetHash: [],
                        digestRoot: [UInt8](repeating: 0xDD, count: 16),
                        chain: [UInt8](repeating: 0xCC, count: 16),
                        durable: VersionVector([Plain.identifier(0xE1): 300]))).encoded()),
            GoldenVectors.vector(
                "conflicts", "a field that the newer write won, and a delete that lost",
                ResponseFrame.conflicts(conflicts).encoded()),
            GoldenVectors.vector(
                "proof", "a signature over receipts",
                ResponseFrame.proof([UInt8](repeating: 0x5B, count: 64)).encoded()),
        ]
    }

    private static let opened = ExchangeSession(
        tenant: Plain.identifier(0x11), hello: Plain.helloLater,
        welcome: Welcome(
            hub: Plain.identifier(0x88), eras: [], head: head, hubTime: time,
            digestKey: [UInt8](repeating: 0x4B, count: 32), scopes: nil, refusal: nil,
            session: [1, 2, 3, 4, 5, 6, 7, 8]),
        checkpoint: Checkpoint(
            position: 308, vector: Plain.vector, head: head,
            scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8],
            digestRoot: [UInt8](repeating: 0xDD, count: 16),
            chain: [UInt8](repeating: 0xCC, count: 16)))

    /// An update that follows `correction` in the session's boot, a minute after its hello.
    static let inSession = ChangeSetCodec.seal(
        ChangeSet(
            tenant: Plain.identifier(0x11), device: Plain.identifier(0xD1),
            previous: Plain.correction.oid, context: Plain.vector, schemaVersion: 3,
            changes: [
                RowChange(
                    table: 7, key: Plain.identifier(0xA1), kind: .update,
                    puts: [.init(2, "upi")])
            ], intent: nil, claimed: HybridTimestamp(milliseconds: 1_760_000_059_000),
            made: ClockReading(
                wallMilliseconds: 1_760_000_059_000, bootID: Plain.clock.bootID,
                bootMilliseconds: 86_459_000)))

    static var session: [GoldenVector] {
        guard let session = opened else { return [] }
        let resumed = ResumedHello(
            session: session.id, position: 308, wallMilliseconds: 1_760_000_060_000,
            bootMilliseconds: 86_460_000, ratchet: [UInt8](repeating: 0x4A, count: 16))
        guard
            let hello = session.hello(resumed, count: 1, last: inSession.oid),
            let idle = session.hello(resumed, count: 0, last: nil),
            let push = SyncRequest.encode(
                resuming: session, hello: hello, changeSets: [inSession.bytes],
                signature: [UInt8](repeating: 0x5A, count: 64)),
            let pull = SyncRequest.encode(
                resuming: session, hello: idle, changeSets: [], signature: [])
        else { return [] }
        let last = LaneHead(lane: lane, sequence: 3, oid: inSession.oid)
        let exchange = ResumedExchange(
            session: session, wallMilliseconds: 1_760_000_060_000, offered: [inSession.oid])
        let backup = VersionVector([Plain.identifier(0xE1): 290])
        let news = ResumedExchange(
            session: session, wallMilliseconds: 1_760_000_060_000, offered: []
        ).brief(
            Welcome(
                hub: Plain.identifier(0x88), eras: [], head: head,
                hubTime: HybridTimestamp(milliseconds: 1_760_000_060_040),
                digestKey: [UInt8](repeating: 0x4B, count: 32), scopes: nil, refusal: nil,
                durable: backup),
            [],
            Checkpoint(
                position: 308, vector: Plain.vector, head: head,
                scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8],
                digestRoot: [UInt8](repeating: 0xDD, count: 16),
                chain: [UInt8](repeating: 0xCC, count: 16), durable: backup))
        let answer = exchange.brief(
            Welcome(
                hub: Plain.identifier(0x88), eras: [], head: last,
                hubTime: HybridTimestamp(milliseconds: 1_760_000_060_040),
                digestKey: [UInt8](repeating: 0x4B, count: 32), scopes: nil, refusal: nil,
                session: [8, 7, 6, 5, 4, 3, 2, 1]),
            [
                Receipt(
                    oid: inSession.oid, disposition: .merged,
                    dot: Dot(era: Plain.identifier(0xE2), number: 8),
                    effective: HybridTimestamp(milliseconds: 1_760_000_059_040), conflicts: 1)
            ],
            Checkpoint(
                position: 309,
                vector: VersionVector([
                    Plain.identifier(0xE2): 8, Plain.identifier(0xE1): 300,
                ]), head: last, scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8],
                digestRoot: [UInt8](repeating: 0xDE, count: 16),
                chain: [UInt8](repeating: 0xCD, count: 16)))
        return [
            GoldenVectors.vector("pull", "a short hello and nothing to send", pull),
            GoldenVectors.vector("push", "a short hello with one change set in few bytes", push),
            GoldenVectors.vector(
                "brief", "its welcome, receipt and checkpoint in one", answer ?? []),
            GoldenVectors.vector(
                "brief-durable", "nothing is new but what a backup made durable", news ?? []),
            GoldenVector(
                name: "pushed", content: "the change set of `push` as its hash is taken",
                bytes: hexadecimal(Frame(.changeSets, wrapped(inSession.bytes)).encoded()),
                oid: inSession.oid.description),
        ]
    }

    private static func wrapped(_ bytes: [UInt8]) -> [UInt8] {
        var writer = CBORWriter()
        writer.byteString(bytes)
        return writer.bytes
    }

    static var verify: [GoldenVector] {
        let middle: RowKey = Plain.identifier(0x80)
        let hash = [UInt8](repeating: 0xDA, count: 16)
        let page = GoldenPages.pages.first.flatMap { bytes(hexadecimal: $0.bytes) } ?? []
        return [
            GoldenVectors.vector(
                "digests", "what is there at all?",
                VerifyRequest(
                    scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8], position: 308, asks: []
                ).encoded()),
            GoldenVectors.vector(
                "ranges", "two ranges of one table",
                VerifyRequest(
                    scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8], position: 308,
                    asks: [
                        VerifyAsk(
                            scope: "worker/7", table: 7,
                            ranges: [
                                KeyRange(lower: RowKey(high: 0, low: 0), upper: middle),
                                KeyRange(lower: middle, upper: nil),
                            ])
                    ]
                ).encoded()),
            GoldenVectors.vector(
                "answer", "the digest of a table, two parts in a row, and a page without rows",
                VerifyAnswer(
                    position: 308,
                    digests: [
                        TableDigest(scope: "worker/7", table: 7, count: 1_000_000, hash: hash)
                    ],
                    parts: [
                        RangePart(
                            scope: "worker/7", table: 7,
                            range: KeyRange(lower: RowKey(high: 0, low: 0), upper: middle),
                            count: 500_001, hash: hash),
                        RangePart(
                            scope: "worker/7", table: 7,
                            range: KeyRange(lower: middle, upper: nil), count: 499_999,
                            hash: hash),
                    ], pages: [page]
                ).encoded()),
        ]
    }

    static var proof: [GoldenVector] {
        [
            GoldenVector(
                name: "entries", content: "of the proof in the hello `whole`: what is hashed",
                bytes: hexadecimal(ReceiptProof.canonical(Plain.proof.entries)),
                oid: ReceiptProof.digest(of: Plain.proof.entries).description)
        ]
    }
}
