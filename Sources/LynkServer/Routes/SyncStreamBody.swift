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
    let stream: ExchangeStream
    /// Frames that were read already.
    let head: [UInt8]
    let isCompressed: Bool
    let pool: BlockingPool
    let context: HubRequestContext

    var response: Response {
        var headers = SyncRoute.headers
        if isCompressed { headers[.contentEncoding] = "zstd" }
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in try await write(to: &writer) })
    }

    private func write(to writer: inout any ResponseBodyWriter) async throws {
        let compressor = isCompressed ? ZstdStreamCompressor(level: 1) : nil
        var stream = stream
        var frames = head
        while true {
            var bytes = compressor?.append(frames, flush: !stream.isFinished) ?? frames
            if stream.isFinished {
                if let compressor { bytes += compressor.finish() }
                await EndStreamFolder.announceLastData(on: context.channel)
                try await writer.write(ByteBuffer(bytes: bytes))
                return try await writer.finish(nil)
            }
            try await writer.write(ByteBuffer(bytes: bytes))
            do {
                (stream, frames) = try await pool.run { [stream] in
                    var stream = stream
                    let frames = try stream.next(bytes: 1)
                    return (stream, frames)
                }
            } catch {
                frames = problemFrame(error)
                let bytes = compressor.map { $0.append(frames, flush: true) + $0.finish() }
                try await writer.write(ByteBuffer(bytes: bytes ?? frames))
                return try await writer.finish(nil)
            }
        }
    }

    /// The status is long sent, so the failure travels as the last frame.
    private func problemFrame(_ error: any Error) -> [UInt8] {
        context.logger.error("a pull broke off", metadata: ["error": "\(error)"])
        let problem = error as? Problem ?? Problem(.internalFailure)
        return ResponseFrame.problem(problem).encoded()
    }
}
