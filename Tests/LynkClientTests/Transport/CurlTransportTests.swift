import LynkCore
import Synchronization
import Testing

@testable import LynkClient

/// Over plain HTTP/1.1: TLS and HTTP/2 need a hub, and are tested with one.
@Suite("libcurl as a transport")
struct CurlTransportTests {
    private func transport() throws -> CurlTransport {
        var options = CurlOptions()
        options.allowsPlaintext = true
        return try CurlTransport(options)
    }

    private func withServer(
        _ answer: @escaping @Sendable (LoopbackServer.Received) -> LoopbackServer.Answer,
        _ body: (LoopbackServer) async throws -> Void
    ) async throws {
        let server = try LoopbackServer(answer: answer)
        defer { server.stop() }
        try await body(server)
    }

    @Test("Status, headers and body come back, and what it cost")
    func collects() async throws {
        let transport = try transport()
        try await withServer { received in
            .reply(LoopbackServer.http(received.body.reversed(), type: "a/b; c=d"))
        } _: { server in
            let request = HTTPRequest(
                .post, server.url + "/x", headers: [HTTPHeader("X-Test", "1")], body: [1, 2, 3])
            let response = try await transport.send(request)
            #expect(response.head.status == 200)
            #expect(response.head.mediaType == "a/b")
            #expect(response.head["CONTENT-LENGTH"] == "3")
            #expect(response.body == [3, 2, 1])
            #expect(response.transfer.requests == 1)
            #expect(response.transfer.bodyBytesSent == 3)
            #expect(response.transfer.bodyBytesReceived == 3)
            #expect(response.transfer.headerBytesReceived > 0)
            #expect(transport.statistics == response.transfer)
        }
    }

    @Test("Requests reuse one connection, with their own headers and without a wait for 100")
    func reuses() async throws {
        let transport = try transport()
        let heads = Mutex([String]())
        try await withServer { received in
            heads.withLock { $0.append(received.head) }
            return .reply(LoopbackServer.http(Array("\(received.connection)".utf8)))
        } _: { server in
            for number in 0..<20 {
                let body = [UInt8](repeating: 0, count: number * 200_000)
                let request = HTTPRequest(
                    number == 0 ? .get : .post, server.url,
                    headers: [HTTPHeader("X-Number", "\(number)")], body: body)
                let response = try await transport.send(request)
                #expect(response.body == Array("0".utf8))
            }
        }
        #expect(transport.statistics.connectionsOpened == 1)
        for (number, head) in heads.withLock({ $0 }).enumerated() {
            #expect(head.contains("X-Number: \(number)"))
            #expect(!head.contains("Expect"))
            #expect(!head.contains("Accept-Encoding"))
        }
    }

