import LynkCore
import Synchronization
import Testing

@testable import LynkClient

@Suite("A poll that has nothing to do, in virtual time")
struct HeadLookTests {
    private static let tag = HeadTag(
        position: 9, chain: [UInt8](repeating: 1, count: 16),
        scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8], durable: .zero)

    /// What a loop asked for, a word per request, and how it slept.
    private func run(
        _ script: [ScriptedHub.Exchange] = [], heads: [ScriptedTransport.Answer] = [],
        sleeps: Int
    ) async -> (asked: [String], sleeps: [Duration], state: SyncState) {
        let replica = InMemoryReplica()
        replica.write(1)
        replica.state.withLock { $0.held = Self.tag }
        let pacing = VirtualPacing(sleeps: sleeps, chance: 0)
        let transport = ScriptedHub(script, heads: heads).transport()
        let client = SyncClient(replica: replica, transport: transport, pacing: pacing.pacing)
        let loop = Task { await client.run() }
        await pacing.restReached()
        let state = client.state
        loop.cancel()
        await loop.value
        let asked = transport.requests.map { request in
            String(request.url.split(separator: "/").last ?? "")
        }.filter { $0 != "challenge" && $0 != "token" }
        return (asked, pacing.sleeps, state)
    }

    @Test("It costs one small request, and after a quarter of an hour an exchange")
    func quiet() async {
        let result = await run(sleeps: 31)
        let looks = [String](repeating: "head", count: 29)
        #expect(result.asked == ["sync"] + looks + ["sync", "head"])
        #expect(result.sleeps.allSatisfy { $0 == .seconds(30) })
        #expect(result.state == .idle)
    }

    @Test("Whatever is not the hub's own 304 leads to an exchange")
    func exchanges() async {
        let others = [HTTPHeader("ETag", "\"another\"")]
        let answers: [ScriptedTransport.Answer] = [
            ScriptedHub.json(#"{"position":"10"}"#),
            .reply(HTTPResponseHead(status: 304, headers: others), []),
            .reply(HTTPResponseHead(status: 304), []),
            ScriptedHub.refusal(Problem(.notFound), 404),
            ScriptedHub.refusal(Problem(.tokenExpired), 401),
            .reply(HTTPResponseHead(status: 200), Array("<h1>Welcome to the hotel".utf8)),
        ]
        for answer in answers {
            let result = await run(heads: [answer], sleeps: 1)
            #expect(result.asked == ["sync", "head", "sync"])
            #expect(result.state == .idle)
        }
    }

    @Test("A hub that asks for a wait gets it, and a broken line is a failure like any other")
    func refused() async {
        let busy = await run(heads: [ScriptedHub.refusal(Problem(.overloaded), 503, 7)], sleeps: 2)
        #expect(busy.asked == ["sync", "head", "sync"])
        #expect(busy.sleeps == [.seconds(30), .seconds(7), .seconds(30)])
        let broken = await run(heads: [.failure(Problem(.unreachable))], sleeps: 1)
        #expect(broken.asked == ["sync", "head", "sync"])
        #expect(broken.sleeps == [.seconds(30), .seconds(30)])
    }

    @Test("What was written since goes out by an exchange")
    func written() async {
        let replica = InMemoryReplica()
        replica.state.withLock { $0.held = Self.tag }
        replica.write(1)
        let pacing = VirtualPacing(sleeps: 1, chance: 0)
        let transport = ScriptedHub().transport()
        let client = SyncClient(replica: replica, transport: transport, pacing: pacing.pacing)
        let loop = Task { await client.run() }
        await pacing.restReached()
        replica.write(1)
        client.wake()
        var states = client.states().makeAsyncIterator()
        while replica.outboxCount > 0 { _ = await states.next() }
        loop.cancel()
        await loop.value
        #expect(transport.requests.filter { $0.url.hasSuffix("/sync") }.count == 2)
    }
}
