/// What a machine's clocks read at one moment.
public struct ClockReading: Hashable, Sendable {
    /// Milliseconds since 1970 UTC, as the machine believes.
    public let wallMilliseconds: Int64
    public let bootID: BootID
    /// Milliseconds since that boot, suspended time included; immune to changes of the wall clock.
    public let bootMilliseconds: Int64

    public init(wallMilliseconds: Int64, bootID: BootID, bootMilliseconds: Int64) {
        self.wallMilliseconds = wallMilliseconds
        self.bootID = bootID
        self.bootMilliseconds = bootMilliseconds
    }
}

/// Where time comes from: the system's clocks at an edge, a virtual one below it.
public protocol ReplicaClock: Sendable {
    func read() -> ClockReading
}
