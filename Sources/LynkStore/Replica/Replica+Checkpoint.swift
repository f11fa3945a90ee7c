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
        var touched: Set<TableID>?
        let report = try pool.writeWithoutTransaction { database in
            try restoreSync(database)
            var state = self.state.withLock { $0 }
            try refuseBackward(checkpoint, state)
            var report = ApplyReport(
                rowsApplied: state.bootstrapRows + state.snapshotRows, digestMatches: false)
            do {
                try database.inTransaction(.immediate) {
                    touched = try take(checkpoint, &state, &report, database)
                    return .commit
                }
            } catch let damage as DamagedPage {
                try drop(damage, database)
                throw damage.problem
            }
            state.cursor = PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash)
            state.chain = checkpoint.chain
            state.firstPage = nil
            state.hasInbox = false
            state.resumeMark = []
            state.bootstrapRows = 0
            state.snapshotRows = 0
            state.nextDurable = nil
            state.incomingScopes = nil
            state.isBootstrapping = false
            state.mustPurge = false
            if state.mustTruncate { state.mustTruncate = !truncate(database) }
            self.state.withLock { $0 = state }
            return report
        }
        observers.publish(touched.map { Set($0.compactMap { tables[$0]?.schema.name }) })
        return report
    }

    /// A hub that keeps a chain says when it has lost commits; without that word a checkpoint that
    /// lacks what was seen here is no checkpoint.
    private func refuseBackward(_ checkpoint: Checkpoint, _ state: ReplicaState) throws {
        guard !state.isRolledBack, !(state.chain.isEmpty && checkpoint.chain.isEmpty),
            !state.graph.isContained(state.cursor.vector, in: checkpoint.vector)
        else { return }
        throw Problem(.responseInvalid, "the checkpoint goes back behind what was seen here")
    }

    /// - Returns: tables whose rows may have changed; `nil` when any may have.
    private func take(
        _ checkpoint: Checkpoint, _ state: inout ReplicaState, _ report: inout ApplyReport,
        _ database: Database
    ) throws -> Set<TableID>? {
        let overlay = Overlay(database, tables: tables)
        let pending = try overlay.pending(after: state.settled)
        let own = pending.changeSets
        if pending.isDamaged {
            try UntoldRows(database, tables: tables).keep(
                besides: own.map(\.content), at: state.cursor.position)
            try overlay.undoAll()
        } else {
            try overlay.undo(own.map(\.content))
        }
        let pages = try PageApply(
            database, tables: tables, digestKey: state.digestKey,
            pending: Overlay.updated(own.map(\.content)))
        pages.allowed = try ReplicaNames.members(state.incomingScopes, database)
        if state.cursor.position == 0, try ReplicaMeta(database).read("bootstrap_anew") != nil {
            try ScopePurge(database, tables: tables).all(pages)
            try ReplicaMeta(database).remove("bootstrap_anew")
        }
        try applyStaged(pages, state, database)
        report.rowsApplied += pages.rowCount
        if let scopes = state.incomingScopes {
            var names = try ReplicaNames(database)
            let left = try ScopePurge(database, tables: tables).enter(
                scopes, pages: pages, names: &names, force: state.mustPurge)
            state.mustTruncate = state.mustTruncate || left
        }
        if state.isRolledBack {
            try Rollback(database, tables: tables).removeLost(
                pages, vector: checkpoint.vector, state)
        }
        let settled = state.settled
        try settle(checkpoint, own, &state, database)
        try pages.flush()
        state.root = try ReplicaDigests(database).root()
        report.digestMatches = state.root == checkpoint.digestRoot
        try keep(checkpoint, state, matches: report.digestMatches, database)
        report.hasMore = state.isRolledBack && state.head != nil
        if let lost = try firstLost(after: settled, in: checkpoint.vector, state, database) {
            state.answered = lost - 1
            try database.execute(
                sql: "UPDATE lynk_settled SET answered = ?", arguments: [Int64(state.answered)])
            report.hasMore = true
        }
        if let durable = checkpoint.durable ?? state.nextDurable, durable != state.durable {
            try dropDurable(durable, state, database)
            state.durable = durable
        }
        // The rows of a first sync are there already, and a changed set of scopes has purged some.
        let isWide =
            state.cursor.position == 0 || state.incomingScopes != nil || state.isRolledBack
            || pending.isDamaged
        return isWide
            ? nil : pages.touched.union(own.flatMap { $0.content.changes.map(\.table) })
    }

    private func dropDurable(
        _ durable: VersionVector, _ state: ReplicaState, _ database: Database
    ) throws {
        try Outbox(database).drop(
            durable: durable, settled: min(state.settled, state.answered), state.graph)
        try ReceiptProofs(database).drop(durable: durable, state.graph)
        try database.run(
            "UPDATE lynk_sync SET durable = ?", [.blob(VectorCodec.encode(durable))])
    }

    /// Empties the WAL, whose old frames still hold what was purged.
    ///
    /// - Returns: whether no reader stood in the way.
    private func truncate(_ database: Database) -> Bool {
        (try? database.checkpoint(.truncate)) != nil
    }

    private func applyStaged(
        _ pages: PageApply, _ state: ReplicaState, _ database: Database
    ) throws {
        let inbox = Inbox(database)
        let snapshots = SnapshotIntake(database)
        pages.joinsScopes = true
        try snapshots.forEachPage { try pages.apply($0) }
        pages.joinsScopes = false
        try snapshots.clear()
        try inbox.forEach { id, page in
            do {
                try pages.apply(page)
            } catch let problem as Problem where problem.code == .responseInvalid {
                throw DamagedPage(id: id, problem: problem)
            }
        }
        if let first = state.firstPage { try pages.apply(first.bytes) }
        try inbox.clear()
        try ReplicaMeta(database).remove("bootstrap_mark")
    }

    /// What was staged before a page that does not decode stays, and the next pull goes on there.
    private func drop(_ damage: DamagedPage, _ database: Database) throws {
        try database.inTransaction(.immediate) {
            try Inbox(database).drop(from: damage.id)
            return .commit
        }
        let mark = try Inbox(database).lastMark() ?? []
        state.withLock {
            $0.firstPage = nil
            $0.resumeMark = mark
        }
    }

    /// Own change sets inside the checkpoint leave the overlay; the others are laid over the new
    /// rows again.
    private func settle(
        _ checkpoint: Checkpoint, _ own: [(sequence: UInt64, content: ChangeSet)],
        _ state: inout ReplicaState, _ database: Database
    ) throws {
        var settled = state.isRolledBack ? 0 : state.settled
        if let head = checkpoint.head, head.oid != state.settledOID || state.isRolledBack {
            settled = try sequence(of: head.oid, state, database) ?? settled
            state.settledOID = head.oid
        }
        settled = try settledByDots(
            from: settled, in: checkpoint.vector, state, database)
        try database.execute(sql: "DELETE FROM lynk_hidden")
        let overlay = Overlay(database, tables: tables)
        // What the hub lost of our own is pending again.
        let all = state.isRolledBack ? try overlay.pending(after: settled).changeSets : own
        let left = all.filter { $0.sequence > settled }
        for (sequence, content) in left { try overlay.redo(content, sequence: sequence) }
        let names = Overlay.updated(left.map(\.content))
        try Shadow(database).dropGhosts { names.contains(.init(table: $0, key: $1)) }
        state.settled = state.isRolledBack ? settled : max(settled, state.settled)
        try database.run(
            "UPDATE lynk_settled SET sequence = ?, oid = ?",
            [.integer(Int64(state.settled)), state.settledOID.map { .blob($0.bytes) } ?? .null])
    }

    private func sequence(
        of oid: ContentID, _ state: ReplicaState, _ database: Database
    ) throws -> UInt64? {
        if let offered = state.offered[oid] { return offered }
        return try Outbox(database).sequence(of: oid)
    }

    private func keep(
        _ checkpoint: Checkpoint, _ state: ReplicaState, matches: Bool, _ database: Database
    ) throws {
        try database.run(
            """
            UPDATE lynk_sync SET position = ?, vector = ?, scope_set = ?, root = ?,
                is_equal = ?, synced = ?, chain = ?
            """,
            [
                .integer(checkpoint.position), .blob(VectorCodec.encode(checkpoint.vector)),
                .blob(checkpoint.scopeSetHash), .blob(state.root), .integer(matches ? 1 : 0),
                .integer(clock.read().wallMilliseconds), .blob(checkpoint.chain),
            ])
        let meta = ReplicaMeta(database)
        try meta.write("clock", state.clock.last.bytes)
        if state.cursor.position == 0 { try meta.remove("bootstrap") }
        guard !matches else { return }
        try Incident(
            kind: .digest, position: checkpoint.position, ours: state.root,
            hubs: checkpoint.digestRoot
        ).keep(database)
    }
}

/// A staged page that turns out not to be one.
private struct DamagedPage: Error {
    let id: Int64
    let problem: Problem
}
