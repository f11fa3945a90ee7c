package import LynkCore
import Synchronization

/// What operators do to a hub's tenant.
extension HubReplica {
    /// Everything that the vector contains survives the loss of this file from now on.
    package func markDurable(_ vector: VersionVector) throws {
        try state.withLock { state in
            try file.write { storage in
                let known = state.eras.meet(vector, state.vector)
                try storage.setDurable(state.eras.join(try storage.durable(), known))
            }
        }
    }

    /// Puts a quarantined change set in force, or rejects it for good; its author's receipt stays
    /// as it was.
    ///
    /// - Returns: the receipt of the hub's own change set that says so.
    /// - Throws: ``Problem`` `not_found` for an oid that is not quarantined, or is resolved;
    ///   `change_set_replaced` for one whose author wrote it again; `row_unknown` and the like for
    ///   one that cannot be merged yet.
    package func resolve(
        _ oid: ContentID, as resolution: QuarantineRecord.Resolution, nowMilliseconds: Int64
    ) throws -> Receipt {
        try transact { transaction in
            guard let position = try transaction.storage.position(of: oid),
                let record = try transaction.storage.quarantined(at: position),
                record.resolution == nil || record.resolution == .replaced
            else { throw Problem(.notFound, "\(oid.short) is not in quarantine") }
            if record.resolution == .replaced {
                throw Problem(.changeSetReplaced, "another one took the place of \(oid.short)")
            }
            let made = ClockReading(
                wallMilliseconds: nowMilliseconds, bootID: BootID(high: 0, low: 0),
                bootMilliseconds: 0)
            let (resolved, problem) = try admission.resolve(
                position, as: resolution, isForced: true, made: made,
                nowMilliseconds: nowMilliseconds, in: transaction)
            guard let receipt = resolved else {
                throw problem ?? Problem(record.code, "\(oid.short) still cannot be merged")
            }
            try admission.releaseDue(
                made: made, nowMilliseconds: nowMilliseconds, in: transaction)
            return receipt
        }
    }

    /// Releases what was quarantined for a schema, or a form, that this program knows by now.
    func readmit() throws {
        let waiting = try file.read { reads in
            try reads.quarantine().filter { record in
                if record.resolution != nil { return false }
                return try record.code == .schemaUnknown
                    || record.code == .changeSetMalformed
                        && reads.changeSet(at: record.position) != nil
            }
        }
        if waiting.isEmpty { return }
        try transact { transaction in
            let now = Int64(clamping: transaction.state.clock.last.milliseconds)
            transaction.due = waiting.map(\.position)
            try admission.releaseDue(
                made: ClockReading(
                    wallMilliseconds: now, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0),
                nowMilliseconds: now, in: transaction)
        }
    }
}
