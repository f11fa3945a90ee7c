import Lynk
import LynkCore
import Synchronization

/// The true time of the day that is played, in UTC.
final class DayTime: Sendable {
    /// 2026-11-23 00:00 UTC, a Monday.
    static let midnight: Int64 = 1_795_392_000_000

    private let milliseconds = Mutex(midnight)

    var now: Int64 { milliseconds.withLock { $0 } }

    /// Moves on; never back, so that boot ticks stay monotone.
    func advance(to hour: Int64, _ minute: Int64) {
        let moment = Self.midnight + (hour * 60 + minute) * 60_000
        milliseconds.withLock { $0 = max($0, moment) }
    }

    /// The next thing happens a second later.
    func tick() { milliseconds.withLock { $0 += 1_000 } }

    /// `hh:mm`.
    static func text(_ milliseconds: Int64) -> String {
        let minutes = (milliseconds - midnight) / 60_000
        let parts = [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts.joined(separator: ":")
    }
}

/// The clocks of one device: a wall clock that may be wrong, boot ticks that are not.
struct DeviceClock: ReplicaClock {
    let time: DayTime
    let bootID: BootID
    let skewMilliseconds: Int64

    func read() -> ClockReading {
        ClockReading(
            wallMilliseconds: time.now + skewMilliseconds, bootID: bootID,
            bootMilliseconds: time.now - DayTime.midnight + 3_600_000)
    }
}
