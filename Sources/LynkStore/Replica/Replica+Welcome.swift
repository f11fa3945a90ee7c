import Foundation
import GRDB
public import LynkCore
import LynkEngine
import LynkWire
import Synchronization

extension Replica {
    public func begin(_ welcome: Welcome) throws {
        try recover(from: welcome)
        try pool.writeWithoutTransaction { database in
            var state = self.state.withLock { $0 }
            state.firstPage = nil
            state.bootstrapRows = 0
            state.incomingScopes = welcome.scopes
            state.nextRatchet = welcome.ratchet
            state.nextDurable = welcome.durable
            state.mustSendEras = welcome.wantsEras
            state.isBootstrapping = state.cursor.position == 0 && state.head == nil
            try database.inTransaction(.immediate) {
                try noteHub(welcome, &state, database)
                if !welcome.resumed {
                    try Inbox(database).clear()
                    try ReplicaMeta(database).remove("bootstrap_mark")
                    state.resumeMark = []
                }
                let goesOn = try noteSnapshots(welcome, &state, database) || welcome.resumed
                state.hasInbox = try Inbox(database).lastMark() != nil
                try note(welcome.refusal, &state, database)
                try enterScopes(welcome, &state, database)
                if state.digestKey != welcome.digestKey {
                    state.digestKey = welcome.digestKey
                    try ReplicaMeta(database).write("digest_key", welcome.digestKey)
                    try ConfirmedRows(database, tables: tables).rekey(welcome.digestKey)
                }
                if !goesOn { try dropPlaced(state, database) }
                return .commit
            }
            if state.isBootstrapping {
                // Rows before the first checkpoint are acknowledged by nobody: the checkpoint's
                // own synced commit makes the whole WAL before it durable.
                try relax(database, &state)
            }
            self.state.withLock { $0 = state }
        }
    }

    /// Plans what is offered, keeps what the pull goes on from, and drops what it does not.
    ///
    /// - Returns: whether the pull goes on from snapshots that were being taken in before.
    private func noteSnapshots(
        _ welcome: Welcome, _ state: inout ReplicaState, _ database: Database
    ) throws -> Bool {
        if welcome.snapshotsTaken { return true }
        guard !welcome.snapshots.isEmpty else {
            try dropSnapshots(&state, database)
            return false
        }
        let intake = SnapshotIntake(database)
        let isUnderWay = try !intake.isEmpty()
        if try intake.plan(welcome.snapshots) { return isUnderWay }
        try dropSnapshots(&state, database)
        _ = try intake.plan(welcome.snapshots)
        return false
    }

    /// A first sync that broke off has put rows in place, and this one begins anew: the hub does
    /// not name what was deleted in between, so none of them may stay.
    ///
    /// Under own writes they stay until the checkpoint, so that the work stays in sight.
    private func dropPlaced(_ state: ReplicaState, _ database: Database) throws {
        guard state.cursor.position == 0, try ReplicaDigests.isAny(in: database) else { return }
        guard state.isBootstrapping else {
            return try ReplicaMeta(database).write("bootstrap_anew", [1])
        }
        let pages = try PageApply(database, tables: tables, digestKey: state.digestKey)
        try ScopePurge(database, tables: tables).all(pages)
        try pages.flush()
    }

    private func noteHub(
        _ welcome: Welcome, _ state: inout ReplicaState, _ database: Database
    ) throws {
        for record in welcome.eras {
            try ReplicaEras(database).note(record)
        }
        if !welcome.eras.isEmpty { state.graph = try ReplicaEras(database).graph() }
        if !welcome.hubKey.isEmpty, welcome.hubKey != state.hubKey {
            state.hubKey = welcome.hubKey
            try ReplicaMeta(database).write("hub_key", welcome.hubKey)
        }
        try database.run(
            "UPDATE lynk_sync SET verdict = ? WHERE verdict IS NOT ?1",
            [.text("\(welcome.verdict)")])
        state.isRolledBack = welcome.verdict == .rollback
        guard state.isRolledBack else { return }
        let ours = VectorCodec.encode(state.cursor.vector)
        let isTold = try Bool.fetchOne(
            database,
            sql: """
                SELECT EXISTS (SELECT 1 FROM lynk_incident
                    WHERE kind = ? AND position = ? AND ours = ?)
                """,
            arguments: [
                Incident.Kind.rollback.rawValue, state.cursor.position, Data(ours),
            ])
        if isTold == true { return }
        try Incident(
            kind: .rollback, position: state.cursor.position, ours: ours,
            hubs: welcome.hub.bytes,
            detail: "the hub lost commits that were seen here; what is kept is offered again"
        ).keep(database)
    }

