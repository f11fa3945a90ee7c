import LynkClient
import LynkCore
import Synchronization

/// What a bad line does to one exchange.
enum LineFault: Sendable {
    case none
    /// The request arrives twice; the device sees the second answer.
    case repeatedUpload
    /// The hub has committed, and its answer never arrives.
    case droppedAnswer
}

/// A line that loses answers and repeats uploads, as radio networks do. Faults concern exchanges
/// only: tokens and enrolments pass.
final class FaultyTransport: HTTPTransport {
    private let line: any HTTPTransport
    private let next: @Sendable () -> LineFault
    private let counts = Mutex((repeated: 0, dropped: 0))

    /// - Parameter next: decides the fate of the next exchange; called from any task.
    init(_ line: any HTTPTransport, next: @escaping @Sendable () -> LineFault) {
        self.line = line
        self.next = next
    }

    var statistics: TransferStatistics { line.statistics }
    var repeatedUploads: Int { counts.withLock { $0.repeated } }
    var droppedAnswers: Int { counts.withLock { $0.dropped } }

    func send(
        _ request: HTTPRequest, onBody: HTTPBodyHandler?
    ) async throws -> HTTPResponse {
        guard request.url.hasSuffix("/sync") else {
            return try await line.send(request, onBody: onBody)
        }
        switch next() {
        case .none:
            return try await line.send(request, onBody: onBody)
        case .repeatedUpload:
            _ = try await line.send(request) { _ in .taken }
            counts.withLock { $0.repeated += 1 }
            return try await line.send(request, onBody: onBody)
        case .droppedAnswer:
            _ = try await line.send(request) { _ in .taken }
            counts.withLock { $0.dropped += 1 }
            throw Problem(.unreachable, "the answer was dropped on purpose")
        }
    }
}
