package import LynkCore

/// What people ask a hub about.
extension HubReplica {
    package func clockReport() throws -> ClockReport {
        try file.read { try Self.clockReport($0) { _ in true } }
    }

    package func clockReport(
        for principal: Principal, nowMilliseconds: Int64
    ) throws -> ClockReport {
        try file.read { reads in
            let set = try application.scopeSet(
                of: principal, now: HybridTimestamp(milliseconds: nowMilliseconds), in: reads)
            return try Self.clockReport(reads) { lane in
                if case .all = set { true } else { lane.device == principal.device }
            }
        }
    }

    private static func clockReport(
        _ reads: some HubReads, isShown: (HubLane) -> Bool
    ) throws -> ClockReport {
        guard let hub = try reads.meta(.hub).flatMap({ HubID(bytes: $0) }) else {
            throw Problem(.storeFailed, "the hub's id is damaged")
        }
        return ClockReport(
            hub: hub, eras: try reads.eras().map(\.record), vector: try reads.vector(),
            durable: try reads.durable(), floor: try reads.floor(),
            position: try reads.head(),
            lanes: try reads.lanes().filter(isShown).map {
                ClockReport.Lane(
                    id: $0.id, device: $0.device, head: $0.head, effective: $0.effective,
                    hasRatchet: !$0.ratchet.current.isEmpty)
            })
    }

    package func history(of table: TableID, _ key: RowKey) throws -> RowHistory {
        guard let schema = application.schema.table(table) else {
            throw Problem(.notFound, "no table \(table)")
        }
        return try file.read { reads in
            guard let stored = try reads.stored(schema, key) else {
                throw Problem(.notFound, "\(schema.name) \(key)")
            }
            return try HistoryPlan(
                table: schema, key: key, stored: stored, tellsIntent: { _ in true }
            )
            .history(reads)
        }
    }

    package func history(
        of table: TableID, _ key: RowKey, for principal: Principal, nowMilliseconds: Int64
    ) throws -> RowHistory {
        try file.read { reads in
            // The set comes first, so that a row that is not there costs what a hidden one costs.
            let set = try application.scopeSet(
                of: principal, now: HybridTimestamp(milliseconds: nowMilliseconds), in: reads)
            guard let schema = application.schema.table(table),
                let stored = try reads.stored(schema, key),
                try Self.isVisible(stored, in: set, reads)
            else { throw Problem(.notFound, "this device sees no such row") }
            // An intent is about all rows of its change set, and some may be hidden.
            return try HistoryPlan(
                table: schema, key: key, stored: stored,
                tellsIntent: { device in
                    if case .all = set { true } else { device == principal.device }
                }
            ).history(reads)
        }
    }

    private static func isVisible(
        _ stored: StoredState, in set: ScopeSet, _ reads: some HubReads
    ) throws -> Bool {
        switch set {
        case .all: return true
        case .only(let names):
            let scopes = try reads.scopes()
            return stored.state.image.record.scopes.contains { handle in
                scopes.contains { $0.handle == handle && names.contains($0.name) }
            }
        }
    }
}
