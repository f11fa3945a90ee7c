import LynkCore
import Synchronization

/// A body on its way from the transport's thread to the exchange that reads it.
///
/// Holds at most ``bytesMax`` and one chunk: then the transport is told to wait. One writer and
/// one reader.
final class ResponseStream: Sendable {
    struct Batch: Sendable {
        let head: HTTPResponseHead
        let chunks: [[UInt8]]
    }

    private struct State {
        var head: HTTPResponseHead?
        var chunks: [[UInt8]] = []
        var byteCount = 0
        var isFinished = false
        var isAbandoned = false
        var isInterrupted = false
        var resume: (@Sendable () -> Void)?
        var waiter: CheckedContinuation<Void, Never>?
    }

    static let bytesMax = 1 << 20

    private let state = Mutex(State())

    /// Takes a chunk from the transport; see ``HTTPBodyHandler``.
    ///
    /// - Throws: `CancellationError` when nobody reads any more.
    func receive(_ chunk: HTTPBodyChunk) throws -> HTTPBodyDemand {
        let (demand, waiter) = try state.withLock { state in
            if state.isAbandoned { throw CancellationError() }
            guard state.byteCount < Self.bytesMax else {
                state.resume = chunk.resume
                return (HTTPBodyDemand.later, nil as CheckedContinuation<Void, Never>?)
            }
            state.head = chunk.head
            state.chunks.append(chunk.bytes)
            state.byteCount += chunk.bytes.count
            defer { state.waiter = nil }
            return (HTTPBodyDemand.taken, state.waiter)
        }
        waiter?.resume()
        return demand
    }

    /// The transfer has ended, well or not.
    func finish() {
        let waiter = state.withLock { state in
            state.isFinished = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// The reader has given up: the next chunk breaks the transfer off.
    func abandon() {
        let resume = state.withLock { state in
            state.isAbandoned = true
            defer { state.resume = nil }
            return state.resume
        }
        resume?()
    }

    /// Whether the transfer has ended and all of it was read.
    var isFinished: Bool { state.withLock { $0.isFinished && $0.chunks.isEmpty } }

    /// Somebody wants the reader to leave as soon as it may.
    func interrupt() {
        let waiter = state.withLock { state in
            state.isInterrupted = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// All that has arrived; waits for more; `nil` after the end, and after an interruption when
    /// the reader may leave.
    func next(unlessInterrupted mayLeave: Bool = false) async -> Batch? {
        while true {
            let (batch, isOver, resume) = state.withLock { state in
                guard let head = state.head, !state.chunks.isEmpty else {
                    let isOver = state.isFinished || mayLeave && state.isInterrupted
                    return (nil as Batch?, isOver, nil as (@Sendable () -> Void)?)
                }
                let batch = Batch(head: head, chunks: state.chunks)
                state.chunks = []
                state.byteCount = 0
                defer { state.resume = nil }
                return (batch, false, state.resume)
            }
            resume?()
            if let batch { return batch }
            if isOver { return nil }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isFinished || !state.chunks.isEmpty { return true }
                    if mayLeave, state.isInterrupted { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }
}