    /// A refused push is kept as a fact for people; the pull goes on.
    private func note(
        _ refusal: Problem?, _ state: inout ReplicaState, _ database: Database
    ) throws {
        guard refusal != nil || state.refusal != nil else { return }
        // An exchange that sent nothing says nothing about the last push.
        if refusal == nil, state.offered.isEmpty, state.hasUnanswered { return }
        state.refusal = refusal
        try database.run(
            "UPDATE lynk_sync SET refusal = ?, refusal_detail = ?, refused = ?",
            [
                (refusal?.code.rawValue).map(Value.text) ?? .null,
                (refusal?.detail).map(Value.text) ?? .null,
                refusal == nil ? .null : .integer(clock.read().wallMilliseconds),
            ])
    }

    private func enterScopes(
        _ welcome: Welcome, _ state: inout ReplicaState, _ database: Database
    ) throws {
        guard state.cursor.position == 0, let scopes = welcome.scopes else { return }
        let meta = ReplicaMeta(database)
        let earlier = try meta.read("bootstrap")
        state.mustPurge = earlier != nil && earlier != scopes.hash
        // Kept until a checkpoint: rows of the first set are what may be here.
        if earlier == nil { try meta.write("bootstrap", scopes.hash) }
    }

    /// Continues under a new lane, or from further back in the chain; content ids stay.
    private func recover(from welcome: Welcome) throws {
        if welcome.verdict == .fork || welcome.refusal?.code == .laneForked {
            try changeLane(.forked)
        }
        let hasGap = welcome.verdict == .gap || welcome.refusal?.code == .chainGap
        let known = state.withLock { ($0.isRolledBack, $0.graph) }
        let isNewlyLost = welcome.isNewlyRolledBack(wasTold: known.0, known.1)
        guard hasGap || isNewlyLost else { return }
        // The hub lost what it had answered: everything kept is offered again.
        try pool.write { database in
            try database.execute(sql: "UPDATE lynk_settled SET answered = 0")
        }
        state.withLock { $0.answered = 0 }
    }

    private func changeLane(_ reason: LaneChange) throws {
        let chance = (mintKey(), mintKey())
        let lane = LaneID(high: chance.0.low, low: chance.1.low)
        var next = state.withLock { $0 }
        try pool.write { try next.change(to: lane, reason, in: $0) }
        state.withLock { state in
            state.lane = next.lane
            state.head = next.head
        }
    }
}

/// Why a replica left a lane.
enum LaneChange: String {
    /// The file is not where it was: it may be a copy.
    case copied
    /// The hub has another change set in this one's place.
    case forked
}

extension ReplicaState {
    /// Something was written that has no receipt.
    var hasUnanswered: Bool { (head?.sequence ?? 0) > answered }

    /// Goes on under a new lane; what was written keeps its content ids.
    mutating func change(to lane: LaneID, _ reason: LaneChange, in database: Database) throws {
        let select = try HotStatement(
            database, "SELECT oid FROM lynk_outbox WHERE sequence = ?")
        select.bind(1, Int64(answered))
        let oid = try select.step() ? select.blob(0) : nil
        select.reset()
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_lane_left (lane, sequence, oid, reason) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(1, blob: self.lane.bytes)
        insert.bind(2, Int64(answered))
        insert.bind(3, oid.map { .blob($0) } ?? .null)
        insert.bind(4, text: reason.rawValue)
        try insert.run()
        try ReplicaMeta(database).write("lane", lane.bytes)
        self.lane = lane
        head = head.map { LaneHead(lane: lane, sequence: $0.sequence, oid: $0.oid) }
    }
}
