import LynkCore
import LynkEngine

/// Whom an exchange tells how it goes, from any thread.
struct ExchangeWatcher: Sendable {
    /// The hub has begun to answer; called for every batch.
    var answered: @Sendable () -> Void = {}
    /// The catch-up has come this far.
    var progressed: @Sendable (CatchUpProgress) -> Void = { _ in }
    /// A checkpoint was applied; in live mode more follow.
    var caughtUp: @Sendable (PullMode) -> Void = { _ in }
}
