public import LynkCore

/// Decides what becomes of pushed change sets at a hub: the order of the checks is the protocol's
/// (Protocol/05-exchange.md). Holds no state; everything it knows is in the transaction.
public struct Admission: Sendable {
    public let application: any Application

    public init(application: any Application) { self.application = application }

    /// Admits one push inside an open commit transaction.
    ///
    /// A refused push took nothing, or only the prefix that has receipts. A change set that is
    /// quarantined or rejected still takes its dot, so its successors go on.
    /// - Throws: only for failures of the store; the whole group is rolled back then.
    public func admit(_ push: Push, in transaction: some TenantTransaction) throws -> PushAnswer {
        switch push.work {
        case .changeSets(let changeSets, let signature):
            if let problem = PushCheck.problem(changeSets, signature: signature, push: push) {
                return try answer([], push, transaction, refusal: problem)
            }
            var receipts: [Receipt] = []
            for sealed in changeSets {
                if let receipt = try transaction.receipt(for: sealed.oid) {
                    receipts.append(receipt.repeated)
                } else if let problem = try placement(of: sealed, push: push, in: transaction) {
                    return try answer(receipts, push, transaction, refusal: problem)
                } else {
                    receipts.append(try commit(sealed, push: push, byHub: false, in: transaction))
                }
            }
            return try answer(receipts, push, transaction, refusal: nil)
        case .changes(let changes, let intent):
            let sealed = try transaction.seal(
                changes, intent: intent, by: push.principal, in: push.lane, made: push.upload)
            let receipt = try commit(sealed, push: push, byHub: true, in: transaction)
            return try answer([receipt], push, transaction, refusal: nil)
        }
    }

    private func answer(
        _ receipts: [Receipt], _ push: Push, _ transaction: some TenantTransaction,
        refusal: Problem?
    ) throws -> PushAnswer {
        PushAnswer(
            receipts: receipts, head: try transaction.lane(push.lane)?.head, refusal: refusal)
    }

    /// Whether the change set continues its chain and its lane.
    private func placement(
        of sealed: SealedChangeSet, push: Push, in transaction: some TenantTransaction
    ) throws -> Problem? {
        let lane = try transaction.lane(push.lane)
        if let previous = sealed.content.previous, lane?.head.oid != previous,
            try transaction.receipt(for: previous) == nil
        {
            return Problem(.chainGap, "\(previous.short) is missing here")
        }
        if let lane {
            if lane.device != push.principal.device {
                return Problem(.laneForked, "the lane belongs to another device")
            }
            if lane.head.oid != sealed.content.previous {
                return Problem(
                    .laneForked, "the lane goes on after \(lane.head.oid.short) otherwise")
            }
        }
        return nil
    }

    private func commit(
        _ sealed: SealedChangeSet, push: Push, byHub: Bool, in transaction: some TenantTransaction
    ) throws -> Receipt {
        let slot = transaction.nextSlot(wallMilliseconds: push.receivedMilliseconds)
        let context = transaction.truncate(sealed.content.context)
        let seen = max(
            try transaction.hubTime(of: context),
            try transaction.lane(push.lane)?.effective ?? .zero)
        let effective = EffectiveTime.resolve(
            made: sealed.content.made, upload: push.upload, seen: seen, received: slot.received)
        let writer =
            byHub
            ? try transaction.hubWriter(for: sealed, at: slot, effective: effective)
            : try transaction.writer(
                for: sealed, in: push.lane, at: slot, effective: effective, context: context)
        var submission = Submission(
            principal: push.principal, sealed: sealed, effective: effective,
            received: slot.received, position: slot.position, writer: writer)

        var outcome = try judge(submission, in: transaction)
        var consequences: [RowChange] = []
        if outcome.disposition.isApplied {
            do {
                let applied = try transaction.savepoint {
                    submission.conflicts = try transaction.merge(
                        submission.changes, by: writer, at: slot)
                    let derived = try application.consequences(of: submission, in: transaction)
                    let hub = try transaction.hubWriter(for: sealed, at: slot, effective: effective)
                    _ = try transaction.merge(derived, by: hub, at: slot)
                    return derived
                }
                consequences = applied
                if !submission.conflicts.isEmpty, outcome.disposition == .accepted {
                    outcome.disposition = .merged
                }
            } catch let problem as Problem where !problem.code.isTransient {
                outcome = Outcome(disposition: .quarantined, problem: problem)
                submission.conflicts = []
            }
        }
        let receipt = Receipt(
            oid: sealed.oid, disposition: outcome.disposition, dot: slot.dot, effective: effective,
            conflicts: UInt32(submission.conflicts.count), problem: outcome.problem)
        try transaction.append(
            LogEntry(
                slot: slot, sealed: sealed, lane: push.lane, context: context, receipt: receipt,
                consequences: consequences))
        return receipt
    }

    private struct Outcome {
        var disposition: Disposition
        var problem: Problem?
    }

    /// A rule that fails is poison for its own change set only.
    private func judge(
        _ submission: Submission, in transaction: some TenantTransaction
    ) throws -> Outcome {
        do {
            if let problem = try ChangeCheck.problem(
                submission.changes, schema: application.schema, in: transaction)
            {
                return Outcome(disposition: .quarantined, problem: problem)
            }
            switch try application.judge(submission, in: transaction) {
            case .accept: return Outcome(disposition: .accepted)
            case .hold(let problem): return Outcome(disposition: .held, problem: problem)
            case .reject(let problem): return Outcome(disposition: .rejected, problem: problem)
            case .quarantine(let problem):
                return Outcome(disposition: .quarantined, problem: problem)
            }
        } catch let problem as Problem where !problem.code.isTransient {
            return Outcome(disposition: .quarantined, problem: problem)
        }
    }
}
