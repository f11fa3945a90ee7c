/// The short form of a hello in a session that an earlier welcome opened: what has not changed
/// since is not said again.
public struct ResumedHello: Hashable, Sendable {
    /// ``Welcome/session``.
    public let session: [UInt8]
    /// The position of the device's cursor: of a checkpoint in this session.
    public let position: Int64
    public let wallMilliseconds: Int64
    public let bootMilliseconds: Int64
    public let ratchet: [UInt8]
    public let mode: PullMode

    public init(
        session: [UInt8], position: Int64, wallMilliseconds: Int64, bootMilliseconds: Int64,
        ratchet: [UInt8] = [], mode: PullMode = .once
    ) {
        self.session = session
        self.position = position
        self.wallMilliseconds = wallMilliseconds
        self.bootMilliseconds = bootMilliseconds
        self.ratchet = ratchet
        self.mode = mode
    }
}
