import LynkCore

/// Decides what becomes of pushed change sets at a hub: the order of the checks is the protocol's
/// (Protocol/05-exchange.md). Holds no state; everything it knows is in the transaction.
struct Admission: Sendable {
    let application: any Application

    /// Admits one push inside an open commit transaction.
    ///
    /// A refused push took nothing, or only the prefix that has receipts. A change set that is
    /// quarantined or rejected still takes its dot, so its successors go on.
    /// - Throws: only for failures of the store; the whole group is rolled back then.
    func admit(
        _ push: Push, in transaction: HubTransaction<some HubStorage>
    ) throws -> PushAnswer {
        switch push.work {
        case .changeSets(let changeSets, let signature):
            if let problem = PushCheck.problem(changeSets, signature: signature, push: push) {
                return answer([], push, transaction, refusal: problem)
            }
            try transaction.learn(push.claims, for: changeSets)
            if let refusal = transaction.refusal(of: changeSets, push: push) {
                return answer(
                    [], push, transaction, refusal: refusal,
                    wantsEras: refusal.code == .hubRolledBack)
            }
            var receipts: [Receipt] = []
            for (index, sealed) in changeSets.enumerated() {
                if let receipt = try transaction.receipt(for: sealed.oid) {
                    try transaction.alias(receipt)
                    receipts.append(receipt.repeated)
                } else if let problem = try placement(of: sealed, push: push, in: transaction) {
                    return answer(receipts, push, transaction, refusal: problem)
                } else {
                    let readable = changeSets[index...].first { $0.flaw == nil }
                    receipts.append(
                        try commit(
                            sealed, push: push, made: readable?.content.made, in: transaction))
                }
            }
            let token = transaction.advanceRatchet(of: push)
            return answer(receipts, push, transaction, refusal: nil, ratchet: token)
        case .changes(let changes, let intent):
            let sealed = try transaction.seal(
                changes, intent: intent, by: push.principal, in: push.lane, made: push.upload)
            let receipt = try commit(
                sealed, push: push, made: sealed.content.made, byHub: true, in: transaction)
            return answer([receipt], push, transaction, refusal: nil)
        }
    }

    private func answer(
        _ receipts: [Receipt], _ push: Push, _ transaction: HubTransaction<some HubStorage>,
        refusal: Problem?, ratchet: [UInt8] = [], wantsEras: Bool = false
    ) -> PushAnswer {
        PushAnswer(
            receipts: receipts, head: transaction.lane(push.lane)?.head, refusal: refusal,
            ratchet: ratchet, wantsEras: wantsEras)
    }

    /// Whether the change set continues its chain and its lane.
    private func placement(
        of sealed: SealedChangeSet, push: Push, in transaction: HubTransaction<some HubStorage>
    ) throws -> Problem? {
        let lane = transaction.lane(push.lane)
        // Another device's change set is not this one's predecessor, whatever the bytes say.
        if let previous = sealed.content.previous, lane?.head.oid != previous,
            try transaction.author(of: previous) != push.principal.device
        {
            return Problem(.chainGap, "\(previous.short) is missing here")
        }
        if let lane, lane.head.oid != sealed.content.previous {
            return Problem(
                .laneForked, "the lane goes on after \(lane.head.oid.short) otherwise")
        }
        return nil
    }

    /// - Parameter made: when the change set was made, or the next one that can be read.
    private func commit(
        _ sealed: SealedChangeSet, push: Push, made: ClockReading?, byHub: Bool = false,
        in transaction: HubTransaction<some HubStorage>
    ) throws -> Receipt {
        let slot = transaction.nextSlot(wallMilliseconds: push.receivedMilliseconds)
        let context = transaction.truncate(sealed.content.context)
        let effective = try effectiveTime(
            of: sealed, made: made, push: push, context: context, at: slot, in: transaction)
        let writer =
            byHub
            ? try transaction.hubWriter(for: sealed, at: slot, effective: effective)
            : try transaction.writer(
                for: sealed, in: push.lane, at: slot, effective: effective, context: context)
        let submission = Submission(
            principal: push.principal, sealed: sealed, effective: effective,
            received: slot.received, position: slot.position, writer: writer)
        let outcome = try apply(submission, at: slot, in: transaction)
        let receipt = Receipt(
            oid: sealed.oid, disposition: outcome.disposition, dot: slot.dot, effective: effective,
            conflicts: outcome.conflicts, problem: outcome.problem)
        try transaction.append(
            LogEntry(
                slot: slot, sealed: sealed, lane: push.lane, context: context, receipt: receipt,
                consequences: outcome.consequences))
        if let problem = outcome.problem, outcome.disposition == .quarantined {
            try transaction.quarantine(
                sealed, at: slot.position, as: problem.code, principal: push.principal,
                awaiting: outcome.awaited)
        }
        if outcome.disposition.isApplied { try transaction.wake(waitersFor: sealed.content) }
        try releaseDue(
            made: push.upload, nowMilliseconds: push.receivedMilliseconds, in: transaction)
        return receipt
    }

    private func effectiveTime(
        of sealed: SealedChangeSet, made: ClockReading?, push: Push, context: VersionVector,
        at slot: CommitSlot, in transaction: HubTransaction<some HubStorage>
    ) throws -> HybridTimestamp {
        let last = try transaction.timeBefore(sealed, in: push.lane)
        // A receipt that this hub gave and lost said when it took effect, and others go by that;
        // but not before its predecessor, which a late repeat may have brought back without a
        // proof: along a chain effective times ascend, also from one lane to the next.
        if let proven = transaction.proven[sealed.oid], proven.effective <= slot.received,
            proven.effective > last
        {
            return proven.effective
        }
        let seen = max(
            try transaction.hubTime(of: context),
            try transaction.aliasTime(of: sealed.content.context),
            last)
        guard let made else { return slot.received }
        let effective = EffectiveTime.resolve(
            made: made, upload: push.upload, seen: seen, received: slot.received)
        if sealed.flaw == nil { return effective }
        // Right before what followed it, so that it takes nothing of the others' ages.
        return max(seen.next, HybridTimestamp(rawValue: effective.rawValue - 1))
    }
}
