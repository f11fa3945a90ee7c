import LynkCore

/// libcurl's multi interface on a thread of its own: connections, TLS sessions and resolver are
/// shared by all that send through it, e.g. by many replicas in one process.
///
/// Isolation: `send` may be called from any task. One thread owns every handle of libcurl.
public final class CurlEngine: Sendable {
    private let loop: CurlLoop

    /// - Throws: ``Problem`` `internal_failure` when libcurl or the thread cannot start.
    public convenience init(_ options: CurlOptions = CurlOptions()) throws {
        try self.init(options, on: .shared)
    }

    /// On a thread of a given set.
    init(_ options: CurlOptions, on threads: @autoclosure () -> CurlThreads) throws {
        // The library first: what ends the threads has to be known after what the library frees.
        loop = try CurlLoop(options)
        try loop.start(on: threads())
    }

    /// Transfers that are still on their way fail with `unreachable`.
    deinit { loop.stop() }

    /// What all transfers together have cost.
    public var statistics: TransferStatistics { loop.statistics }

    /// Sends one request; see ``HTTPTransport/send(_:onBody:)``.
    ///
    /// Cancelling the task breaks the transfer off.
    public func send(
        _ request: HTTPRequest, onBody: HTTPBodyHandler? = nil
    ) async throws -> HTTPResponse {
        try Task.checkCancellation()
        let id = loop.nextTransferID()
        let loop = loop
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { completion in
                loop.submit(
                    CurlTransfer(
                        id: id, request: request, handler: onBody,
                        resume: { loop.resume(id) }, completion: completion))
                // A cancellation that came before the transfer was known found nothing to cancel.
                if Task.isCancelled { loop.cancel(id) }
            }
        } onCancel: {
            loop.cancel(id)
        }
    }
}

/// Sends through an engine, which may be shared.
public struct CurlTransport: HTTPTransport {
    private let engine: CurlEngine

    public init(_ engine: CurlEngine) { self.engine = engine }

    /// An engine of its own.
    public init(_ options: CurlOptions = CurlOptions()) throws {
        engine = try CurlEngine(options)
    }

    public var statistics: TransferStatistics { engine.statistics }

    /// See ``CurlEngine/send(_:onBody:)``.
    public func send(
        _ request: HTTPRequest, onBody: HTTPBodyHandler?
    ) async throws -> HTTPResponse {
        try await engine.send(request, onBody: onBody)
    }
}
