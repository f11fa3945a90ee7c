import LynkCore
import LynkWire
import Synchronization
import Testing

@testable import LynkClient

@Suite("Short hellos")
struct SessionTests {
    /// A hub that opens a session with each full hello and knows it for one short one.
    private final class ForgetfulHub: Sendable {
        private struct State {
            var known: ExchangeSession?
            var uses = 0
            var full = 0
            var short = 0
        }

        private let state = Mutex(State())

        var counts: [Int] { state.withLock { [$0.full, $0.short] } }

        func answer(_ request: HTTPRequest) -> ScriptedTransport.Answer {
            state.withLock { state in
                let decoded: SyncRequest
                do throws(WireError) {
                    decoded = try SyncRequest.decode(request.body) { id, position in
                        guard let known = state.known, known.id == id, state.uses > 0,
                            known.checkpoint.position == position
                        else { return nil }
                        return known
                    }
                } catch {
                    return ScriptedHub.refusal(error.problem, 409)
                }
                let head = ScriptedHub.head()
                if let resumed = decoded.resumed, let known = state.known {
                    state.short += 1
                    state.uses -= 1
                    let welcome = Welcome(
                        hub: known.welcome.hub, eras: [], head: nil,
                        hubTime: HybridTimestamp(milliseconds: 1_760_000_000_000),
                        digestKey: known.welcome.digestKey, scopes: nil, refusal: nil)
                    let brief = resumed.brief(welcome, [], known.checkpoint)
                    return .reply(head, brief ?? [])
                }
                state.full += 1
                let welcome = Welcome(
                    hub: Fixture.hub, eras: [], head: nil,
                    hubTime: HybridTimestamp(milliseconds: 1_760_000_000_000),
                    digestKey: [UInt8](repeating: 3, count: 32), scopes: nil, refusal: nil,
                    session: [1, 2, 3, 4, 5, 6, 7, UInt8(state.full)])
                state.known = ExchangeSession(
                    tenant: Fixture.tenant, hello: decoded.hello, welcome: welcome,
                    checkpoint: Fixture.checkpoint)
                state.uses = 1
                return .reply(
                    head,
                    ResponseFrame.welcome(welcome).encoded()
                        + ResponseFrame.checkpoint(Fixture.checkpoint).encoded())
            }
        }
    }

    @Test("A hub that forgot the session gets the full hello at once, and nothing is lost")
    func forgotten() async throws {
        let hub = ForgetfulHub()
        let transport = ScriptedTransport { request in
            guard request.url.hasSuffix("/sync") else {
                return .reply(
                    HTTPResponseHead(
                        status: 200, headers: [HTTPHeader("Content-Type", "application/json")]),
                    Array(
                        (request.url.hasSuffix("challenge")
                            ? #"{"challenge":"00ff"}"#
                            : #"{"token":"t","expiresInSeconds":600}"#).utf8))
            }
            return hub.answer(request)
        }
        let replica = InMemoryReplica()
        replica.follow(Fixture.checkpoint)
        let client = SyncClient(replica: replica, transport: transport)
        try await client.sync()
        #expect(hub.counts == [1, 0])
        let fullBytes = transport.requests.last?.body.count ?? 0
        try await client.sync()
        #expect(hub.counts == [1, 1])
        #expect((transport.requests.last?.body.count ?? 0) < fullBytes)
        // Used up: the short hello is refused, the full one follows in the same call.
        try await client.sync()
        #expect(hub.counts == [2, 1])
        #expect(replica.events.count(where: { $0 == .apply(9) }) == 3)
    }
}
