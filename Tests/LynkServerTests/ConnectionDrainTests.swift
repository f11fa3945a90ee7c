import NIOCore
import NIOEmbedded
import Testing

@testable import LynkServer

@Suite("The end of a connection when the server ends")
struct ConnectionDrainTests {
    private let loop = EmbeddedEventLoop()

    private func connection() throws -> (channel: EmbeddedChannel, drain: ConnectionDrain) {
        let drain = ConnectionDrain()
        let channel = EmbeddedChannel(handler: drain, loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, drain)
    }

    private func stream() throws -> EmbeddedChannel {
        let stream = EmbeddedChannel(loop: loop)
        try stream.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return stream
    }

    @Test("An idle connection stays, and is closed a round trip after the server was told to end")
    func idle() throws {
        let (channel, _) = try connection()
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(channel.isActive)
        loop.advanceTime(by: ConnectionDrain.roundTrip)
        #expect(!channel.isActive)
    }

    @Test("What is being answered, or was asked within the round trip, is answered first")
    func busy() throws {
        let (channel, drain) = try connection()
        let first = try stream()
        drain.opened(first)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try first.close().wait()
        let second = try stream()
        drain.opened(second)
        loop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        try second.close().wait()
        #expect(channel.isActive)
        loop.advanceTime(by: ConnectionDrain.roundTrip)
        #expect(!channel.isActive)
    }

    @Test("A connection that ended by itself is left alone")
    func ended() throws {
        let (channel, drain) = try connection()
        let open = try stream()
        drain.opened(open)
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        try channel.close().wait()
        try open.close().wait()
        loop.advanceTime(by: .hours(1))
        #expect(!channel.isActive)
    }
}
