/// When a hub says that a change set happened (Protocol/02-time.md).
public enum EffectiveTime {
    /// Clamps a device's claim between what the author had seen and the hub's receipt.
    ///
    /// - Parameters:
    ///   - made: the device's clocks at the write.
    ///   - upload: the same device's clocks at the push.
    ///   - seen: the latest hub time that the author had seen, by its context or its chain.
    ///   - received: the hub's tick for this commit; greater than `seen`.
    /// - Returns: a time in `(seen, received]`. Within one boot the age is taken from boot ticks
    ///   and a wall clock that was set meanwhile does not matter; over a reboot, from the wall
    ///   clock corrected by its error at upload.
    public static func resolve(
        made: ClockReading, upload: ClockReading, seen: HybridTimestamp, received: HybridTimestamp
    ) -> HybridTimestamp {
        let age: Int64
        if made.bootID == upload.bootID {
            age = subtract(upload.bootMilliseconds, made.bootMilliseconds)
        } else {
            age = subtract(upload.wallMilliseconds, made.wallMilliseconds)
        }
        let claimed = HybridTimestamp(milliseconds: subtract(received.milliseconds, max(age, 0)))
        return max(seen.next, min(claimed, received))
    }

    /// Claims are any 64-bit numbers, so the difference saturates instead of trapping.
    private static func subtract(_ left: Int64, _ right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (left < right ? .min : .max) : difference
    }
}
