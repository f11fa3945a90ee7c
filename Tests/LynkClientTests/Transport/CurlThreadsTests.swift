import Foundation
import LynkCore
import Synchronization
import Testing

@testable import LynkClient

/// What happens between the last request and the end of the process.
@Suite("Threads of libcurl")
struct CurlThreadsTests {
    /// How many threads the system knows by a name.
    private func count(named name: String) throws -> Int {
        let tasks = "/proc/self/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).count { number in
            // One that has ended meanwhile has no name any more.
            let found = try? String(contentsOfFile: "\(tasks)/\(number)/comm", encoding: .utf8)
            return found == name + "\n"
        }
    }

    @Test("When all are ended none is left, whatever it was about to do, and none begins")
    func endsAll() async throws {
        let name = "curl-ends-all"
        let threads = CurlThreads(name: name)
        var options = CurlOptions()
        options.allowsPlaintext = true
        let isAsked = Atomic<Bool>(false)
        let server = try LoopbackServer { received in
            guard received.head.hasPrefix("GET /never") else {
                return .reply(LoopbackServer.http([7]))
            }
            isAsked.store(true, ordering: .relaxed)
            return .silence
        }
        defer { server.stop() }
        // One has answered, one waits for an answer that never comes, one has nothing to do.
        let engines = try (0..<3).map { _ in try CurlEngine(options, on: threads) }
        let answer = try await engines[0].send(HTTPRequest(.get, server.url))
        #expect(answer.body == [7])
        let waiting = Task { try await engines[1].send(HTTPRequest(.get, server.url + "/never")) }
        while !isAsked.load(ordering: .relaxed) { await Task.yield() }
        #expect(threads.count == 3)
        #expect(try count(named: name) >= 2)

        threads.endAll()

        #expect(threads.count == 0)
        // The system may list a thread for a moment after it was joined.
        for _ in 0..<10_000 where try count(named: name) > 0 { await Task.yield() }
        #expect(try count(named: name) == 0)
        await refused { _ = try await waiting.value }
        await refused { _ = try await engines[0].send(HTTPRequest(.get, server.url)) }
        await refused { _ = try CurlEngine(options, on: threads) }
        // A second time does nothing.
        threads.endAll()
    }

    @Test("A thread that ended by itself is joined when the next one begins")
    func joins() async throws {
        let threads = CurlThreads(name: "curl-joins")
        for _ in 0..<20 {
            _ = try CurlEngine(CurlOptions(), on: threads)
            while threads.count > 0 { await Task.yield() }
        }
        threads.endAll()
        #expect(threads.count == 0)
    }

    private func refused(_ body: () async throws -> Void) async {
        let problem = await #expect(throws: Problem.self) { try await body() }
        #expect(problem?.code == .unreachable)
    }
}
