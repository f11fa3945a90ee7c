/// What went over the network. Bodies are counted as sent, compressed; headers before HPACK.
public struct TransferStatistics: Hashable, Sendable {
    /// Requests that were sent, repeats included: each is one round trip.
    public var requests = 0
    /// Of these, the ones sent again because a connection broke.
    public var repeats = 0
    public var connectionsOpened = 0
    public var bodyBytesSent = 0
    public var bodyBytesReceived = 0
    public var headerBytesSent = 0
    public var headerBytesReceived = 0

    public init() {}

    public static func += (left: inout Self, right: Self) {
        left.requests += right.requests
        left.repeats += right.repeats
        left.connectionsOpened += right.connectionsOpened
        left.bodyBytesSent += right.bodyBytesSent
        left.bodyBytesReceived += right.bodyBytesReceived
        left.headerBytesSent += right.headerBytesSent
        left.headerBytesReceived += right.headerBytesReceived
    }
}
