import LynkCore
import LynkEngine
import LynkWire

extension HubTransaction {
    func receipt(for oid: ContentID) throws -> Receipt? {
        let find = try HotStatement(database, "SELECT position FROM lynk_oid WHERE oid = ?")
        find.bind(1, blob: oid.bytes)
        let position = try find.step() ? find.integer(0) : nil
        find.reset()
        guard let position else { return nil }
        let read = try HotStatement(
            database,
            """
            SELECT era, number, effective, disposition, conflicts, problem, detail
            FROM lynk_log WHERE position = ?
            """)
        read.bind(1, position)
        defer { read.reset() }
        guard try read.step(), let disposition = Disposition(rawValue: read.text(3)) else {
            throw Problem(.storeFailed, "the log lacks position \(position)")
        }
        let problem =
            read.isNull(5)
            ? nil
            : Problem(ProblemCode(rawValue: read.text(5)) ?? .internalFailure, read.text(6))
        return Receipt(
            oid: oid, disposition: disposition,
            dot: Dot(
                era: state.eraList[Int(read.integer(0))].era,
                number: UInt64(bitPattern: read.integer(1))),
            effective: HybridTimestamp(rawValue: UInt64(bitPattern: read.integer(2))),
            conflicts: UInt32(truncatingIfNeeded: read.integer(4)), problem: problem)
    }

    /// The last step of a change set: log, oid, lane and clock move together.
    func append(_ entry: LogEntry) throws {
        let device = entry.sealed.content.device
        let handle = laneHandle(entry.lane)
        let log = try HotStatement(
            database,
            """
            INSERT INTO lynk_log (position, era, number, oid, lane, effective, received,
                disposition, conflicts, problem, detail, context, body, consequences)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        log.bind(1, entry.slot.position)
        log.bind(2, Int64(state.eraHandle))
        log.bind(3, Int64(bitPattern: entry.slot.dot.number))
        log.bind(4, blob: entry.sealed.oid.bytes)
        log.bind(5, Int64(handle))
        log.bind(6, Int64(bitPattern: entry.receipt.effective.rawValue))
        log.bind(7, Int64(bitPattern: entry.slot.received.rawValue))
        log.bind(8, text: entry.receipt.disposition.rawValue)
        log.bind(9, Int64(entry.receipt.conflicts))
        log.bind(10, entry.receipt.problem.map { .text($0.code.rawValue) } ?? .null)
        log.bind(11, entry.receipt.problem.map { .text($0.detail) } ?? .null)
        log.bind(12, blob: VectorCodec.encode(entry.context))
        log.bind(13, blob: entry.sealed.bytes)
        log.bind(
            14,
            entry.consequences.isEmpty
                ? .null : .blob(ChangeSetCodec.encode(changes: entry.consequences)))
        try log.run()
        let oid = try HotStatement(
            database, "INSERT INTO lynk_oid (oid, position) VALUES (?, ?)")
        oid.bind(1, blob: entry.sealed.oid.bytes)
        oid.bind(2, entry.slot.position)
        try oid.run()

        let sequence = (state.lanes[entry.lane]?.head.sequence ?? 0) + 1
        state.lanes[entry.lane] = HubLane(
            handle: handle, device: device,
            head: LaneHead(lane: entry.lane, sequence: sequence, oid: entry.sealed.oid),
            effective: entry.receipt.effective)
        dirtyLanes.insert(entry.lane)
        state.position = entry.slot.position
        state.number = entry.slot.dot.number
        // The era has inherited everything before it, so its own component is the whole vector.
        state.vector = VersionVector([state.era: state.number])
        for scope in group.touchedScopes { state.scopeHeads[Int(scope)] = state.position }
        pendingScopes.formUnion(group.touchedScopes)
        group.touchedScopes = []
    }

    func seal(
        _ changes: [RowChange], intent: Intent, by principal: Principal, in lane: LaneID,
        made: ClockReading
    ) throws -> SealedChangeSet {
        ChangeSetCodec.seal(
            ChangeSet(
                tenant: state.tenant, device: principal.device,
                previous: state.lanes[lane]?.head.oid, context: state.vector,
                schemaVersion: application.schema.version, changes: changes, intent: intent,
                claimed: state.clock.last, made: made))
    }

    /// Writes what the group changed in memory, once, before COMMIT.
    func flush() throws {
        try flushLanes()
        try flushScopes()
        let digest = try HotStatement(
            database,
            """
            INSERT INTO lynk_digest (scope, table_id, rows, sum) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET rows = excluded.rows, sum = excluded.sum
            """)
        for (name, value) in group.digests {
            digest.bind(1, Int64(name.scope))
            digest.bind(2, Int64(name.table))
            digest.bind(3, value.count)
            digest.bind(4, blob: value.sum)
            try digest.run()
        }
        let meta = try HotStatement(database, "UPDATE lynk_meta SET value = ? WHERE name = ?")
        for (name, value) in [
            ("vector", VectorCodec.encode(state.vector)), ("clock", state.clock.last.bytes),
        ] {
            meta.bind(1, blob: value)
            meta.bind(2, text: name)
            try meta.run()
        }
    }

    private func flushLanes() throws {
        let statement = try HotStatement(
            database,
            """
            INSERT INTO lynk_lane (handle, lane, device, sequence, oid, effective)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (handle) DO UPDATE SET sequence = excluded.sequence, oid = excluded.oid,
                effective = excluded.effective
            """)
        for lane in dirtyLanes {
            guard let handle = state.laneHandles[lane] else { continue }
            // A lane that only stamps name, like the hub's own, has no head: sequence 0.
            let value = state.lanes[lane]
            statement.bind(1, Int64(handle))
            statement.bind(2, blob: lane.bytes)
            statement.bind(3, blob: value?.device.bytes ?? lane.bytes)
            statement.bind(4, Int64(value?.head.sequence ?? 0))
            statement.bind(5, blob: value?.head.oid.bytes ?? [])
            statement.bind(6, Int64(bitPattern: value?.effective.rawValue ?? 0))
            try statement.run()
        }
    }

    private func flushScopes() throws {
        let statement = try HotStatement(
            database,
            """
            INSERT INTO lynk_scope (handle, name, head) VALUES (?, ?, ?)
            ON CONFLICT (handle) DO UPDATE SET head = excluded.head
            """)
        let new = firstNewScope..<state.scopeNames.count
        for handle in pendingScopes.union(new.map { UInt32($0) }) {
            statement.bind(1, Int64(handle))
            statement.bind(2, text: state.scopeNames[Int(handle)].name)
            statement.bind(3, state.scopeHeads[Int(handle)])
            try statement.run()
        }
    }
}
