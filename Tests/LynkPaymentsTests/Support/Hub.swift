import LynkCore

@testable import LynkPayments

/// A change set that a device made, and what it knew when it made it.
struct Written {
    let device: Device
    let changes: [RowChange]
    /// Every commit up to this number was delivered to the author.
    let context: UInt64
    let effective: HybridTimestamp
    let oid: ContentID
}

/// The hub's commit in miniature: judge, merge, derive, in that order and on one log.
final class Hub {
    private(set) var application = Payments(confirmation: Witness.secret)
    private(set) var view: MemoryView
    private(set) var number: UInt64 = 0
    private(set) var dispositions: [ContentID: Disposition] = [:]
    private var oids: [UInt64: ContentID] = [:]
    /// Whether derived rows carry a lane of the hub as their author, or that of the change set.
    let signsAsItself: Bool
    /// The hub's own clock; it never lags behind what it receives.
    var clock = World.start

    static let era: UInt32 = 1

    init(signsAsItself: Bool = false) {
        self.signsAsItself = signsAsItself
        view = MemoryView(application.schema)
    }

    /// Commits a change set; one that was committed before has no second effect.
    @discardableResult
    func push(_ written: Written) throws -> Disposition {
        if let known = dispositions[written.oid] { return known }
        number += 1
        oids[number] = written.oid
        let stamp = Stamp(
            era: Self.era, number: number, effective: written.effective,
            author: written.device.author)
        let writer =
            written.device.isHub
            ? Writer(hub: stamp, oid: written.oid)
            : Writer(stamp: stamp, oid: written.oid, contained: [Self.era: written.context])
        let disposition = try commit(submission(written, by: writer))
        dispositions[written.oid] = disposition
        return disposition
    }

    /// Loses everything that is in no row.
    func restart() { application = Payments(confirmation: Witness.secret) }

    /// Why an operator could not put it in force.
    func flaw(_ written: Written) throws -> Problem? {
        let stamp = Stamp(
            era: Self.era, number: number + 1, effective: written.effective,
            author: written.device.author)
        let writer = Writer(
            stamp: stamp, oid: written.oid, contained: [Self.era: written.context])
        return try application.flaw(in: submission(written, by: writer), in: view)
    }

    private func submission(_ written: Written, by writer: Writer) -> Submission {
        let content = ChangeSet(
            tenant: written.device.principal.tenant, device: written.device.principal.device,
            previous: nil, context: .zero, schemaVersion: 1, changes: written.changes,
            intent: nil, claimed: written.effective,
            made: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0))
        return Submission(
            principal: written.device.principal,
            sealed: SealedChangeSet(oid: written.oid, bytes: [], content: content),
            effective: written.effective,
            received: HybridTimestamp(
                milliseconds: max(clock, written.effective.milliseconds) + Int64(number) * 1000),
            position: Int64(number), writer: writer)
    }

    private func commit(_ submission: Submission) throws -> Disposition {
        var submission = submission
        var result = Disposition.accepted
        // Nothing is ever lost here, so no row is waited for.
        var verdict = try application.judge(submission, in: view)
        while case .absent(_, let otherwise) = verdict { verdict = otherwise }
        switch verdict {
        case .accept: break
        case .hold: result = .held
        case .reject: return .rejected
        case .quarantine, .absent: return .quarantined
        }
        submission.conflicts = merge(submission.changes, by: submission.writer)
        if result == .accepted, !submission.conflicts.isEmpty { result = .merged }
        let derived = try application.consequences(of: submission, in: view)
        let stamp = submission.writer.stamp
        _ = merge(
            derived,
            by: Writer(
                hub: signsAsItself
                    ? Stamp(
                        era: stamp.era, number: stamp.number, effective: stamp.effective,
                        author: 0)
                    : stamp,
                oid: submission.sealed.oid))
        return result
    }

    private func merge(_ changes: [RowChange], by writer: Writer) -> [Conflict] {
        var conflicts: [Conflict] = []
        for change in changes {
            guard let table = application.schema.table(change.table) else { continue }
            let outcome = RowMerge.merge(
                change, into: view.row(change.table, change.key).map { .present($0) }, of: table,
                by: writer,
                scopes: [], oid: { oids[$0.number] }, live: { _ in nil },
                resolve: { _, _, _, _ in nil })
            if let row = outcome.row { view.put(row, in: table) }
            conflicts += outcome.conflicts
        }
        return conflicts
    }

    func entries<Field: TableField>(_: Field.Type) -> [Entry<Field>] {
        view.all(Field.table.id).map { Entry($0) }
    }

    func entry<Field: TableField>(_: Field.Type, _ key: RowKey) -> Entry<Field>? {
        view.row(Field.table.id, key).map { Entry($0) }
    }
}
