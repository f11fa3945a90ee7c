import NIOConcurrencyHelpers
import NIOCore
import NIOEmbedded
import NIOHPACK
import NIOHTTP2
import Testing

@testable import LynkServer

struct EndStreamFolderTests {
    private typealias Payload = HTTP2Frame.FramePayload

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(EndStreamFolder())
        return channel
    }

    private func data(_ text: String, end: Bool = false) -> Payload {
        .data(.init(data: .byteBuffer(ByteBuffer(string: text)), endStream: end))
    }

    private var headers: Payload { .headers(.init(headers: [":status": "200"])) }

    /// What left the channel: `headers`, `data TEXT`, each with `+end`.
    private func sent(_ channel: EmbeddedChannel) throws -> [String] {
        var sent: [String] = []
        while let payload = try channel.readOutbound(as: Payload.self) {
            switch payload {
            case .data(let data):
                guard case .byteBuffer(let buffer) = data.data else { continue }
                sent.append("data \(String(buffer: buffer))\(data.endStream ? "+end" : "")")
            case .headers(let headers): sent.append(headers.endStream ? "headers+end" : "headers")
            default: sent.append("other")
            }
        }
        return sent
    }

    @Test func aBufferedAnswerEndsOnItsData() throws {
        let channel = try channel()
        for part in [headers, data("a"), data("", end: true)] { channel.write(part, promise: nil) }
        channel.flush()
        #expect(try sent(channel) == ["headers", "data a+end"])
    }

    @Test func anEmptyAnswerEndsOnItsHeaders() throws {
        let channel = try channel()
        for part in [headers, data("", end: true)] { channel.write(part, promise: nil) }
        channel.flush()
        #expect(try sent(channel) == ["headers+end"])
    }

    @Test func aFlushLetsAStreamedPartGoAtOnce() throws {
        let channel = try channel()
        channel.write(headers, promise: nil)
        channel.writeAndFlush(data("event"), promise: nil)
        #expect(try sent(channel) == ["headers", "data event"])
        channel.writeAndFlush(data("", end: true), promise: nil)
        #expect(try sent(channel) == ["data +end"])
    }

    @Test func anAnnouncedLastPartWaitsForTheEnd() throws {
        let channel = try channel()
        channel.writeAndFlush(headers, promise: nil)
        channel.writeAndFlush(data("first"), promise: nil)
        #expect(try sent(channel) == ["headers", "data first"])
        channel.triggerUserOutboundEvent(EndStreamFolder.LastData(), promise: nil)
        channel.writeAndFlush(data("last"), promise: nil)
        #expect(try sent(channel) == [])
        channel.write(data("", end: true), promise: nil)
        #expect(try sent(channel) == ["data last+end"])
    }

    @Test func everyPromiseIsKept() throws {
        let channel = try channel()
        let promises = (0..<3).map { _ in channel.eventLoop.makePromise(of: Void.self) }
        channel.write(headers, promise: promises[0])
        channel.write(data("a"), promise: promises[1])
        channel.writeAndFlush(data("", end: true), promise: promises[2])
        let kept = NIOLockedValueBox(0)
        for promise in promises {
            promise.futureResult.whenSuccess { kept.withLockedValue { $0 += 1 } }
        }
        #expect(kept.withLockedValue { $0 } == 3)
    }
}
