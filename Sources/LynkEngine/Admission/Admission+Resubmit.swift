import LynkCore

extension SealedChangeSet {
    /// The intent of a change set that its author wrote in the place of a refused one.
    static let resubmitIntent = "resubmit"

    /// The oid of the refused change set that this one takes the place of.
    var resubmitted: ContentID? {
        guard let intent = content.intent, intent.name == Self.resubmitIntent else { return nil }
        return ContentID(intent.arguments.prefix(64))
    }
}

extension Admission {
    /// Why a change set may not take effect: it was written in the place of one that did.
    ///
    /// A link to another device's change set says nothing: nobody takes back another's work.
    func replacement(
        _ sealed: SealedChangeSet, in transaction: HubTransaction<some HubStorage>
    ) throws -> Problem? {
        guard let first = sealed.resubmitted else { return nil }
        if let position = try transaction.storage.position(of: first),
            let log = try transaction.storage.log(at: position), log.disposition.isApplied,
            transaction.state.lanes[Int(log.lane)].device == sealed.content.device
        {
            return Problem(.changeSetReplaced, "\(first.short) is in force")
        }
        for record in try lineage(of: sealed, in: transaction) {
            switch record.resolution {
            case .released:
                return Problem(.changeSetReplaced, "\(record.oid.short) was released meanwhile")
            case .replaced:
                return Problem(.changeSetReplaced, "\(record.oid.short) was replaced before")
            case .rejected, nil: continue
            }
        }
        return nil
    }

    /// What this one took the place of is not released any more.
    func endLineage(
        of sealed: SealedChangeSet, in transaction: HubTransaction<some HubStorage>
    ) throws {
        for var record in try lineage(of: sealed, in: transaction) where record.resolution == nil {
            record.resolution = .replaced
            try transaction.storage.put(record)
            try transaction.storage.stopWaiting(at: record.position)
        }
    }

    /// What stands in quarantine behind a change set, the nearest first: a resubmitted one may have
    /// been refused again. Ends by itself, because a name contains the hash of the name before.
    private func lineage(
        of sealed: SealedChangeSet, in transaction: HubTransaction<some HubStorage>
    ) throws -> [QuarantineRecord] {
        var records: [QuarantineRecord] = []
        var next = sealed.resubmitted
        while let oid = next, let position = try transaction.storage.position(of: oid),
            let record = try transaction.storage.quarantined(at: position), record.oid == oid,
            record.principal.device == sealed.content.device
        {
            records.append(record)
            next = try transaction.storage.changeSet(at: position)?.resubmitted
        }
        return records
    }
}
