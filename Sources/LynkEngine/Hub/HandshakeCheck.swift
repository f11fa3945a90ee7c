import LynkCore

/// How a device and this hub stand to each other; pure, so that a table of cases tests it.
struct HandshakeCheck: Hashable, Sendable {
    /// Where the device's cursor stands in this hub's log.
    enum Cursor: Hashable, Sendable, CaseIterable {
        /// Before the first checkpoint.
        case start
        /// At a commit that this hub has.
        case known
        /// At one that it lacks.
        case lost
    }

    var cursor: Cursor
    /// The commits before the cursor are others than those of the device.
    var chainDiffers = false
    /// A head of one of the device's earlier lanes is not here, though it was acknowledged.
    var lacksKeptHead = false
    /// Why the push of the same request was refused.
    var refusal: ProblemCode?
    /// Another hub is configured, which may hold what is missing here.
    var hasPeers = false

    /// A fork comes first, because the device must take a new lane before anything else; then what
    /// the hub has lost, because the device must send it before what is missing can be told.
    var verdict: HandshakeVerdict {
        if refusal == .laneForked { return .fork }
        if chainDiffers { return .rollback }
        if cursor == .lost || lacksKeptHead || refusal == .hubRolledBack {
            return hasPeers ? .behind : .rollback
        }
        return refusal == .chainGap ? .gap : .ok
    }
}
