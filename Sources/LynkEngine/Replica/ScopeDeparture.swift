/// What becomes of a row when its device leaves scopes (Protocol/06-scopes.md). Pure.
public enum ScopeDeparture: Hashable, Sendable {
    /// No scope of the row was left.
    case stays
    /// The row is in these scopes of the device now.
    case narrowed([UInt32])
    /// Every scope of the row was left. Unsent work on it stays in the outbox and is sent.
    case leaves

    public init(scopes: [UInt32], members: Set<UInt32>) {
        let kept = scopes.filter { members.contains($0) }
        if kept.isEmpty {
            self = .leaves
        } else {
            self = kept.count == scopes.count ? .stays : .narrowed(kept)
        }
    }
}
