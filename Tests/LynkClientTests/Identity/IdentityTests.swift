import LynkCore
import LynkEngine
import Synchronization
import Testing

@testable import LynkClient

@Suite("Who a replica is")
struct IdentityTests {
    private func json(_ text: String) -> ScriptedTransport.Answer { ScriptedHub.json(text) }

    private var enrolled: String {
        #"{"tenant":"\#(Fixture.tenant)","device":"\#(Fixture.device)","#
            + #""user":"\#(Fixture.user)","role":"worker"}"#
    }

    @Test("A code makes a key pair, and its public half and the identity belong together")
    func enrols() async throws {
        let transport = ScriptedTransport { [enrolled] _ in ScriptedHub.json(enrolled) }
        let replica = InMemoryReplica(nil)
        let client = EnrolmentClient(replica: replica, transport: transport)
        let made = try await client.enrol(server: "https://hub.test:8443/", code: "AAAA")
        let stored = try #require(try replica.enrolment())
        #expect(stored.principal == Fixture.enrolment.principal)
        #expect(stored.server == Fixture.server)
        #expect(stored.key.bytes == made.key.bytes)
        let request = try #require(transport.requests.first)
        #expect(transport.requests.count == 1)
        #expect(request.url == "https://hub.test:8443/v1/enrol")
        #expect(request.isIdempotent)
        #expect(
            JSONValue.read(request.body) == [
                "code": "AAAA",
                "publicKey": .string(hexadecimal(made.key.publicKey.bytes)),
            ])
    }

    @Test("After a lost answer the same key asks again, so the code still works")
    func lostAnswer() async throws {
        let answers = Mutex<[ScriptedTransport.Answer]>([
            .failure(Problem(.unreachable)), ScriptedHub.json(enrolled),
        ])
        let transport = ScriptedTransport { _ in answers.withLock { $0.removeFirst() } }
        let replica = InMemoryReplica(nil)
        let client = EnrolmentClient(replica: replica, transport: transport)
        await #expect(throws: Problem(.unreachable)) {
            try await client.enrol(server: Fixture.server, code: "AAAA")
        }
        #expect(try replica.enrolment() == nil)
        let made = try await client.enrol(server: Fixture.server, code: "AAAA")
        #expect(transport.requests.count == 2)
        #expect(transport.requests[0].body == transport.requests[1].body)
        #expect(made.key.bytes == replica.enrolmentKey().bytes)
    }

    @Test("A wrong or used code says so, and the replica stays as it was")
    func refusedCodes() async throws {
        for (code, status) in [(ProblemCode.enrolmentCodeUnknown, 404), (.enrolmentCodeUsed, 410)] {
            let transport = ScriptedTransport { _ in
                ScriptedHub.refusal(Problem(code, "AAAA"), status)
            }
            let replica = InMemoryReplica(nil)
            let client = EnrolmentClient(replica: replica, transport: transport)
            await #expect(throws: Problem(code, "AAAA")) {
                try await client.enrol(server: Fixture.server, code: "AAAA")
            }
            #expect(try replica.enrolment() == nil)
        }
    }

    @Test("An answer that names nobody is not an enrolment")
    func foreignAnswers() async throws {
        for text in ["{}", "[]", "<html>", enrolled.replacing(#""worker""#, with: "7")] {
            let replica = InMemoryReplica(nil)
            let client = EnrolmentClient(
                replica: replica, transport: ScriptedTransport { _ in ScriptedHub.json(text) })
            let problem = await #expect(throws: Problem.self) {
                try await client.enrol(server: Fixture.server, code: "AAAA")
            }
            #expect(problem?.code == .responseInvalid)
            #expect(try replica.enrolment() == nil)
        }
    }

    @Test("An enrolled replica is not enrolled again, and no code is used up")
    func onlyOnce() async throws {
        let transport = ScriptedTransport { _ in throw Problem(.internalFailure) }
        let client = EnrolmentClient(replica: InMemoryReplica(), transport: transport)
        let problem = await #expect(throws: Problem.self) {
            try await client.enrol(server: Fixture.server, code: "AAAA")
        }
        #expect(problem?.code == .alreadyExists)
        #expect(transport.requests.isEmpty)
    }

    @Test("A challenge is signed for this purpose alone")
    func token() async throws {
        let transport = ScriptedHub().transport()
        let source = TokenSource(transport: transport, elapsed: { .zero })
        var cost = TransferStatistics()
        #expect(try await source.token(for: Fixture.enrolment, cost: &cost) == "token-1")
        #expect(cost.requests == 2)
        let body = try #require(transport.requests.last.flatMap { JSONValue.read($0.body) })
        #expect(body["device"]?.stringValue == "\(Fixture.device)")
        #expect(body["challenge"]?.stringValue == "00ff")
        let signature = try #require(
            body["signature"]?.stringValue.flatMap { bytes(hexadecimal: $0) })
        let key = Fixture.key.publicKey
        #expect(key.verifies(signature, of: [0, 255], as: .challenge))
        #expect(!key.verifies(signature, of: [0, 255], as: .changeSet))
    }

    @Test("A hub that does not know the device is shown what it gave for the enrolment")
    func proof() async throws {
        func bodies(proof: String?) async throws -> [JSONValue] {
            let transport = ScriptedTransport { request in
                if request.url.hasSuffix("challenge") {
                    return ScriptedHub.json(#"{"challenge":"00"}"#)
                }
                return JSONValue.read(request.body)?["proof"] == nil
                    ? ScriptedHub.refusal(Problem(.notEnrolled), 401)
                    : ScriptedHub.json(#"{"token":"t","expiresInSeconds":60}"#)
            }
            let source = TokenSource(transport: transport, elapsed: { .zero })
            let known = Fixture.enrolment
            let enrolment = Enrolment(
                server: known.server, principal: known.principal, key: known.key, proof: proof)
            var cost = TransferStatistics()
            do {
                #expect(try await source.token(for: enrolment, cost: &cost) == "t")
            } catch let refusal as HubRefusal {
                #expect(refusal.problem.code == .notEnrolled)
                #expect(proof == nil)
            }
            return transport.requests.compactMap { JSONValue.read($0.body) }
        }
        let shown = try await bodies(proof: "the hub's word")
        #expect(shown.map { $0["proof"]?.stringValue } == [nil, nil, "the hub's word"])
        #expect(shown[2]["signature"] == shown[1]["signature"])
        #expect(try await bodies(proof: nil).count == 2)
    }

    @Test("A token that would break a header, or none at all, is an invalid answer")
    func foreignTokens() async throws {
        for text in [
            #"{"token":"a\r\nX-Evil: 1","expiresInSeconds":60}"#,
            #"{"token":"","expiresInSeconds":60}"#, #"{"token":"a"}"#,
            #"{"token":"a","expiresInSeconds":0}"#,
        ] {
            let transport = ScriptedTransport { request in
                request.url.hasSuffix("challenge")
                    ? ScriptedHub.json(#"{"challenge":"00"}"#) : ScriptedHub.json(text)
            }
            let source = TokenSource(transport: transport, elapsed: { .zero })
            let problem = await #expect(throws: Problem.self) {
                var cost = TransferStatistics()
                _ = try await source.token(for: Fixture.enrolment, cost: &cost)
            }
            #expect(problem == Problem(.responseInvalid, "the answer holds no token"))
        }
    }

    @Test(
        "A server is a scheme and an authority",
        arguments: [
            ("https://hub.test", "https://hub.test"), ("https://hub.test:1/", "https://hub.test:1"),
            ("http://[::1]:80", "http://[::1]:80"),
        ])
    func addresses(text: String, base: String) throws {
        #expect(try HubAddress(text).base == base)
    }

    @Test(
        "Anything else is refused before it is used",
        arguments: [
            "", "hub.test", "ftp://hub.test", "https://", "https://a/b", "https://a?b",
            "https://a b", "https://a\r\nb", "https://user@hub",
        ])
    func badAddresses(text: String) {
        let problem = #expect(throws: Problem.self) { try HubAddress(text) }
        #expect(problem?.code == .parameterInvalid)
    }

    @Test("The system's clocks stay within one boot and do not run back")
    func clock() {
        let clock = SystemReplicaClock()
        let first = clock.read()
        let second = clock.read()
        #expect(first.bootID == second.bootID)
        #expect(first.bootID == SystemReplicaClock().read().bootID)
        #expect(second.bootMilliseconds >= first.bootMilliseconds)
        #expect(first.wallMilliseconds > 1_700_000_000_000)
    }
}
