import Foundation
import LynkClient
import LynkCore
import LynkWire
import Synchronization
import Testing

@testable import LynkServer

/// The live continuation over real TLS: what follows the first checkpoint, and what ends it.
struct LiveRouteTests {
    /// The frames of a live answer as they arrive.
    private final class Listener: Sendable {
        private struct State {
            var reader = FrameReader()
            var zstd: Bool?
            var bytes = 0
        }

        let frames: AsyncStream<ResponseFrame>
        private let output: AsyncStream<ResponseFrame>.Continuation
        private let state = Mutex(State())
        private let plain = Mutex<[[UInt8]]>([])

        init() { (frames, output) = AsyncStream.makeStream() }

        var bytes: Int { state.withLock { $0.bytes } }

        func take(_ chunk: HTTPBodyChunk) throws -> HTTPBodyDemand {
            let found = try state.withLock { state in
                state.bytes += chunk.bytes.count
                state.reader.append(chunk.bytes)
                var found: [ResponseFrame] = []
                while let frame = try state.reader.next() {
                    found.append(try ResponseFrame.decode(frame))
                }
                return found
            }
            for frame in found { output.yield(frame) }
            return .taken
        }

        func finish() { output.finish() }
    }

    private struct Listening {
        let listener: Listener
        let task: Task<Int, any Error>
    }

    private func listen(
        _ device: TestDevice, at server: TestServer, http2: Bool = true
    ) throws -> Listening {
        var options = CurlOptions(certificateFile: server.authority)
        options.prefersHTTP2 = http2
        let transport = try CurlTransport(options)
        let listener = Listener()
        let request = HTTPRequest(
            .post, server.url("/v1/tenants/\(device.principal.tenant)/sync"),
            headers: [
                HTTPHeader("Authorization", "Bearer \(device.token)"),
                HTTPHeader("Content-Type", "application/vnd.lynk.sync+cbor"),
            ], body: try device.body(hello: device.hello().live))
        let task = Task {
            defer { listener.finish() }
            return try await transport.send(request) { try listener.take($0) }.head.status
        }
        return Listening(listener: listener, task: task)
    }

