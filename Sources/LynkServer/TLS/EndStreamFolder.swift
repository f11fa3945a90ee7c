import NIOCore
import NIOHTTP2

/// Ends an HTTP/2 stream on its last frame instead of on an empty one after it.
///
/// The codec above writes the end as a DATA frame of its own. libcurl 7.88 has closed the stream
/// by then and answers each with RST_STREAM; swift-nio-http2 counts those and ends the connection
/// after 200. So a frame is held until the next write or flush, and takes over END_STREAM when
/// nothing but an empty end follows.
///
/// Below `HTTP2FramePayloadToHTTPServerCodec`, on each stream's channel.
final class EndStreamFolder: ChannelOutboundHandler {
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Says that the next DATA frame is the last, so that a flush need not let it go alone.
    struct LastData: Sendable {}

    private var held: (payload: HTTP2Frame.FramePayload, promise: EventLoopPromise<Void>?)?
    private var isLastExpected = false
    private var wasFlushed = false

    /// Call before the last write of a streamed body; on HTTP/1.1 it does nothing.
    static func announceLastData(on channel: any Channel) async {
        // An HTTP/1.1 pipeline does not know the event and says so: there is nothing to fold.
        try? await channel.triggerUserOutboundEvent(LastData()).get()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let payload = unwrapOutboundIn(data)
        if payload.isEmptyEnd, let held, let folded = held.payload.ended {
            self.held = nil
            held.promise?.futureResult.cascade(to: promise)
            context.write(wrapOutboundOut(folded), promise: held.promise ?? promise)
            if wasFlushed { context.flush() }
            return
        }
        release(context)
        if payload.ended != nil {
            held = (payload, promise)
        } else {
            context.write(data, promise: promise)
        }
    }

    func flush(context: ChannelHandlerContext) {
        if isLastExpected, held != nil {
            wasFlushed = true
        } else {
            release(context)
            context.flush()
        }
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard event is LastData else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        release(context)
        context.flush()
        isLastExpected = true
        promise?.succeed()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        release(context)
        if wasFlushed { context.flush() }
        context.close(mode: mode, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        held?.promise?.fail(ChannelError.ioOnClosedChannel)
        held = nil
    }

    private func release(_ context: ChannelHandlerContext) {
        guard let held else { return }
        self.held = nil
        context.write(wrapOutboundOut(held.payload), promise: held.promise)
    }
}

extension HTTP2Frame.FramePayload {
    fileprivate var isEmptyEnd: Bool {
        guard case .data(let data) = self else { return false }
        return data.endStream && data.data.readableBytes == 0
    }

    /// The same frame with END_STREAM; `nil` for one that has it or cannot have it.
    fileprivate var ended: HTTP2Frame.FramePayload? {
        switch self {
        case .data(var data) where !data.endStream:
            data.endStream = true
            return .data(data)
        case .headers(var headers) where !headers.endStream:
            headers.endStream = true
            return .headers(headers)
        default:
            return nil
        }
    }
}
