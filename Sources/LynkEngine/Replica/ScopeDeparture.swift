/// What becomes of a row when its device leaves scopes (Protocol/06-scopes.md). Pure.
public enum ScopeDeparture: Hashable, Sendable {
    /// No scope of the row was left.
    case stays
    /// The row is in these scopes of the device now.
    case narrowed([UInt32])
    /// Every scope of the row was left, and the device owes nothing on it.
    case leaves
    /// Every scope was left while own work is unsent: it goes with the checkpoint that has that.
    case waits

    public init(scopes: [UInt32], members: Set<UInt32>, isPending: Bool) {
        let kept = scopes.filter { members.contains($0) }
        if kept.isEmpty {
            self = isPending ? .waits : .leaves
        } else {
            self = kept.count == scopes.count ? .stays : .narrowed(kept)
        }
    }
}
