import LynkCore

extension Admission {
    /// The intent of the hub's own change set that puts a quarantined one in force.
    static let releaseIntent = "release"
    /// The intent of the hub's own change set that ends a quarantine for good.
    static let rejectIntent = "reject"

    /// Releases every quarantined change set whose births have arrived; one may wake the next.
    func releaseDue(
        made: ClockReading, nowMilliseconds: Int64,
        in transaction: HubTransaction<some HubStorage>
    ) throws {
        while !transaction.due.isEmpty {
            let position = transaction.due.removeFirst()
            _ = try resolve(
                position, as: .released, isForced: false, made: made,
                nowMilliseconds: nowMilliseconds, in: transaction)
        }
    }

    /// Puts a quarantined change set in force, or rejects it for good, by a change set of the hub
    /// that names its oid. Its first receipt stays the only one.
    ///
    /// - Returns: the receipt of the hub's change set; without one, why it stays where it is.
    func resolve(
        _ position: Int64, as resolution: QuarantineRecord.Resolution, isForced: Bool,
        made: ClockReading, nowMilliseconds: Int64,
        in transaction: HubTransaction<some HubStorage>
    ) throws -> (receipt: Receipt?, problem: Problem?) {
        guard var record = try transaction.storage.quarantined(at: position),
            record.resolution == nil, let log = try transaction.storage.log(at: position)
        else { return (nil, nil) }
        let sealed = try transaction.storage.changeSet(at: position)
        let slot = transaction.nextSlot(wallMilliseconds: nowMilliseconds)
        var outcome = Outcome(disposition: .rejected)
        if resolution == .released {
            guard let sealed else { return (nil, nil) }
            // Its writes take the release's dot, because nobody has seen them under the old one;
            // they keep their author, its context and their effective time.
            let writer = try transaction.writer(
                for: sealed, in: transaction.state.lanes[Int(log.lane)].id, at: slot,
                effective: log.effective,
                context: record.code == .changeSetMalformed
                    ? transaction.truncate(sealed.content.context, before: log.dot) : log.context,
                isReleased: true)
            let submission = Submission(
                principal: record.principal, sealed: sealed, effective: log.effective,
                received: slot.received, position: slot.position, writer: writer,
                changes: try transaction.remainder(of: sealed, after: log))
            outcome = try apply(submission, at: slot, isForced: isForced, in: transaction)
            // Still not mergeable, or the application says no again: it stays where it is.
            guard outcome.disposition.isApplied else {
                try transaction.requarantine(record, sealed, after: outcome)
                return (nil, outcome.problem)
            }
        }
        let lane = transaction.state.hubLane
        let hub = Principal(
            tenant: transaction.state.tenant, device: DeviceID(high: lane.high, low: lane.low),
            user: UserID(high: 0, low: 0), role: "hub")
        let name = resolution == .released ? Self.releaseIntent : Self.rejectIntent
        let own = try transaction.seal(
            [], intent: Intent(name: name, arguments: record.oid.description), by: hub, in: lane,
            made: made)
        let receipt = Receipt(
            oid: own.oid,
            disposition: resolution == .released ? outcome.disposition : .accepted,
            dot: slot.dot, effective: slot.received, conflicts: outcome.conflicts,
            problem: outcome.problem)
        try transaction.append(
            LogEntry(
                slot: slot, sealed: own, lane: lane, context: transaction.state.vector,
                receipt: receipt, consequences: outcome.consequences, subject: record.oid))
        record.resolution = resolution
        try transaction.storage.put(record)
        transaction.quarantinedBirths = [:]
        try transaction.storage.stopWaiting(at: position)
        // What waited for a birth that was rejected is told so, and waits no more.
        if let sealed { try transaction.wake(waitersFor: sealed.content) }
        return (receipt, nil)
    }
}
