/// The name that a hub gave to a commit: the `number`-th of its era, from 1, never reused.
public struct Dot: Hashable, Sendable, BitwiseCopyable {
    public let era: EraID
    public let number: UInt64

    public init(era: EraID, number: UInt64) {
        self.era = era
        self.number = number
    }
}

/// How two version vectors stand to each other.
public enum CausalOrder: Sendable, Equatable {
    case equal, before, after, concurrent
}