    @Test(arguments: [true, false])
    func eachCommitFollowsOnTheSameAnswer(http2: Bool) async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.pages = [[1]] }
            let listening = try listen(device, at: server, http2: http2)
            var frames = listening.listener.frames.makeAsyncIterator()
            guard case .welcome(let welcome) = await frames.next() else {
                return #expect(Bool(false))
            }
            #expect(welcome.session.count == Limits.sessionBytes)
            #expect(await frames.next() == .page([1]))
            #expect(await frames.next() == .checkpoint(FakeTenantStore.checkpoint))

            let writer = try await TestDevice.enrol(at: server)
            for round: UInt8 in 2...4 {
                store.with {
                    $0.pages = [[round], [round, round]]
                    $0.position = Int64(round) * 10
                }
                _ = try await writer.sync(
                    at: server, writer.body([writer.changeSet(Int64(round))]))
                #expect(await frames.next() == .page([round]))
                #expect(await frames.next() == .page([round, round]))
                guard case .checkpoint(let checkpoint) = await frames.next() else {
                    return #expect(Bool(false))
                }
                #expect(checkpoint.position == Int64(round) * 10)
            }

            let revoked = try await server.operate(
                "POST", "devices/\(device.principal.device)/revoke")
            #expect(revoked.status == 200)
            #expect(await frames.next() == nil)
            #expect(try await listening.task.value == 200)
        }
    }

    @Test func aCommitThatDoesNotConcernTheDeviceCostsNothingUntilTheNextBeat() async throws {
        try await TestServer.run(beat: .milliseconds(400)) { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            let listening = try listen(device, at: server)
            var frames = listening.listener.frames.makeAsyncIterator()
            _ = await frames.next()
            #expect(await frames.next() == .checkpoint(FakeTenantStore.checkpoint))
            store.with { $0.position = 77 }
            let writer = try await TestDevice.enrol(at: server)
            _ = try await writer.sync(at: server, writer.body([writer.changeSet(1)]))
            guard case .checkpoint(let told) = await frames.next() else {
                return #expect(Bool(false))
            }
            #expect(told.position == 77)
            // Beats without news are passed over by readers; only their bytes show.
            let before = listening.listener.bytes
            while listening.listener.bytes == before { await Task.yield() }
            #expect(listening.listener.bytes - before == Frame.overheadBytes)
            listening.task.cancel()
        }
    }

    @Test func scopesThatChangeEndTheAnswerAndAStopDoes() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            let listening = try listen(device, at: server)
            var frames = listening.listener.frames.makeAsyncIterator()
            _ = await frames.next()
            _ = await frames.next()
            store.with { $0.scopes = ScopeUpdate(scopes: ["new"]) }
            let writer = try await TestDevice.enrol(at: server)
            _ = try await writer.sync(at: server, writer.body([writer.changeSet(1)]))
            #expect(await frames.next() == nil)
            #expect(try await listening.task.value == 200)

            store.with { $0.scopes = nil }
            let last = try listen(device, at: server)
            var rest = last.listener.frames.makeAsyncIterator()
            _ = await rest.next()
            _ = await rest.next()
            // The server stops with this one open: the test ends only if that ends it.
        }
    }

    @Test func aShortHelloStandsForTheFullOne() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let hello = device.hello()
            let first = try await device.sync(at: server, device.body()).frames()
            guard case .welcome(let welcome) = first[0],
                case .checkpoint(let checkpoint) = first[1],
                var session = ExchangeSession(
                    tenant: device.principal.tenant, hello: hello, welcome: welcome,
                    checkpoint: checkpoint)
            else { return #expect(Bool(false), "\(first)") }
            for round in 1...3 {
                let next = try #require(
                    session.hello(
                        ResumedHello(
                            session: session.id, position: session.checkpoint.position,
                            wallMilliseconds: TestServer.start + Int64(round),
                            bootMilliseconds: 2_000),
                        count: 0, last: nil))
                let body = try #require(
                    SyncRequest.encode(
                        resuming: session, hello: next, changeSets: [], signature: []))
                #expect(body.count < 120)
                let answer = try await device.sync(at: server, body)
                #expect(answer.status == 200)
                var reader = FrameReader()
                reader.append(answer.body)
                let frame = try #require(try reader.next())
                #expect(frame.type == .brief)
                let resumed = ResumedExchange(
                    session: session, wallMilliseconds: next.clock.wallMilliseconds, offered: [])
                let frames = try resumed.expand(frame.payload)
                guard case .welcome(let again) = frames.first,
                    case .checkpoint(let reached) = frames.last
                else { return #expect(Bool(false), "\(frames)") }
                session.advance(again, to: reached)
            }
            let last = try #require(
                session.hello(
                    ResumedHello(
                        session: session.id, position: session.checkpoint.position,
                        wallMilliseconds: 1, bootMilliseconds: 1), count: 0, last: nil))
            let other = try #require(
                SyncRequest.encode(
                    resuming: session, hello: last, changeSets: [], signature: []))
            try server.wall.set(
                milliseconds: TestServer.start + SessionBook.lifetimeMilliseconds + 1)
            var late = device
            late.token = try #require(
                try await device.askForToken(at: server).json["token"] as? String)
            let forgotten = try await late.sync(at: server, other)
            #expect(forgotten.status == 409)
            #expect(forgotten.code == "session_unknown")
        }
    }
}

extension Hello {
    fileprivate var live: Hello {
        Hello(
            device: device, lane: lane, schemaName: schemaName, schemaVersion: schemaVersion,
            head: head, cursor: cursor, clock: clock, digestRoot: digestRoot, mode: .live)
    }
}
