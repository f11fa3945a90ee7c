import Foundation
import GRDB
public import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

extension Replica {
    /// One transaction: scopes, pages, own settled and pending change sets, vector and digest move
    /// together, so readers see the cut before or the cut after.
    public func apply(_ checkpoint: Checkpoint) throws -> ApplyReport {
        try pool.writeWithoutTransaction { database in
            try restoreSync(database)
            var state = self.state.withLock { $0 }
            var report = ApplyReport(rowsApplied: state.bootstrapRows, digestMatches: false)
            try database.inTransaction(.immediate) {
                let pages = try PageApply(
                    database, tables: tables, digestKey: state.digestKey)
                try applyStaged(pages, state, database)
                report.rowsApplied += pages.rowCount
                try settle(checkpoint, &state, database)
                if let scopes = state.incomingScopes {
                    var names = try ReplicaNames(database)
                    try ScopePurge(database, tables: tables).enter(
                        scopes, pages: pages, names: &names,
                        force: state.mustPurge)
                }
                try pages.flush()
                state.root = try ReplicaDigests(database).root()
                report.digestMatches = state.root == checkpoint.digestRoot
                try keep(checkpoint, state, matches: report.digestMatches, database)
                return .commit
            }
            state.cursor = PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash)
            state.pages = []
            state.bootstrapRows = 0
            state.incomingScopes = nil
            state.isBootstrapping = false
            state.mustPurge = false
            self.state.withLock { $0 = state }
            return report
        }
    }

    private func applyStaged(
        _ pages: PageApply, _ state: ReplicaState, _ database: Database
    ) throws {
        for page in state.pages { try pages.apply(page) }
        let inbox = try HotStatement(database, "SELECT page FROM lynk_inbox ORDER BY id")
        while try inbox.step() { try pages.apply(inbox.blob(0)) }
        inbox.reset()
        try database.execute(sql: "DELETE FROM lynk_inbox")
    }

    /// Own change sets inside the checkpoint leave the overlay; the others are laid over the new
    /// rows again.
    private func settle(
        _ checkpoint: Checkpoint, _ state: inout ReplicaState, _ database: Database
    ) throws {
        let overlay = Overlay(database, tables: tables)
        let own = try overlay.changeSets(after: state.settled)
        var settled = state.settled
        if let head = checkpoint.head, head.oid != state.settledOID {
            settled = try sequence(of: head.oid, state, database) ?? settled
            state.settledOID = head.oid
        }
        settled = try settledByDots(
            from: settled, to: state.answered, in: checkpoint.vector, database)
        try overlay.undo(own.map(\.content))
        for (sequence, content) in own where sequence > settled { try overlay.redo(content) }
        try overlay.sweep(own.map(\.content))
        state.settled = max(settled, state.settled)
        try database.execute(
            sql: "UPDATE lynk_settled SET sequence = ?, oid = ?",
            arguments: [
                Int64(state.settled), state.settledOID?.bytes.withUnsafeBytes { Data($0) },
            ])
    }

    /// What has a receipt with a dot that the checkpoint contains is inside it too, also when the
    /// lane's head is none of ours because a copy of this file went on with the lane.
    private func settledByDots(
        from settled: UInt64, to answered: UInt64, in vector: VersionVector, _ database: Database
    ) throws -> UInt64 {
        guard settled < answered else { return settled }
        var eras = EraGraph()
        for row in try Row.fetchAll(
            database,
            sql: "SELECT era, hub, parents FROM lynk_era WHERE parents IS NOT NULL ORDER BY handle")
        {
            let (era, hub, parents): (Data, Data, Data) = (row["era"], row["hub"], row["parents"])
            guard let era = EraID(bytes: era), let hub = HubID(bytes: hub) else { continue }
            let vector = try VectorCodec.decode(Array(parents))
            eras.insert(EraRecord(era: era, hub: hub, parents: vector))
        }
        var settled = settled
        for row in try Row.fetchAll(
            database,
            sql:
                "SELECT sequence, era, number FROM lynk_receipt WHERE sequence > ? ORDER BY sequence",
            arguments: [Int64(settled)])
        {
            let (sequence, era, number): (Int64, Data, Int64) = (
                row["sequence"], row["era"], row["number"]
            )
            guard sequence == Int64(settled) + 1, let era = EraID(bytes: era),
                eras.contains(vector, Dot(era: era, number: UInt64(bitPattern: number)))
            else { break }
            settled += 1
        }
        return settled
    }

    private func sequence(
        of oid: ContentID, _ state: ReplicaState, _ database: Database
    ) throws -> UInt64? {
        if let offered = state.offered[oid] { return offered }
        let select = try HotStatement(database, "SELECT sequence FROM lynk_outbox WHERE oid = ?")
        select.bind(1, blob: oid.bytes)
        defer { select.reset() }
        return try select.step() ? UInt64(select.integer(0)) : nil
    }

    private func keep(
        _ checkpoint: Checkpoint, _ state: ReplicaState, matches: Bool, _ database: Database
    ) throws {
        let meta = ReplicaMeta(database)
        try meta.write(
            "position", withUnsafeBytes(of: checkpoint.position.bigEndian) { Array($0) })
        try meta.write("vector", VectorCodec.encode(checkpoint.vector))
        try meta.write("scope_set", checkpoint.scopeSetHash)
        try meta.write("root", state.root)
        try meta.write("clock", state.clock.last.bytes)
        if state.cursor.position == 0 {
            try database.execute(sql: "DELETE FROM lynk_meta WHERE name = 'bootstrap'")
        }
        guard !matches else { return }
        let incident = try HotStatement(
            database,
            "INSERT INTO lynk_incident (position, kind, ours, hubs) VALUES (?, 'digest', ?, ?)")
        incident.bind(1, checkpoint.position)
        incident.bind(2, blob: state.root)
        incident.bind(3, blob: checkpoint.digestRoot)
        try incident.run()
    }
}
