import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import LynkCore
import LynkWire
import NIOCore

/// A long answer as a streamed body: one step of frames is in memory at a time, and the next is
/// read only when the peer took the last.
struct SyncStreamBody: Sendable {
    /// What is read of the store at once.
    private static let stepBytes = 1

    let stream: ExchangeStream
    /// Frames that were read already.
    let head: [UInt8]
    let form: AnswerForm
    let hub: Hub
    let context: HubRequestContext
    /// The place of a live answer; without one the checkpoint is the end.
    let live: LiveStream?

    var response: Response {
        Response(
            status: .ok, headers: form.headers,
            body: ResponseBody { writer in
                defer { if let live { hub.live.close(live) } }
                try await write(to: &writer)
            })
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        var stream = stream
        var renderer = AnswerRenderer(form.messages)
        do {
            let isCaughtUp = try await catchUp(&stream, &renderer, to: &writer)
            if isCaughtUp, let live {
                if stream.mayGoOn { try await follow(live, &stream, &renderer, to: &writer) }
                let end = try renderer.text(of: [], isLast: true)
                if !end.isEmpty { try await writer.write(packed(end)) }
            }
        } catch let failure as PullFailure {
            let problem = problemFrame(failure.cause)
            try await writer.write(packed(try renderer.text(of: problem, isLast: true)))
        }
        try await writer.finish(nil)
    }

    /// Everything up to the first checkpoint, as one zstd frame.
    ///
    /// - Returns: `false` when the store failed; the problem was the last frame then.
    private func catchUp(
        _ stream: inout ExchangeStream, _ renderer: inout AnswerRenderer,
        to writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        let compressor = form.isCompressed ? ZstdStreamCompressor(level: 1) : nil
        var frames = head
        while true {
            let text = try renderer.text(of: frames, isLast: stream.isFinished && live == nil)
            var bytes = compressor?.append(text, flush: !stream.isFinished) ?? text
            if stream.isFinished {
                if let compressor { bytes += compressor.finish() }
                keepSession(of: stream)
                if live == nil { await EndStreamFolder.announceLastData(on: context.channel) }
                try await writer.write(ByteBuffer(bytes: bytes))
                return true
            }
            try await writer.write(ByteBuffer(bytes: bytes))
            do {
                (stream, frames) = try await step(stream)
            } catch {
                let problem = try renderer.text(of: problemFrame(error), isLast: true)
                let bytes = compressor.map { $0.append(problem, flush: true) + $0.finish() }
                try await writer.write(ByteBuffer(bytes: bytes ?? problem))
                return false
            }
        }
    }

    /// What each commit brings, until the stream ends. Every step is a zstd frame of its own, so
    /// that an idle stream keeps no compressor.
    private func follow(
        _ live: LiveStream, _ stream: inout ExchangeStream, _ renderer: inout AnswerRenderer,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        while true {
            switch await live.next() {
            case .ended:
                return
            case .beat:
                let bytes = try renderer.beat(stream.beat())
                keepSession(of: stream)
                try await writer.write(packed(bytes))
            case .committed:
                do {
                    guard try await goOn(&stream) else { return }
                    while !stream.isFinished {
                        let frames: [UInt8]
                        (stream, frames) = try await step(stream)
                        if stream.isFinished { keepSession(of: stream) }
                        let text = try renderer.text(of: frames, isLast: false)
                        if !text.isEmpty { try await writer.write(packed(text)) }
                    }
                    guard stream.mayGoOn else { return }
                } catch let problem as Problem {
                    throw PullFailure(cause: problem)
                }
            }
        }
    }

    private func goOn(_ stream: inout ExchangeStream) async throws -> Bool {
        let now = hub.clock.nowMilliseconds()
        let (next, goesOn) = try await hub.pool.run { [stream] in
            var stream = stream
            let goesOn = try stream.goOn(nowMilliseconds: now)
            return (stream, goesOn)
        }
        stream = next
        return goesOn
    }

    private func step(_ stream: ExchangeStream) async throws -> (ExchangeStream, [UInt8]) {
        try await hub.pool.run {
            var stream = stream
            let frames = try stream.next(bytes: Self.stepBytes)
            return (stream, frames)
        }
    }

    /// Before the checkpoint leaves, so that the device's next request finds it.
    private func keepSession(of stream: ExchangeStream) {
        if let session = stream.sessionToKeep {
            hub.sessions.keep(session, nowMilliseconds: hub.wall.nowMilliseconds())
        }
    }

    private func packed(_ frames: [UInt8]) -> ByteBuffer {
        ByteBuffer(bytes: form.isCompressed ? Zstd.compress(frames, level: 1) : frames)
    }

    /// The status is long sent, so the failure travels as the last frame.
    private func problemFrame(_ error: any Error) -> [UInt8] {
        context.logger.error("a pull broke off", metadata: ["error": "\(error)"])
        let problem = error as? Problem ?? Problem(.internalFailure)
        return ResponseFrame.problem(problem).encoded()
    }
}

/// The hub's store failed while an answer was being sent, as opposed to the line.
private struct PullFailure: Error {
    let cause: any Error
}
