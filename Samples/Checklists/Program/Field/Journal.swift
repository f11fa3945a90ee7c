import Synchronization

/// What people did, in the order of the day.
final class Journal: Sendable {
    struct Deed: Sendable {
        let milliseconds: Int64
        let who: String
        let what: String
        /// Its place in the device's chain, which its receipt names; `nil` for a sync.
        let sequence: UInt64?
    }

    private let list = Mutex<[Deed]>([])

    var deeds: [Deed] { list.withLock { $0 } }

    func add(_ deed: Deed) { list.withLock { $0.append(deed) } }
}
