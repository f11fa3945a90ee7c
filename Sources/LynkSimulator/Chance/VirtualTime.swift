import LynkCore
import Synchronization

/// The true time of a simulated world; only its event queue moves it.
final class VirtualTime: Sendable {
    /// The world's first moment, in milliseconds since 1970 UTC: a day in September 2026.
    static let start: Int64 = 1_790_000_000_000

    private let milliseconds = Mutex(VirtualTime.start)

    var now: Int64 { milliseconds.withLock { $0 } }

    /// Milliseconds since the world began.
    var tick: Int64 { now - Self.start }

    func advance(toTick tick: Int64) {
        milliseconds.withLock { $0 = max($0, Self.start + tick) }
    }
}

/// The clocks of one machine: the world's time with an error, and boots of its own.
final class MachineClock: ReplicaClock {
    private struct Error: Sendable {
        var wall: Int64 = 0
        var boot: UInt64 = 1
        var bootedAt = VirtualTime.start - 3_600_000
    }

    private let time: VirtualTime
    private let machine: UInt64
    private let error = Mutex(Error())

    init(_ time: VirtualTime, machine: UInt64) {
        self.time = time
        self.machine = machine
    }

    /// Sets the wall clock wrong by this much.
    func skew(_ milliseconds: Int64) { error.withLock { $0.wall = milliseconds } }

    /// Puts the wall clock on or back, as a zone's summer time does to those who keep local time.
    func shift(_ milliseconds: Int64) { error.withLock { $0.wall &+= milliseconds } }

    func reboot() {
        let now = time.now
        error.withLock {
            $0.boot += 1
            $0.bootedAt = now
        }
    }

    func read() -> ClockReading {
        let now = time.now
        return error.withLock {
            ClockReading(
                wallMilliseconds: now &+ $0.wall, bootID: BootID(high: machine, low: $0.boot),
                bootMilliseconds: now - $0.bootedAt)
        }
    }
}
