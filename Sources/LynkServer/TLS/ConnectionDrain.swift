import NIOCore

/// Closes a connection of HTTP/2 soon after the server was told to end, once nothing is answered
/// on it any more.
///
/// NIO's own manager sends GOAWAY and a ping, and closes when the ping was answered and no stream
/// is open: that gives requests which are under way the round trip that RFC 9113, section 6.8,
/// asks for. A client that keeps an idle connection and does not read from it, as libcurl does,
/// answers no ping, and would hold the whole server up for the manager's grace time. Here the
/// round trip has an end of its own.
///
/// Isolation: the connection's event loop.
final class ConnectionDrain: ChannelInboundHandler {
    typealias InboundIn = Any
    typealias InboundOut = Any

    /// For requests that were sent before GOAWAY arrived.
    static let roundTrip: TimeAmount = .seconds(1)

    private var openStreams = 0
    private var isDraining = false
    private var context: ChannelHandlerContext?
    private var closing: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        closing?.cancel()
        self.context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isDraining = true
            closeSoon()
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Counts a stream of this connection until it is closed.
    func opened(_ stream: any Channel) {
        openStreams += 1
        closing?.cancel()
        let drain = NIOLoopBound(self, eventLoop: stream.eventLoop)
        stream.closeFuture.whenComplete { _ in drain.value.closed() }
    }

    private func closed() {
        openStreams -= 1
        closeSoon()
    }

    private func closeSoon() {
        guard isDraining, openStreams == 0, let context else { return }
        closing?.cancel()
        closing = context.eventLoop.assumeIsolated().scheduleTask(in: Self.roundTrip) {
            self.context?.close(promise: nil)
        }
    }
}
