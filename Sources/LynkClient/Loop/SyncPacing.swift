import Glibc
import LynkCore

/// Time and chance for a ``SyncClient``: the system's at an edge, virtual ones in tests.
public struct SyncPacing: Sendable {
    /// Between looks at the hub while nothing is wrong and it gives no live answers. At most six
    /// seconds while the device is in use: see ``SyncClient/noteActivity()``.
    public var pollInterval: Duration
    /// Whether ``SyncClient/run()`` asks for live answers.
    public var prefersLive = true
    /// Returns after the duration, or throws when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// Uniformly distributed.
    public var chance: @Sendable () -> UInt64
    /// Time that never jumps, from any origin; tokens are renewed by it.
    public var elapsed: @Sendable () -> Duration

    public init(
        pollInterval: Duration = .seconds(30),
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        chance: @escaping @Sendable () -> UInt64,
        elapsed: @escaping @Sendable () -> Duration
    ) {
        self.pollInterval = pollInterval
        self.sleep = sleep
        self.chance = chance
        self.elapsed = elapsed
    }

    public static let system = SyncPacing(
        sleep: { try await Task.sleep(for: $0, clock: .continuous) },
        chance: { UInt64.random(in: .min ... .max) },
        elapsed: { SystemReplicaClock.sinceBoot() })
}
