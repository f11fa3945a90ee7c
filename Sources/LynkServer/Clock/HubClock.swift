/// The time that a hub stamps on what it commits: the machine's, or one that an operator sets.
///
/// Keys, codes and tokens never live by it; they live by the machine's own clock.
public protocol HubClock: Sendable {
    /// Milliseconds since 1970 UTC.
    func nowMilliseconds() -> Int64
}
