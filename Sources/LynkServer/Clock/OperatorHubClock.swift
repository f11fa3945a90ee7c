import LynkCore
import Synchronization

/// A clock that stands still until an operator sets it: for replays of a past month.
public final class OperatorHubClock: HubClock {
    /// What a ``HybridTimestamp`` can hold.
    package static let maximum: Int64 = 0xFFFF_FFFF_FFFF

    private let milliseconds: Mutex<Int64>

    public init(milliseconds: Int64 = 0) { self.milliseconds = Mutex(milliseconds) }

    public func nowMilliseconds() -> Int64 { milliseconds.withLock { $0 } }

    /// - Throws: ``Problem`` `parameter_invalid` for a time before 1970 or past 48 bits.
    public func set(milliseconds new: Int64) throws {
        guard (0...Self.maximum).contains(new) else {
            throw Problem(.parameterInvalid, "milliseconds must be from 0 to \(Self.maximum)")
        }
        milliseconds.withLock { $0 = new }
    }
}
