import LynkCore
import Synchronization
import Testing

@testable import LynkClient

@Suite("Threads for calls that block")
struct BlockingThreadsTests {
    @Test("Every call is made once and answers its caller", arguments: [1, 3])
    func answers(count: Int) async throws {
        let threads = BlockingThreads(count: count)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...500 { group.addTask { try await threads.run { number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == 500 * 501 / 2)
    }

    @Test("Errors reach the caller, and the thread goes on")
    func errors() async throws {
        let threads = BlockingThreads(count: 1)
        await #expect(throws: Problem(.storeFailed)) {
            try await threads.run { throw Problem(.storeFailed) }
        }
        #expect(try await threads.run { 7 } == 7)
    }

    @Test("One thread makes its calls in the order of their coming")
    func order() async throws {
        let threads = BlockingThreads(count: 1)
        let seen = Mutex([Int]())
        for number in 0..<50 { try await threads.run { seen.withLock { $0.append(number) } } }
        #expect(seen.withLock { $0 } == Array(0..<50))
    }
}
