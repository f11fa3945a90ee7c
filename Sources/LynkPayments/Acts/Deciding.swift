import LynkCore

/// What the office decides about a payment: release, reject, reverse; or about an exception.
extension Books {
    mutating func decision(_ change: RowChange) throws {
        guard var decision = try find(DecisionField.self, change.key),
            decision.text(.outcome).isEmpty
        else { return }
        decision[.position] = .integer(submission.position)
        if let subject = decision.reference(.payment),
            let note = try find(ExceptionField.self, subject)
        {
            decision[.outcome] = .text(try decide(decision, about: note).rawValue)
            return save(decision)
        }
        guard let key = decision.reference(.payment), let row = try find(PaymentField.self, key),
            !row.text(.posting).isEmpty, let retailer = row.reference(.retailer),
            var account = try account(of: retailer)
        else {
            // From another region, say: it is applied when the payment arrives.
            decision[.outcome] = .text(FactOutcome.waiting.rawValue)
            return save(decision)
        }
        try decide(decision, on: row, in: &account)
        put(account)
    }

    /// Applies what had been decided before the payment was here.
    mutating func decideWaiting(
        on payment: RowKey, in account: inout RetailerAccount
    ) throws {
        let waiting = try current(
            DecisionField.self, DecisionField.byPayment, [.key(payment)],
            where: { $0.reference(.payment) == payment && $0.text(.outcome) == "WAITING" })
        for decision in waiting.sorted(by: {
            ($0.money(.position), $0.key) < ($1.money(.position), $1.key)
        }) {
            guard let row = try find(PaymentField.self, payment) else { continue }
            try decide(decision, on: row, in: &account)
        }
    }

    /// Ends one exception: the only way for those that are about no payment.
    private mutating func decide(
        _ decision: Entry<DecisionField>, about note: Entry<ExceptionField>
    ) throws -> FactOutcome {
        guard DecisionAction(rawValue: decision.text(.action)) == .resolve else { return .flagged }
        guard note.text(.state) == ExceptionState.open.rawValue else { return .moot }
        let (action, person) = (decision.text(.action), decision.reference(.by))
        guard let owner = note.reference(.retailer), var account = try account(of: owner) else {
            try conclude(note, as: .resolved, action, by: person)
            return .applied
        }
        try end(note, as: .resolved, action, by: person, in: &account)
        put(account)
        return .applied
    }

    private mutating func decide(
        _ decision: Entry<DecisionField>, on row: Entry<PaymentField>,
        in account: inout RetailerAccount
    ) throws {
        var row = row
        var outcome = FactOutcome.applied
        let reason = decision.text(.reason)
        let posting = PaymentPosting(rawValue: row.text(.posting))
        switch (DecisionAction(rawValue: decision.text(.action)), posting) {
        case (.release, .held):
            try release(&row, in: &account)
        case (.release, .posted), (.reverse, .reversed), (.reject, .reversed):
            outcome = .moot
        case (.reject, .held), (.reverse, .held):
            try reject(&row, in: &account)
        case (.reverse, .posted):
            outcome = try approval(of: decision, for: row)
            if outcome == .applied { try reverse(&row, in: &account) }
        case (.reallocate, .posted):
            outcome = try reallocate(decision, &row, in: &account) ? .applied : .flagged
        case (.resolve, _): break
        default:
            outcome = .flagged
        }
        if outcome == .flagged {
            log(row, "DECISION", to: decision.text(.action), reason: reason, isFlagged: true)
        }
        if outcome == .applied {
            try resolveAll(
                of: row.key, decision.text(.action), by: decision.reference(.by), in: &account)
        }
        var decided = decision
        decided[.outcome] = .text(outcome.rawValue)
        save(decided)
    }

    /// Two people for large sums: the first approval waits, the second of another person acts.
    private mutating func approval(
        of decision: Entry<DecisionField>, for row: Entry<PaymentField>
    ) throws -> FactOutcome {
        guard row.money(.amount) > (try policy().money(.dualControlAbove)) else { return .applied }
        let pending = try current(
            DecisionField.self, DecisionField.byPayment, [.key(row.key)],
            where: {
                $0.reference(.payment) == row.key && $0.key != decision.key
                    && $0.text(.outcome) == FactOutcome.pending.rawValue
            })
        guard let first = pending.first else { return .pending }
        guard pending.contains(where: { $0[.by] != decision[.by] }) else { return .flagged }
        var agreed = first
        agreed[.outcome] = .text(FactOutcome.applied.rawValue)
        save(agreed)
        return .applied
    }

    // MARK: exceptions that are over

    /// Ends every open exception about a payment with what was decided.
    mutating func resolveAll(
        of payment: RowKey, _ resolution: String, by person: RowKey?,
        in account: inout RetailerAccount
    ) throws {
        let open = try current(
            ExceptionField.self, ExceptionField.byPayment, [.key(payment)],
            where: { $0.reference(.payment) == payment && $0.text(.state) == "OPEN" })
        for note in open where note.text(.kind) != ExceptionKind.onAccountCredit.rawValue {
            try end(note, as: .resolved, resolution, by: person, in: &account)
        }
    }

    mutating func resolve(
        _ kind: ExceptionKind, of payment: RowKey, as state: ExceptionState, _ resolution: String,
        in account: inout RetailerAccount
    ) throws {
        guard let note = try find(ExceptionField.self, kind.key([payment])),
            note.text(.state) == ExceptionState.open.rawValue
        else { return }
        try end(note, as: state, resolution, by: nil, in: &account)
    }

    mutating func end(
        _ note: Entry<ExceptionField>, as state: ExceptionState, _ resolution: String,
        by person: RowKey?, in account: inout RetailerAccount
    ) throws {
        try conclude(note, as: state, resolution, by: person)
        // The shop that the exception is counted at, which may be another than this one.
        if note.reference(.retailer) == account.key {
            try account.retailer.add(-1, to: .openExceptions)
        } else if let other = note.reference(.retailer), var owner = try self.account(of: other) {
            try owner.retailer.add(-1, to: .openExceptions)
            put(owner)
        }
    }

    private mutating func conclude(
        _ note: Entry<ExceptionField>, as state: ExceptionState, _ resolution: String,
        by person: RowKey?
    ) throws {
        var note = note
        note[.state] = .text(state.rawValue)
        note[.resolution] = .text(resolution)
        note[.resolvedBy] = person.map(Value.key) ?? .null
        save(note)
        if note.text(.severity) != ExceptionSeverity.info.rawValue {
            let subjects: [RowKey] =
                note.text(.instrument).isEmpty
                ? [note.reference(.payment), note.reference(.rival)].compactMap { $0 }
                : KeyText.keys(note.text(.subjects))
            for subject in subjects { review(subject, by: -1) }
        }
    }
}
