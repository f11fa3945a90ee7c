/// A hybrid logical time: 48 bits of milliseconds since 1970 UTC, then 16 bits of counter.
///
/// It breaks ties between concurrent writes and never decides who knew of what. Kulkarni et al.,
/// "Logical Physical Clocks and Consistent Snapshots in Globally Distributed Databases", 2014.
public struct HybridTimestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Times before 1970 read as 1970, times past 48 bits as the last one.
    public init(milliseconds: Int64, counter: UInt16 = 0) {
        let bounded = UInt64(min(max(milliseconds, 0), 0xFFFF_FFFF_FFFF))
        rawValue = bounded << 16 | UInt64(counter)
    }

    public static let zero = HybridTimestamp(rawValue: 0)

    public var milliseconds: Int64 { Int64(rawValue >> 16) }
    public var counter: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// The least timestamp after this one; a full counter carries into the milliseconds.
    public var next: HybridTimestamp {
        HybridTimestamp(rawValue: rawValue == .max ? .max : rawValue + 1)
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A replica's hybrid clock: monotone whatever the wall clock does; it never throws.
public struct HybridClock: Sendable, Equatable {
    public private(set) var last: HybridTimestamp

    public init(last: HybridTimestamp = .zero) { self.last = last }

    /// The next timestamp: the wall's when it is ahead, else one more than the last. A wall clock
    /// that jumps back only freezes the milliseconds.
    public mutating func tick(wallMilliseconds: Int64) -> HybridTimestamp {
        last = max(HybridTimestamp(milliseconds: wallMilliseconds), last.next)
        return last
    }

    /// Everything ticked later is greater than `seen`.
    public mutating func observe(_ seen: HybridTimestamp) { last = max(last, seen) }
}
