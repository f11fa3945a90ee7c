import LynkCore
import LynkWire
import Synchronization
import Testing

@testable import LynkClient

@Suite("A replica and its hub, exchange by exchange")
struct SyncClientTests {
    private func client(
        _ replica: InMemoryReplica, _ transport: ScriptedTransport,
        pacing: VirtualPacing = VirtualPacing(sleeps: 0, chance: 0)
    ) -> SyncClient {
        SyncClient(replica: replica, transport: transport, pacing: pacing.pacing)
    }

    @Test("Nothing to do costs one round trip once there is a token")
    func idle() async throws {
        let replica = InMemoryReplica()
        let transport = ScriptedHub().transport()
        let client = client(replica, transport)
        let first = try await client.sync()
        let second = try await client.sync()
        #expect(first.roundTrips == 3)
        #expect(second.roundTrips == 1)
        #expect(second.exchanges == 1)
        #expect(second.digestMatches)
        #expect(second.receipts == [:])
        #expect(replica.events == [.begin(Fixture.hub), .apply(9), .begin(Fixture.hub), .apply(9)])
        #expect(client.state == .idle)
    }

    @Test("A request says what it is, and for whom")
    func request() async throws {
        let transport = ScriptedHub().transport()
        try await client(InMemoryReplica(), transport).sync()
        let request = try #require(transport.requests.last)
        #expect(request.url == "\(Fixture.server)/v1/tenants/\(Fixture.tenant)/sync")
        #expect(request.method == .post)
        #expect(
            Set(request.headers) == [
                HTTPHeader("Content-Type", "application/vnd.lynk.sync+cbor"),
                HTTPHeader("Accept", "application/vnd.lynk.sync+cbor"),
                HTTPHeader("Accept-Encoding", "zstd"),
                HTTPHeader("Authorization", "Bearer token-1"),
            ])
        #expect(request.isIdempotent)
    }

    @Test("A full outbox is pushed in several exchanges, in order, each change set once")
    func fullOutbox() async throws {
        let replica = InMemoryReplica(perPush: 2)
        replica.write(5)
        let hub = ScriptedHub()
        let report = try await client(replica, hub.transport()).sync()
        #expect(report.exchanges == 3)
        #expect(report.receipts == [.accepted: 5])
        #expect(report.receiptsRepeated == 0)
        #expect(replica.outboxCount == 0)
        #expect(hub.committed.count == 5)
    }

    @Test("Long bodies travel compressed, both ways, in any chunks", arguments: [1, 7, 4096])
    func compressed(chunkBytes: Int) async throws {
        let replica = InMemoryReplica(perPush: 10)
        replica.write(4)
        let transport = ScriptedHub([.compressed(pages: 3)]).transport(chunkBytes: chunkBytes)
        let report = try await client(replica, transport).sync()
        let request = try #require(transport.requests.last)
        #expect(request.headers.contains(HTTPHeader("Content-Encoding", "zstd")))
        #expect(report.pages == 3)
        #expect(report.rowsApplied == 30)
        let pages = (0..<3).map {
            InMemoryReplica.Event.stage([UInt8](repeating: UInt8($0), count: 300))
        }
        let recorded = replica.events.dropFirst(2)
        #expect(Array(recorded) == pages + [.apply(9)])
    }

    @Test("Scopes that change while the hub answers cost one more exchange, and no failure")
    func scopesChanged() async throws {
        let cut = ScriptedHub.Exchange.frames([
            .welcome(Fixture.welcome()), .page([1, 2, 3]), .problem(Problem(.scopesChanged)),
        ])
        let replica = InMemoryReplica()
        replica.write(1)
        let hub = ScriptedHub([cut, cut])
        let report = try await client(replica, hub.transport()).sync()
        #expect(report.exchanges == 3)
        #expect(replica.events.last == .apply(9))
        #expect(hub.committed.count == 1)
        // A hub that never ends is left for another time.
        let endless = ScriptedHub(Array(repeating: cut, count: 20))
        await #expect(throws: Problem(.scopesChanged)) {
            try await client(InMemoryReplica(), endless.transport()).sync()
        }
    }

    // device                        hub
    // push(a, b) ─────────────────▶ commit a, b
    //              ✕ ◀───────────── receipts (reply lost)
    // push(a, b) ─────────────────▶ already have a, b
    @Test("A push whose answer was lost is repeated without double effect", arguments: 0..<250)
    func lostAnswer(kept: Int) async throws {
        let replica = InMemoryReplica()
        replica.write(2)
        let hub = ScriptedHub([.cut(keeping: kept)])
        let client = client(replica, hub.transport())
        await #expect(throws: Problem(.unreachable, "cut")) { try await client.sync() }
        #expect(client.state == .offline)
        let report = try await client.sync()
        #expect(hub.committed.count == 2)
        #expect(replica.outboxCount == 0)
        #expect(report.receiptsTotal == report.receiptsRepeated)
        #expect(replica.events.last == .apply(9))
    }

    @Test("A sign-in page is not a hub, whatever its status")
    func captivePortal() async throws {
        let html = HTTPResponseHead(
            status: 200, headers: [HTTPHeader("Content-Type", "text/html; charset=utf-8")])
        let replica = InMemoryReplica()
        replica.write(1)
        let hub = ScriptedHub([.raw(.reply(html, Array("<h1>Welcome to the hotel".utf8)))])
        let client = client(replica, hub.transport())
        await #expect(
            throws: Problem(.responseInvalid, "the answer is text/html, not a sync")
        ) { try await client.sync() }
        #expect(replica.events == [])
        #expect(replica.outboxCount == 1)
    }

    @Test("An answer that is damaged, foreign or too short is invalid and loses nothing")
    func damagedAnswers() async throws {
        let good = ResponseFrame.welcome(Fixture.welcome()).encoded()
        var damaged = good
        damaged[10] ^= 1
        let zstd = ScriptedHub.head("zstd")
        let cases: [ScriptedTransport.Answer] = [
            .reply(ScriptedHub.head(), damaged),
            .reply(ScriptedHub.head(), []),
            .reply(ScriptedHub.head("gzip"), good),
            .reply(zstd, good),
            .reply(ScriptedHub.head(), Frame(FrameType(rawValue: 0x33), []).encoded()),
            .reply(ScriptedHub.head(), [0xFF, 0xFF, 0xFF, 0xFF, 0x10]),
        ]
        for answer in cases {
            let replica = InMemoryReplica()
            replica.write(1)
            let client = client(replica, ScriptedHub([.raw(answer)]).transport())
            let problem = await #expect(throws: Problem.self) { try await client.sync() }
            #expect(problem?.code == .responseInvalid)
            #expect(replica.outboxCount == 1)
            #expect(replica.events == [])
        }
    }

    @Test("Bytes after the checkpoint are an error, and the checkpoint stands")
    func bytesAfterTheEnd() async throws {
        let frames: [ResponseFrame] = [
            .welcome(Fixture.welcome()), .checkpoint(Fixture.checkpoint), .page([1]),
        ]
        let replica = InMemoryReplica()
        let client = client(replica, ScriptedHub([.frames(frames)]).transport())
        await #expect(throws: Problem(.responseInvalid, "a page after the end")) {
            try await client.sync()
        }
        #expect(replica.events == [.begin(Fixture.hub), .apply(9)])
    }

    @Test("The hub may break an exchange off with its reason")
    func problemFrame() async throws {
        let frames: [ResponseFrame] = [
            .welcome(Fixture.welcome()), .page([1]), .problem(Problem(.storeBusy, "one moment")),
        ]
        let replica = InMemoryReplica()
        let client = client(replica, ScriptedHub([.frames(frames)]).transport())
        await #expect(throws: Problem(.storeBusy, "one moment")) { try await client.sync() }
        #expect(replica.events == [.begin(Fixture.hub), .stage([1])])
    }

    @Test("A replica that cannot store breaks the exchange off with its own reason")
    func storeFailure() async throws {
        let replica = InMemoryReplica()
        replica.state.withLock { $0.stageProblem = Problem(.storeFailed, "disk full") }
        let client = client(replica, ScriptedHub([.good(pages: 2000)]).transport(chunkBytes: 997))
        await #expect(throws: Problem(.storeFailed, "disk full")) { try await client.sync() }
        #expect(replica.events == [.begin(Fixture.hub)])
    }

    @Test(
        "A token that the hub does not take is replaced once",
        arguments: [ProblemCode.tokenExpired, .tokenInvalid])
    func staleToken(code: ProblemCode) async throws {
        let hub = ScriptedHub([.refused(Problem(code), status: 401)])
        let transport = hub.transport()
        let report = try await client(InMemoryReplica(), transport).sync()
        #expect(report.exchanges == 1)
        #expect(hub.tokensGiven == 2)
        #expect(
            transport.requests.last?.headers.last == HTTPHeader("Authorization", "Bearer token-2"))

        let stubborn = ScriptedHub([
            .refused(Problem(code), status: 401), .refused(Problem(code), status: 401),
        ])
        let client = client(InMemoryReplica(), stubborn.transport())
        await #expect(throws: Problem(code)) { try await client.sync() }
        #expect(stubborn.tokensGiven == 2)
    }

    @Test("A push that was refused for its place in the chain is offered anew, three times at most")
    func refusals() async throws {
        let refused: [ResponseFrame] = [
            .welcome(Fixture.welcome(refusal: Problem(.chainGap, "3 is missing"))),
            .checkpoint(Fixture.checkpoint),
        ]
        let mended = ScriptedHub([.frames(refused), .frames(refused)])
        let replica = InMemoryReplica()
        replica.write(1)
        let report = try await client(replica, mended.transport()).sync()
        #expect(report.exchanges == 3)
        #expect(replica.outboxCount == 0)

        let stubborn = ScriptedHub(Array(repeating: .frames(refused), count: 3))
        let client = client(InMemoryReplica(), stubborn.transport())
        await #expect(throws: Problem(.chainGap, "3 is missing")) { try await client.sync() }
    }

    @Test("A signature that the hub refuses is for people, and the pull was applied all the same")
    func refusedSignature() async throws {
        let refusal = Problem(.signatureInvalid, "unknown key")
        let frames: [ResponseFrame] = [
            .welcome(Fixture.welcome(refusal: refusal)), .checkpoint(Fixture.checkpoint),
        ]
        let replica = InMemoryReplica()
        replica.write(1)
        let client = client(replica, ScriptedHub([.frames(frames)]).transport())
        await #expect(throws: refusal) { try await client.sync() }
        #expect(client.state == .blocked(refusal))
        #expect(replica.events == [.begin(Fixture.hub), .apply(9)])
        #expect(replica.outboxCount == 1)
    }

    @Test("A hub that acknowledges nothing does not keep the client busy for ever")
    func noProgress() async throws {
        let frames: [ResponseFrame] = [
            .welcome(Fixture.welcome()), .checkpoint(Fixture.checkpoint),
        ]
        let replica = InMemoryReplica(perPush: 1)
        replica.write(2)
        let client = client(replica, ScriptedHub([.frames(frames)]).transport())
        await #expect(throws: Problem(.responseInvalid, "the hub gave no receipt for a push")) {
            try await client.sync()
        }
        #expect(replica.outboxCount == 2)
    }

    @Test("A replica that was never enrolled sends nothing")
    func notEnrolled() async throws {
        let transport = ScriptedHub().transport()
        let client = client(InMemoryReplica(nil), transport)
        await #expect(throws: Problem(.notEnrolled)) { try await client.sync() }
        #expect(transport.requests.isEmpty)
    }

    @Test("Several callers at once are served one after the other")
    func serial() async throws {
        let replica = InMemoryReplica()
        let client = client(replica, ScriptedHub().transport(chunkBytes: 3))
        try await withThrowingTaskGroup(of: SyncReport.self) { group in
            for _ in 0..<20 { group.addTask { try await client.sync() } }
            for try await report in group { #expect(report.exchanges == 1) }
        }
        let pairs = (0..<20).flatMap { _ in
            [InMemoryReplica.Event.begin(Fixture.hub), .apply(9)]
        }
        #expect(replica.events == pairs)
    }

    @Test("Tokens are kept while they last, and renewed by a clock that never jumps")
    func tokenLife() async throws {
        let hub = ScriptedHub()
        let pacing = VirtualPacing(sleeps: 0, chance: 0)
        let client = client(InMemoryReplica(), hub.transport(), pacing: pacing)
        try await client.sync()
        pacing.advance(.seconds(539))
        try await client.sync()
        #expect(hub.tokensGiven == 1)
        pacing.advance(.seconds(1))
        try await client.sync()
        #expect(hub.tokensGiven == 2)
    }
}
