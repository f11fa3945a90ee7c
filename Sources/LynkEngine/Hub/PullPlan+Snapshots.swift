import LynkCore

/// Which snapshots a device may fetch, and which ones its pull goes on from.
extension PullPlan {
    /// Positions by scope; `nil` when the hello names none, or one that cannot be gone on from.
    ///
    /// All of them or none: what a device dropped of one only would have to be told apart in rows
    /// that are in two scopes.
    func heldSnapshots(
        in scopes: Set<Scope>, without had: Set<Scope>, _ reads: some HubReads
    ) throws -> [Scope: Int64]? {
        guard !hello.snapshots.isEmpty else { return nil }
        let check = SnapshotCheck(reads: reads)
        var held: [Scope: Int64] = [:]
        for snapshot in hello.snapshots {
            guard scopes.contains(snapshot.scope), !had.contains(snapshot.scope),
                try check.isUsable(snapshot)
            else { return nil }
            held[snapshot.scope] = snapshot.position
        }
        return held
    }

    /// Scopes that the device enters and that have many rows, the largest first.
    func offers(
        of born: [Scope: HubScope], _ parts: [PullState.Part], _ reads: some HubReads
    ) throws -> [SnapshotOffer] {
        guard hello.snapshotRowsMin > 0, hello.snapshots.isEmpty else { return [] }
        let names = Dictionary(
            born.values.map { ($0.handle, $0.name) }, uniquingKeysWith: { first, _ in first })
        var offers: [SnapshotOffer] = []
        for part in parts where part.from == 0 {
            let rows = try reads.digest(ofScope: part.scope).count
            guard rows >= hello.snapshotRowsMin, let scope = names[part.scope] else { continue }
            offers.append(SnapshotOffer(scope: scope, rows: rows))
        }
        offers.sort { ($1.rows, $0.scope) < ($0.rows, $1.scope) }
        return Array(offers.prefix(Limits.snapshotsPerHelloMax))
    }
}
