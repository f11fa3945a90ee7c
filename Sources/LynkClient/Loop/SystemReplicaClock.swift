import Glibc
public import LynkCore

/// The machine's clocks.
public struct SystemReplicaClock: ReplicaClock {
    private let bootID: BootID

    /// Reads the boot's id once. Where the kernel does not tell it, every start counts as a boot of
    /// its own: ages are then taken from the wall clock, which is less exact and never wrong.
    public init() {
        bootID =
            Self.kernelBootID()
            ?? BootID(high: .random(in: .min ... .max), low: .random(in: .min ... .max))
    }

    /// Never fails; the wall clock may be wrong and may jump, the boot clock may not.
    public func read() -> ClockReading {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return ClockReading(
            wallMilliseconds: Self.milliseconds(now), bootID: bootID,
            bootMilliseconds: Self.sinceBoot().wholeMilliseconds)
    }

    /// Suspended time included.
    static func sinceBoot() -> Duration {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }

    private static func milliseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func kernelBootID() -> BootID? {
        guard let file = fopen("/proc/sys/kernel/random/boot_id", "r") else { return nil }
        defer { fclose(file) }
        // Thirty-six characters and a line end.
        var text = [UInt8](repeating: 0, count: 64)
        let count = fread(&text, 1, text.count, file)
        let line = text.prefix(count).prefix { $0 > 32 }
        return BootID(String(decoding: line, as: UTF8.self))
    }
}
