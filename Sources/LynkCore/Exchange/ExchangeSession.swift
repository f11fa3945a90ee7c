/// What both sides of a session know, so that it need not travel again.
///
/// A hub that gives a welcome with a session keeps this from its checkpoint on, and a device does
/// when it has applied that checkpoint. Whatever does not fit goes by a full hello; a hub may
/// forget a session at any time. Pure.
public struct ExchangeSession: Hashable, Sendable {
    public let tenant: TenantID
    /// The hello that opened the session.
    public let hello: Hello
    /// The welcome to it; later ones in the session differ from it by little.
    public let welcome: Welcome
    /// The last checkpoint in the session: the state that a short hello starts from.
    public private(set) var checkpoint: Checkpoint
    /// What a short hello names; a hub may give another with each answer.
    public private(set) var id: [UInt8]
    /// What the next push presents.
    public private(set) var ratchet: [UInt8]

    /// Returns `nil` when the welcome opened no session.
    public init?(tenant: TenantID, hello: Hello, welcome: Welcome, checkpoint: Checkpoint) {
        guard welcome.session.count == Limits.sessionBytes, welcome.refusal == nil,
            checkpoint.head.map({ $0.lane == hello.lane }) ?? true
        else { return nil }
        self.tenant = tenant
        self.hello = hello
        self.welcome = welcome
        self.checkpoint = checkpoint
        id = welcome.session
        ratchet = welcome.ratchet.isEmpty ? hello.ratchet : welcome.ratchet
    }

    /// Takes note of a later exchange in the session that ended with a checkpoint.
    public mutating func advance(_ welcome: Welcome, to checkpoint: Checkpoint) {
        if !welcome.session.isEmpty { id = welcome.session }
        if !welcome.ratchet.isEmpty { ratchet = welcome.ratchet }
        self.checkpoint = checkpoint
    }

    /// Takes note of a further checkpoint of a live answer.
    public mutating func advance(to checkpoint: Checkpoint) { self.checkpoint = checkpoint }

    /// The lane's head when `count` change sets follow the checkpoint's, the last one `last`.
    public func head(after count: Int, last: ContentID?) -> LaneHead? {
        guard let last else { return checkpoint.head }
        let sequence = (checkpoint.head?.sequence ?? 0) &+ UInt64(count)
        return LaneHead(lane: hello.lane, sequence: sequence, oid: last)
    }

    /// The short form of a hello; `nil` when it says something that the session does not know.
    ///
    /// - Parameter count: change sets that the request offers, `last` being the last of them.
    public func resumption(of hello: Hello, count: Int, last: ContentID?) -> ResumedHello? {
        let resumed = ResumedHello(
            session: id, position: hello.cursor.position,
            wallMilliseconds: hello.clock.wallMilliseconds,
            bootMilliseconds: hello.clock.bootMilliseconds,
            ratchet: hello.ratchet, mode: hello.mode)
        return self.hello(resumed, count: count, last: last) == hello ? resumed : nil
    }

    /// The hello that a short one stands for; `nil` when it is not of this state of the session.
    public func hello(_ resumed: ResumedHello, count: Int, last: ContentID?) -> Hello? {
        guard resumed.session == id, resumed.position == checkpoint.position else { return nil }
        return Hello(
            protocolVersion: hello.protocolVersion, device: hello.device, lane: hello.lane,
            schemaName: hello.schemaName, schemaVersion: hello.schemaVersion,
            head: head(after: count, last: last),
            cursor: PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash),
            clock: ClockReading(
                wallMilliseconds: resumed.wallMilliseconds, bootID: hello.clock.bootID,
                bootMilliseconds: resumed.bootMilliseconds),
            digestRoot: checkpoint.digestRoot, ratchet: resumed.ratchet, chain: checkpoint.chain,
            narrowed: hello.narrowed, mode: resumed.mode,
            snapshotRowsMin: hello.snapshotRowsMin)
    }
}
