import LynkCore

/// Bytes of a body as they arrive.
public struct HTTPBodyChunk: Sendable {
    public let head: HTTPResponseHead
    public let bytes: [UInt8]
    /// To be called once after ``HTTPBodyDemand/later``, from any thread: the same bytes follow
    /// again.
    public let resume: @Sendable () -> Void

    public init(
        head: HTTPResponseHead, bytes: [UInt8], resume: @escaping @Sendable () -> Void = {}
    ) {
        self.head = head
        self.bytes = bytes
        self.resume = resume
    }
}

/// Whether a handler took a chunk.
public enum HTTPBodyDemand: Sendable {
    case taken
    /// No room now: the transport stops reading until the chunk's `resume` is called.
    case later
}

/// Takes a body in pieces, in order. Called on the transport's thread, so it must not block; an
/// error that it throws breaks the transfer off and is thrown by `send`.
public typealias HTTPBodyHandler = @Sendable (HTTPBodyChunk) throws -> HTTPBodyDemand

/// Carries requests to hubs. Conformers: ``CurlTransport``, and a scripted one in the tests.
public protocol HTTPTransport: Sendable {
    /// Sends one request and returns when its answer has ended.
    ///
    /// - Parameter onBody: takes the body; without one the body is collected in the response.
    /// - Returns: an answer of any status.
    /// - Throws: ``Problem`` `unreachable`, `timed_out` or `response_invalid` (longer than
    ///   allowed), `CancellationError`, or what `onBody` threw. The request may or may not have
    ///   taken effect.
    func send(_ request: HTTPRequest, onBody: HTTPBodyHandler?) async throws -> HTTPResponse

    /// What was carried since this transport was made.
    var statistics: TransferStatistics { get }
}

extension HTTPTransport {
    /// Sends one request and collects the answer.
    public func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await send(request, onBody: nil)
    }
}
