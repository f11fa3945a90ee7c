public import LynkEngine

/// Where a hub listens and how it proves who it is.
public struct HubConfiguration: Sendable {
    public var host: String
    /// 0 lets the system choose; ``HubServer`` tells which.
    public var port: Int
    /// A PEM file: the server's certificate, then its issuers.
    public var certificate: String
    /// A PEM file: the certificate's private key.
    public var key: String
    /// Connections above this wait to be accepted.
    public var connectionsMax = 10_000
    /// RST_STREAM frames that one HTTP/2 connection may send within 30 seconds. Ten times the
    /// library's default: a client may reset what has ended, a flood of resets ends the
    /// connection all the same.
    package var resetFramesMax = 2_000
    /// Live responses above this end with their checkpoint; those devices poll.
    public var liveStreamsMax = 10_000
    /// A live response without anything to say shows within this that it lives. Below the 30
    /// seconds after which a client takes a silent line for dead.
    public var liveBeatInterval: Duration = .seconds(20)
    /// Snapshots of scopes that are kept beside one tenant; above it the oldest goes.
    public var snapshotsPerTenantMax = 64
    /// Bytes of them; a scope that has more is given by exchanges alone.
    public var snapshotBytesPerTenantMax = 1 << 30
    /// A socket for programs on the same machine, e.g. `lynkd backup`; see ``OperatorSocket``.
    public var operatorSocket: String?
    /// What is older, and durable, is forgotten when it is kept for causality alone.
    public var floorAgeMilliseconds = FloorReport.usualAgeMilliseconds
    /// How often the hub looks for what it may forget.
    public var floorInterval: Duration = .seconds(3_600)
    /// Devices of an older schema get receipts and `upgrade_required` in the place of pages; 0
    /// serves all.
    public var minimumSchema: UInt32 = 0
    /// Threads that commit; a tenant stays on one of them.
    public var commitThreads = 2
    /// Threads that read.
    public var readThreads = 4

    public init(host: String = "127.0.0.1", port: Int = 0, certificate: String, key: String) {
        self.host = host
        self.port = port
        self.certificate = certificate
        self.key = key
    }
}
