import LynkCore
import LynkEngine

/// The snapshots that a replica in memory is taking in: their pages wait for the checkpoint.
struct SnapshotMemory: Sendable {
    struct Entry: Sendable {
        let scope: Scope
        var manifest: SnapshotManifest?
        var taken = 0

        var isComplete: Bool { manifest.map { taken == $0.segments.count } ?? false }
    }

    /// In the order in which they are fetched.
    var entries: [Entry] = []
    /// Of the segment that is being fetched.
    var bytes: [UInt8] = []
    var pages: [PageRows] = []

    var next: Int? { entries.firstIndex { !$0.isComplete } }

    /// What the hello names: all of them once all are taken in.
    var held: [HeldSnapshot] {
        entries.allSatisfy(\.isComplete) ? entries.compactMap { $0.manifest?.held } : []
    }

    /// Plans what is new among the offers; what is under way goes on when all of it is offered.
    mutating func plan(_ offers: [SnapshotOffer]) {
        if !Set(entries.map(\.scope)).isSubset(of: offers.map(\.scope)) { self = .init() }
        let known = Set(entries.map(\.scope))
        for offer in offers where !known.contains(offer.scope) {
            entries.append(Entry(scope: offer.scope))
        }
    }
}
