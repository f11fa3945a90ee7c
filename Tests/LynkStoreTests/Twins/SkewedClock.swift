import LynkCore
import Synchronization

/// A machine's own clocks: the world's time with an error, and boots of its own.
final class SkewedClock: ReplicaClock {
    private struct Error: Sendable {
        var wall: Int64 = 0
        var boot: UInt64 = 1
        var bootedAt: Int64 = 1_780_000_000_000
    }

    private let world: TestTime
    private let error = Mutex(Error())

    init(_ world: TestTime) { self.world = world }

    /// Sets the wall clock wrong by this much.
    func skew(_ milliseconds: Int64) { error.withLock { $0.wall = milliseconds } }

    func reboot() {
        let now = world.now
        error.withLock {
            $0.boot += 1
            $0.bootedAt = now
        }
    }

    func read() -> ClockReading {
        let now = world.now
        return error.withLock {
            ClockReading(
                wallMilliseconds: now + $0.wall, bootID: BootID(high: 1, low: $0.boot),
                bootMilliseconds: now - $0.bootedAt)
        }
    }
}
