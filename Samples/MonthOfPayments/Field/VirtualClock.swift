import LynkCore
import Synchronization

/// A device's clocks in a replayed month: a wall clock that is off by some seconds, and boot ticks
/// that are not.
final class VirtualClock: ReplicaClock {
    private struct Hands {
        var milliseconds: Int64
        var skewMilliseconds: Int64 = 0
    }

    private let bootID: BootID
    private let bootedMilliseconds: Int64
    private let hands: Mutex<Hands>

    /// - Parameter milliseconds: the true time of the boot.
    init(bootID: BootID, milliseconds: Int64) {
        self.bootID = bootID
        bootedMilliseconds = milliseconds
        hands = Mutex(Hands(milliseconds: milliseconds))
    }

    /// Moves to a true time; never back, so that boot ticks stay monotone.
    func advance(to milliseconds: Int64) {
        hands.withLock { $0.milliseconds = max($0.milliseconds, milliseconds) }
    }

    /// What the wall clock is off by from now on.
    func setSkew(milliseconds: Int64) {
        hands.withLock { $0.skewMilliseconds = milliseconds }
    }

    func read() -> ClockReading {
        let now = hands.withLock { $0 }
        return ClockReading(
            wallMilliseconds: now.milliseconds + now.skewMilliseconds, bootID: bootID,
            bootMilliseconds: now.milliseconds - bootedMilliseconds)
    }
}
