import Synchronization
import Testing

@testable import LynkClient

@Suite("A body between the transport's thread and its reader")
struct ResponseStreamTests {
    private let head = HTTPResponseHead(status: 200)

    @Test("It is bounded: a full one asks the transport to wait, and calls it back")
    func bounded() async throws {
        let stream = ResponseStream()
        let resumed = Mutex(0)
        let bytes = [UInt8](repeating: 1, count: ResponseStream.bytesMax / 2)
        let chunk = HTTPBodyChunk(head: head, bytes: bytes) { resumed.withLock { $0 += 1 } }
        #expect(try stream.receive(chunk) == .taken)
        #expect(try stream.receive(chunk) == .taken)
        #expect(try stream.receive(chunk) == .later)
        #expect(resumed.withLock { $0 } == 0)
        let batch = await stream.next()
        #expect(batch?.chunks == [bytes, bytes])
        #expect(resumed.withLock { $0 } == 1)
        #expect(try stream.receive(chunk) == .taken)
    }

    @Test("What had arrived is read before the end")
    func end() async throws {
        let stream = ResponseStream()
        #expect(try stream.receive(HTTPBodyChunk(head: head, bytes: [1])) == .taken)
        stream.finish()
        #expect(await stream.next()?.chunks == [[1]])
        #expect(await stream.next()?.chunks == nil)
    }

    @Test("Without a reader the transfer breaks off")
    func abandoned() {
        let stream = ResponseStream()
        stream.abandon()
        #expect(throws: CancellationError.self) {
            try stream.receive(HTTPBodyChunk(head: head, bytes: [1]))
        }
    }

    @Test("Every chunk arrives once and in order, whoever is faster", arguments: [1, 3, 50])
    func order(pause: Int) async {
        let stream = ResponseStream()
        let head = head
        async let writing: Void = {
            for number in 0..<200 {
                _ = try? stream.receive(HTTPBodyChunk(head: head, bytes: [UInt8(number)]))
                if number % pause == 0 { await Task.yield() }
            }
            stream.finish()
        }()
        var read: [UInt8] = []
        while let batch = await stream.next() { read += batch.chunks.joined() }
        await writing
        #expect(read == (0..<200).map { UInt8($0) })
    }
}
