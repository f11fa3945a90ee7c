public import LynkCore

/// Where a ``SyncClient`` stands, for people.
public enum SyncState: Hashable, Sendable {
    /// Not running, or the last attempt found no hub; the next one is due by itself.
    case offline
    /// A request is on its way.
    case connecting
    /// The hub answers: receipts and pages are being taken in.
    case catchingUp
    /// In step with the hub, and told of each commit as it happens.
    case live
    /// In step with the hub as of the last checkpoint; the next look is due by itself.
    case idle
    /// Only a person can mend this; everything written is kept. Tried again now and then.
    case blocked(Problem)
}
