import LynkCore

extension HubTransaction {
    func receipt(for oid: ContentID) throws -> Receipt? {
        guard let position = try storage.position(of: oid) else { return nil }
        guard let record = try storage.log(at: position) else {
            throw Problem(.storeFailed, "the log lacks position \(position)")
        }
        return record.receipt
    }

    /// The device whose change set this is; `nil` for one that is not here.
    func author(of oid: ContentID) throws -> DeviceID? {
        guard let position = try storage.position(of: oid) else { return nil }
        return try storage.log(at: position).map { state.lanes[Int($0.lane)].device }
    }

    /// The last step of a change set: log, oid, lane and clock move together.
    func append(_ entry: LogEntry) throws {
        let handle = laneHandle(entry.lane, of: entry.sealed.content.device)
        let receipt = entry.receipt
        state.chain = CommitChain.next(
            state.chain, oid: receipt.oid, dot: receipt.dot, effective: receipt.effective,
            disposition: receipt.disposition)
        try storage.append(
            LogRecord(
                position: entry.slot.position, dot: entry.slot.dot, oid: receipt.oid, lane: handle,
                effective: receipt.effective, received: entry.slot.received,
                disposition: receipt.disposition, conflicts: receipt.conflicts,
                problem: receipt.problem, context: entry.context, subject: entry.subject,
                chain: state.chain),
            era: state.eraHandle, body: entry.sealed, consequences: entry.consequences)
        let sequence = (state.lanes[Int(handle)].head?.sequence ?? 0) + 1
        state.lanes[Int(handle)].device = entry.sealed.content.device
        state.lanes[Int(handle)].head = LaneHead(
            lane: entry.lane, sequence: sequence, oid: entry.sealed.link)
        state.lanes[Int(handle)].effective = receipt.effective
        dirtyLanes.insert(handle)
        if entry.sealed.link != receipt.oid {
            try storage.place(entry.sealed.link, at: entry.slot.position)
        }
        try alias(receipt)
        state.position = entry.slot.position
        state.number = entry.slot.dot.number
        // The era has inherited everything before it, so its own component is the whole vector.
        state.vector = VersionVector([state.era.record.era: state.number])
        for scope in group.touchedScopes { state.scopes[Int(scope)].head = state.position }
        pendingScopes.formUnion(group.touchedScopes)
        group.touchedScopes = []
    }

    func seal(
        _ changes: [RowChange], intent: Intent, by principal: Principal, in lane: LaneID,
        made: ClockReading
    ) throws -> SealedChangeSet {
        storage.seal(
            ChangeSet(
                tenant: state.tenant, device: principal.device,
                previous: state.lane(lane)?.head?.oid, context: state.vector,
                schemaVersion: application.schema.version, changes: changes, intent: intent,
                claimed: state.clock.last, made: made))
    }

    /// Writes what the group changed in memory, once, before COMMIT.
    func flush() throws {
        for handle in dirtyLanes.sorted() { try storage.put(state.lanes[Int(handle)]) }
        let new = (firstNewScope..<state.scopes.count).map { UInt32($0) }
        for handle in pendingScopes.union(new).sorted() {
            try storage.put(state.scopes[Int(handle)])
        }
        for (name, digest) in group.digests { try storage.put(digest, name) }
        try storage.setVector(state.vector)
        try storage.setMeta(.clock, state.clock.last.bytes)
    }
}
