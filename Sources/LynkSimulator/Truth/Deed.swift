import LynkCore

/// What one author did in one commit, as the definition of a state sees it: the author of the
/// change set, or the hub with what it derived.
final class Deed {
    let commit: Commit
    /// Commit order; what the hub derived comes after what it derived it from.
    let place: Int
    /// The hub itself, which knows everything that was committed before.
    let isHub: Bool
    let changes: [RowChange]
    private let closure: EraClosure
    private let chains: Chains

    private init(
        _ commit: Commit, place: Int, isHub: Bool, changes: [RowChange], _ graph: EraGraph,
        _ chains: Chains
    ) {
        self.chains = chains
        self.commit = commit
        self.place = place
        self.isHub = isHub
        self.changes = changes
        closure = graph.expand(commit.context)
    }

    var effective: HybridTimestamp { commit.effective }
    var oid: ContentID { commit.subject }

    /// Whether this author had the other's deed (Protocol/02-time.md): its own chain's before it,
    /// in whatever lane, or what its context contains of rows in scopes that it had.
    func knew(_ other: Deed, of scopes: [Scope]) -> Bool {
        if isHub { return other.place < place || isReplacing(other) }
        if !other.isHub, other.commit.lane == commit.lane { return other.effective < effective }
        if !other.isHub, other.commit.device == commit.device,
            chains.isBefore(other.oid, oid)
        {
            return true
        }
        guard scopes.contains(where: { commit.covered.contains($0) }) else { return false }
        return closure.contains(other.commit.dot)
            || commit.aliases.contains(other.commit.position)
    }

    /// All who write at the hub write in its lane, so what one of them wrote after a change set
    /// that waited counts as written by its author (Protocol/04-merge.md).
    private func isReplacing(_ release: Deed) -> Bool {
        commit.isByHub && release.commit.decides != nil && release.commit.lane == commit.lane
            && release.effective < effective
    }

    /// The deeds of a log, in commit order.
    static func all(in truth: Truth, _ graph: EraGraph) -> [Deed] {
        let chains = Chains(truth)
        var deeds: [Deed] = []
        let log = truth.log
        for commit in log where commit.isApplied {
            deeds.append(
                Deed(
                    commit, place: deeds.count, isHub: commit.isByHub, changes: commit.changes,
                    graph, chains))
            guard !commit.consequences.isEmpty else { continue }
            deeds.append(
                Deed(
                    commit, place: deeds.count, isHub: true, changes: commit.consequences, graph,
                    chains))
        }
        return deeds
    }
}
