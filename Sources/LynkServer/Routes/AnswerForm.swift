import HTTPTypes
import HummingbirdCore
import LynkWire
import NIOCore

/// How an answer of the exchange goes out: in which form, and whether as zstd.
struct AnswerForm: Sendable {
    let messages: MessageForm
    let isCompressed: Bool

    init(_ messages: MessageForm, isCompressed: Bool) {
        self.messages = messages
        self.isCompressed = isCompressed
    }

    /// The header of a streamed answer.
    var headers: HTTPFields {
        var headers = plainHeaders
        if isCompressed { headers[.contentEncoding] = "zstd" }
        return headers
    }

    private var plainHeaders: HTTPFields {
        [
            .contentType: messages.mediaType, .cacheControl: "no-store",
            .vary: "Accept, Accept-Encoding",
        ]
    }

    /// The answer that these frames are, compressed only where that makes it smaller.
    func whole(_ frames: [UInt8]) throws -> Response {
        var renderer = AnswerRenderer(messages)
        var bytes = try renderer.text(of: frames, isLast: true)
        var headers = plainHeaders
        if isCompressed, let smaller = Zstd.compressedBody(bytes) {
            bytes = smaller
            headers[.contentEncoding] = "zstd"
        }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
