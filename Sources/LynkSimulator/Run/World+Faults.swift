import LynkCore
import LynkEngine
import LynkStore

/// Files that are replaced by older ones, and what that loses.
extension World {
    /// Takes note of what the hub committed.
    func noteCommits() throws {
        let commits = try Commit.read(hub.store, after: Int64(truth.log.count))
        guard !commits.isEmpty else { return }
        for commit in commits {
            // On a disk the office's too: a commit whose call failed may be there all the same.
            // In memory no call fails so, and slips commit in the office's name.
            let isUnheard = commit.isByHub && store == .sqlite
            if commit.decides != nil || isUnheard { truth.hubWrote(commit.oid) }
            mark(commit)
            defer { detail(commit.changes + commit.consequences, commit) }
            note(
                "commit \(commit.position) \(commit.subject.short) \(commit.disposition.rawValue)"
                    + (commit.problem.map { " \($0.rawValue)" } ?? "")
                    + " \(commit.conflicts)@\(commit.effective.rawValue)")
        }
        truth.commit(commits)
        try tell(.committed(commits))
    }

    private func detail(_ changes: [RowChange], _ commit: Commit) {
        trace.detail("lane \(commit.lane) context \(commit.context.shown)")
        for change in changes { trace.detail(change.shown) }
    }

    private func mark(_ commit: Commit) {
        switch commit.disposition {
        case .rejected: reach(.rejected)
        case .held: reach(.held)
        case .quarantined: reach(.quarantined)
        default: break
        }
        if commit.problem == .waitingForBirth { reach(.birthAwaited) }
        if commit.problem == .schemaUnknown { reach(.schemaAwaited) }
        if commit.decides != nil {
            reach(commit.subject == commit.decides ? .released : .finallyRejected)
        }
        if !commit.aliases.isEmpty { reach(.aliasMade) }
        guard commit.isApplied else { return }
        if isTied(commit) { reach(.tied) }
        for change in commit.changes where change.kind == .delete {
            let isThere = hub.presentRows(change.table).contains { $0.key == change.key }
            reach(isThere ? .deleteLost : .deleteAccepted)
        }
        for change in commit.consequences
        where change.table == SimulatedApplication.card.id && change.put(16) == .null {
            reach(.uniqueCleared)
        }
    }

    /// Another device's write of the same row has the same effective time.
    private func isTied(_ commit: Commit) -> Bool {
        truth.log.suffix(32).contains { other in
            other.effective == commit.effective && other.isApplied && other.device != commit.device
                && other.changes.contains { change in
                    commit.changes.contains { $0.table == change.table && $0.key == change.key }
                }
        }
    }

    private func isHeld(_ oid: ContentID, by holders: [Set<ContentID>]) -> Bool {
        holders.contains { $0.contains(oid) }
    }

    private var holders: [Set<ContentID>] {
        everyDevice.map { Set($0.replica.inspect().kept) }
    }

    func restoreHub() throws {
        let before = truth.log.count
        guard let position = try hub.restore() else { return }
        let lost = truth.restore(to: position)
        note("hub is restored from \(before) to \(position)")
        reach(.hubRestored)
        let holders = holders
        for commit in lost {
            let oid = commit.oid
            let isForged = truth.written[oid]?.isForged ?? true
            let isGone = orphaned.contains(oid) && !isHeld(oid, by: holders)
            if truth.byHub.contains(oid) || isForged || isGone { truth.excuse([oid]) }
        }
        try noteCommits()
        try tell(.hubReplaced(lost: lost))
    }

    func restore(_ device: SimulatedDevice, _ random: inout Chance) throws {
        guard let copy = random.choice(device.copies) else { return }
        let before = device.replica.inspect().kept
        try device.restore(copy)
        truth.restoredDevice()
        reach(.deviceRestored)
        note("d\(device.slot) is restored")
        let gone = Set(before).subtracting(device.replica.inspect().kept)
        orphaned.formUnion(gone)
        let (holders, committed) = (holders, Set(truth.log.map(\.oid)))
        truth.excuse(gone.filter { !isHeld($0, by: holders) && !committed.contains($0) })
    }

    func clone(_ device: SimulatedDevice, as slot: Int) throws {
        guard devices[slot] == nil else { return }
        let copy = try SimulatedDevice(
            slot: slot, principal: device.principal, key: device.key,
            clock: MachineClock(time, machine: UInt64(slot)),
            schema: device.schema, chance: chance.stream("device", slot), store: store)
        try copy.restore(device.replica.image())
        copy.isRevoked = device.isRevoked
        copy.deleted = device.deleted
        copy.collected = device.collected
        copy.receipts = device.receipts
        devices[slot] = copy
        truth.cloned()
        reach(.cloneMade)
        note("d\(device.slot) is cloned as d\(slot)")
    }
}

extension VersionVector {
    /// For people.
    fileprivate var shown: String {
        sorted.map { "\(String(describing: $0.era).prefix(8)):\($0.number)" }
            .joined(separator: " ")
    }
}

extension RowChange {
    /// For people.
    fileprivate var shown: String {
        let puts = puts.map { "\($0.field)=\($0.value)" }
        let adds = adds.map { "\($0.field)+\($0.delta)" }
        let edits = edits.map { "\($0.field)+\($0.added)-\($0.removed)" }
        return "\(kind) \(table) \(key): " + (puts + adds + edits).joined(separator: ", ")
    }
}
