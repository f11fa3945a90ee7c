import LynkClient
import LynkCore
import Synchronization

/// A transport that asks a closure for each answer and hands bodies over in small chunks.
final class ScriptedTransport: HTTPTransport {
    /// One answer, or a failure of the line.
    enum Answer: Sendable {
        case reply(HTTPResponseHead, [UInt8])
        /// The line breaks after this much of the body.
        case broken(HTTPResponseHead, [UInt8], Problem)
        case failure(Problem)
    }

    private let answer: @Sendable (HTTPRequest) throws -> Answer
    private let chunkBytes: Int
    private let sent = Mutex([HTTPRequest]())
    private let totals = Mutex(TransferStatistics())

    init(chunkBytes: Int = 7, answer: @escaping @Sendable (HTTPRequest) throws -> Answer) {
        self.chunkBytes = chunkBytes
        self.answer = answer
    }

    var requests: [HTTPRequest] { sent.withLock { $0 } }
    var statistics: TransferStatistics { totals.withLock { $0 } }

    func send(
        _ request: HTTPRequest, onBody: HTTPBodyHandler?
    ) async throws -> HTTPResponse {
        sent.withLock { $0.append(request) }
        switch try answer(request) {
        case .failure(let problem): throw problem
        case .broken(let head, let body, let problem):
            try await deliver(body, head, onBody)
            throw problem
        case .reply(let head, let body):
            try await deliver(body, head, onBody)
            var cost = TransferStatistics()
            cost.requests = 1
            cost.bodyBytesSent = request.body.count
            cost.bodyBytesReceived = body.count
            totals.withLock { $0 += cost }
            return HTTPResponse(head: head, body: onBody == nil ? body : [], transfer: cost)
        }
    }

    private func deliver(
        _ body: [UInt8], _ head: HTTPResponseHead, _ handler: HTTPBodyHandler?
    ) async throws {
        guard let handler else { return }
        var rest = body[...]
        while !rest.isEmpty {
            try Task.checkCancellation()
            let bytes = Array(rest.prefix(chunkBytes))
            let again = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            let chunk = HTTPBodyChunk(head: head, bytes: bytes) {
                again.continuation.yield()
            }
            if try handler(chunk) == .later {
                for await _ in again.stream { break }
            } else {
                rest = rest.dropFirst(chunkBytes)
            }
        }
    }
}
