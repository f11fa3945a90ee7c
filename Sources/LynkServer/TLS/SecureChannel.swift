import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2
import NIOSSL

/// One connection: TLS, then HTTP/2 or HTTP/1.1 as ALPN decides.
///
/// Hummingbird's own HTTP/2 channel has neither ``EndStreamFolder`` nor a way to set the limit of
/// reset frames, so this one builds the pipeline; requests are served by the same code.
struct SecureChannel: HTTPChannelHandler {
    typealias Stream = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>
    typealias Negotiated = NIONegotiatedHTTPVersion<
        Stream, NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>
    >

    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    private static let idleTimeout: TimeAmount = .minutes(5)
    private static let graceTimeout: TimeAmount = .seconds(20)

    let responder: Responder
    private let context: NIOSSLContext
    private let http1: HTTP1Channel
    private let resetFramesMax: Int

    init(context: NIOSSLContext, resetFramesMax: Int, responder: @escaping Responder) {
        self.resetFramesMax = resetFramesMax
        self.context = context
        self.responder = responder
        http1 = HTTP1Channel(
            responder: responder, configuration: .init(idleTimeout: Self.idleTimeout))
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade { channel in
                http1.setup(channel: channel, logger: logger)
            } http2ConnectionInitializer: { channel in
                channel.eventLoop.makeCompletedFuture { try multiplexer(on: channel, logger) }
            }
        }.map { Value(negotiated: $0, channel: channel) }
    }

    func handle(value: Value, logger: Logger) async {
        do {
            switch try await value.negotiated.get() {
            case .http1_1(let stream):
                await handleHTTP(asyncChannel: stream, logger: logger)
            case .http2(let multiplexer):
                try await withThrowingDiscardingTaskGroup { group in
                    for try await stream in multiplexer.inbound {
                        group.addTask { await handleHTTP(asyncChannel: stream, logger: logger) }
                    }
                }
            }
        } catch {
            // A port scan or a client that went away: nothing for an operator to do.
            logger.debug("a connection ended early", metadata: ["error": "\(error)"])
        }
    }

    private func multiplexer(
        on channel: any Channel, _ logger: Logger
    ) throws -> NIOHTTP2Handler.AsyncStreamMultiplexer<Stream> {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.stream.streamResetFrameRateLimit.maximumCount = resetFramesMax
        // A push fills the default window of 64 KiB at once and would wait a round trip for each.
        configuration.stream.targetWindowSize = 1 << 20
        configuration.connection.targetWindowSize = 4 << 20
        let drain = ConnectionDrain()
        try channel.pipeline.syncOperations.addHandler(drain)
        let bound = NIOLoopBound(drain, eventLoop: channel.eventLoop)
        return try channel.pipeline.syncOperations.configureAsyncHTTP2Pipeline(
            mode: .server,
            connectionManagerConfiguration: .init(
                maxIdleTime: Self.idleTimeout, maxAge: nil, maxGraceTime: Self.graceTimeout,
                keepalive: nil),
            http2HandlerConfiguration: configuration
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                bound.value.opened(stream)
                let pipeline = stream.pipeline.syncOperations
                try pipeline.addHandler(EndStreamFolder())
                try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
                try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger))
                return try Stream(wrappingChannelSynchronously: stream)
            }
        }
    }
}
