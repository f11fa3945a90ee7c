import LynkCore

/// How long to wait after a failure: full jitter over a doubling range, so that many devices that
/// lost the same hub do not come back at once.
///
/// Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
struct BackOff: Hashable, Sendable {
    /// The range of the first wait.
    static let base = Duration.seconds(1)
    /// The range never grows past this.
    static let cap = Duration.seconds(30)
    /// A hub may ask for at most this much.
    static let askedMax = Duration.seconds(15 * 60)

    private(set) var failures = 0

    /// The wait after one more failure.
    ///
    /// - Parameters:
    ///   - asked: the hub's `Retry-After`, waited at least; the jitter comes on top.
    ///   - chance: a random number.
    mutating func next(asked: Duration?, chance: UInt64) -> Duration {
        // Five doublings pass the cap.
        let range = min(Self.cap, Self.base * (1 << min(failures, 5)))
        failures += 1
        let jitter = Duration.milliseconds(Int64(chance % UInt64(range.wholeMilliseconds + 1)))
        guard let asked else { return jitter }
        return min(asked, Self.askedMax) + min(jitter, Self.base)
    }

    mutating func reset() { failures = 0 }
}
