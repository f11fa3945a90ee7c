import LynkCore

extension HubTransaction {
    /// Why a change to a row that was never born here, or that refers to one, cannot be applied
    /// (the birth rule).
    ///
    /// An author changes and names only rows that it has seen, so the birth exists: it waits in
    /// quarantine, was lost with an era, or was deleted so long ago that the hub has forgotten.
    /// That a row was deleted is never concluded from its absence.
    func absence(of row: RowName, from content: ChangeSet) throws -> Problem {
        let name = "\(application.schema.table(row.table)?.name ?? "") \(row.key)"
        if !state.eras.isContained(content.context, in: state.vector) {
            return Problem(.waitingForBirth, "\(name): its birth may be among what was lost here")
        }
        if try storage.hasQuarantined(of: content.device) {
            return Problem(.waitingForBirth, "\(name): a change set before this is quarantined")
        }
        let seen = content.context.sorted.compactMap { state.position(of: $0) }.max() ?? 0
        if seen < state.floor {
            return Problem(.rowForgotten, "\(name) was deleted before \(state.floor)")
        }
        return Problem(.rowUnknown, name)
    }

    /// Why a change is not about the row that is there: its author's own birth of that key is in
    /// quarantine, and the author has not seen this one. Merged, what it says of its own row would
    /// show in another's, in scopes that were never meant.
    func unborn(_ row: RowName, for submission: Submission) throws -> Problem? {
        let device = submission.sealed.content.device
        guard let birth = try births(of: device)[row],
            let table = application.schema.table(row.table),
            let stored = try storage.stored(table, row.key),
            !submission.writer.knew(
                stored.state.image.record.row, sees: isVisible(stored.state))
        else { return nil }
        let name = "\(table.name) \(row.key)"
        return birth == .waiting
            ? Problem(.waitingForBirth, "\(name): its author's own birth is quarantined")
            : Problem(.rowUnknown, "\(name): its author's own birth was rejected")
    }

    private func births(of device: DeviceID) throws -> [RowName: OwnBirth] {
        if let known = quarantinedBirths[device] { return known }
        var births: [RowName: OwnBirth] = [:]
        if try storage.hasQuarantined(of: device) {
            for record in try storage.quarantine() where record.principal.device == device {
                guard record.resolution == nil || record.resolution == .rejected else { continue }
                let birth = record.resolution == nil ? OwnBirth.waiting : .rejected
                let content = try storage.changeSet(at: record.position)?.content
                for change in content?.changes ?? [] where change.kind == .insert {
                    births[RowName(table: change.table, key: change.key)] = birth
                }
            }
        }
        quarantinedBirths[device] = births
        return births
    }

    func isDeleted(_ table: TableID, _ key: RowKey) throws -> Bool {
        guard let table = application.schema.table(table) else { return false }
        return try storage.stored(table, key).map { $0.state.row == nil } ?? false
    }

    func quarantine(
        _ sealed: SealedChangeSet, at position: Int64, as code: ProblemCode, principal: Principal,
        awaiting referred: [RowName]
    ) throws {
        let others = code == .waitingForBirth ? try births(of: sealed.content.device) : [:]
        try storage.put(
            QuarantineRecord(
                position: position, oid: sealed.oid, principal: principal, code: code))
        quarantinedBirths[sealed.content.device] = nil
        guard code == .waitingForBirth else { return }
        for row in referred { try storage.wait(for: row, at: position) }
        var born: Set<RowName> = []
        for change in sealed.content.changes {
            let row = RowName(table: change.table, key: change.key)
            if change.kind == .insert {
                born.insert(row)
            } else if let table = application.schema.table(row.table), !born.contains(row),
                try storage.stored(table, row.key) == nil || others[row] == .waiting
            {
                try storage.wait(for: row, at: position)
            }
        }
    }

    /// Notes what one that was woken lacks now: other births, or no birth any more, so that nothing
    /// but a decision releases it.
    func requarantine(
        _ record: QuarantineRecord, _ sealed: SealedChangeSet, after outcome: Admission.Outcome
    ) throws {
        guard record.code == .waitingForBirth, let problem = outcome.problem else { return }
        try storage.stopWaiting(at: record.position)
        try quarantine(
            sealed, at: record.position, as: problem.code, principal: record.principal,
            awaiting: outcome.awaited)
    }

    /// Notes which quarantined change sets wait for what was born here.
    func wake(waitersFor content: ChangeSet) throws {
        guard try storage.isAnyWaiting() else { return }
        for change in content.changes where change.kind == .insert {
            for position in try storage.waiting(
                for: RowName(table: change.table, key: change.key))
            where !due.contains(position) { due.append(position) }
        }
        due.sort()
    }
}

/// How a birth stands that its author has written and that is not in force.
enum OwnBirth {
    case waiting, rejected
}