    @Test("Nobody there is unreachable")
    func refused() async throws {
        let server = try LoopbackServer { _ in .silence }
        server.stop()
        let transport = try transport()
        // The port was just given up, so a connection is refused at once.
        let problem = await #expect(throws: Problem.self) {
            _ = try await transport.send(HTTPRequest(.get, server.url))
            _ = try await transport.send(HTTPRequest(.get, server.url))
        }
        #expect(problem?.code == .unreachable)
    }

    @Test("Only https, unless a test asks otherwise")
    func plaintext() async throws {
        let problem = await #expect(throws: Problem.self) {
            try await CurlTransport().send(HTTPRequest(.get, "http://127.0.0.1:1"))
        }
        #expect(problem?.code == .parameterInvalid)
    }

    @Test("A connection that ends without a word is tried once more, on another")
    func repeats() async throws {
        let transport = try transport()
        try await withServer { received in
            received.connection == 0
                ? .close(after: []) : .reply(LoopbackServer.http([7]))
        } _: { server in
            let response = try await transport.send(
                HTTPRequest(.post, server.url, body: [1, 2]))
            #expect(response.body == [7])
            #expect(response.transfer.requests == 2)
            #expect(response.transfer.repeats == 1)
        }
    }

    @Test("Once more only, and never what must not be repeated", arguments: [true, false])
    func givesUp(isIdempotent: Bool) async throws {
        let transport = try transport()
        let count = Mutex(0)
        try await withServer { _ in
            count.withLock { $0 += 1 }
            return .close(after: [])
        } _: { server in
            let problem = await #expect(throws: Problem.self) {
                try await transport.send(
                    HTTPRequest(.post, server.url, body: [1], isIdempotent: isIdempotent))
            }
            #expect(problem?.code == .unreachable)
        }
        #expect(count.withLock { $0 } == (isIdempotent ? 2 : 1))
    }

    @Test("A body that breaks off is unreachable, and what came was handed over")
    func breaksOff() async throws {
        let transport = try transport()
        let whole = LoopbackServer.http([UInt8](repeating: 5, count: 1000))
        let taken = Mutex([UInt8]())
        try await withServer { _ in
            .close(after: Array(whole.dropLast(10)))
        } _: { server in
            let problem = await #expect(throws: Problem.self) {
                try await transport.send(HTTPRequest(.get, server.url)) { chunk in
                    taken.withLock { $0 += chunk.bytes }
                    return .taken
                }
            }
            #expect(problem?.code == .unreachable)
        }
        #expect(taken.withLock { $0.count } == 990)
    }

    @Test("A longer answer than allowed is broken off")
    func bounded() async throws {
        let transport = try transport()
        try await withServer { _ in
            .reply(LoopbackServer.http([UInt8](repeating: 0, count: 100_000)))
        } _: { server in
            await #expect(
                throws: Problem(.responseInvalid, "the answer is longer than 99999 bytes")
            ) {
                try await transport.send(
                    HTTPRequest(.get, server.url, responseBytesMax: 99_999))
            }
            let whole = try await transport.send(
                HTTPRequest(.get, server.url, responseBytesMax: 100_000))
            #expect(whole.body.count == 100_000)
        }
    }

    @Test("A handler may ask for a pause; the same bytes follow, and nothing is lost")
    func pauses() async throws {
        let transport = try transport()
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await withServer { _ in .reply(LoopbackServer.http(body)) } _: { server in
            let taken = Mutex((bytes: [UInt8](), pauses: 0, pausedAt: -1))
            let response = try await transport.send(
                HTTPRequest(.get, server.url, responseBytesMax: body.count)
            ) { chunk in
                taken.withLock { taken in
                    if taken.bytes.count / 500_000 > taken.pauses, taken.pausedAt < 0 {
                        taken.pauses += 1
                        taken.pausedAt = taken.bytes.count
                        chunk.resume()
                        return .later
                    }
                    taken.pausedAt = -1
                    taken.bytes += chunk.bytes
                    return .taken
                }
            }
            #expect(response.head.status == 200)
            #expect(taken.withLock { $0.bytes } == body)
            #expect(taken.withLock { $0.pauses } >= 4)
        }
    }

    @Test("What a handler throws, the caller gets")
    func handlerThrows() async throws {
        let transport = try transport()
        try await withServer { _ in .reply(LoopbackServer.http([1])) } _: { server in
            await #expect(throws: Problem(.storeFailed, "full")) {
                try await transport.send(HTTPRequest(.get, server.url)) { _ in
                    throw Problem(.storeFailed, "full")
                }
            }
        }
    }

    @Test("A silent server: cancelling the task ends the wait")
    func cancels() async throws {
        let transport = try transport()
        let asked = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            asked.continuation.yield()
            return .silence
        } _: { server in
            let url = server.url
            let sending = Task { try await transport.send(HTTPRequest(.get, url)) }
            for await _ in asked.stream { break }
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
        }
    }

    @Test("Closing the engine answers everybody who waits")
    func closes() async throws {
        let asked = AsyncStream<Void>.makeStream()
        try await withServer { _ in
            asked.continuation.yield()
            return .silence
        } _: { server in
            let loop = try CurlLoop({
                var options = CurlOptions()
                options.allowsPlaintext = true
                return options
            }())
            try loop.start(on: .shared)
            let url = server.url
            let sending = Task {
                try await withCheckedThrowingContinuation { completion in
                    loop.submit(
                        CurlTransfer(
                            id: 1, request: HTTPRequest(.get, url), handler: nil, resume: {},
                            completion: completion))
                }
            }
            for await _ in asked.stream { break }
            loop.stop()
            await #expect(throws: Problem(.unreachable, "the transport was closed")) {
                _ = try await sending.value
            }
        }
    }

    @Test("Many tasks share one engine")
    func shared() async throws {
        let transport = try transport()
        try await withServer { received in
            .reply(LoopbackServer.http(received.body))
        } _: { server in
            let url = server.url
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        let body = [UInt8](repeating: UInt8(number), count: 1000)
                        let request = HTTPRequest(.post, url, body: body)
                        return try await transport.send(request).body == body
                    }
                }
                for try await isSame in group { #expect(isSame) }
            }
        }
        #expect(transport.statistics.requests == 40)
    }
}
