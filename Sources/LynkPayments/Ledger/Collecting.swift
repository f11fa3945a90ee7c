import LynkCore

extension Books {
    /// Books a payment that this change set completed, or notes that one was cancelled.
    mutating func payment(_ change: RowChange) throws {
        guard var row = try find(PaymentField.self, change.key) else { return }
        if change.kind == .insert, row[.device].isNull { noteDevice(of: &row) }
        let lifecycle = change.value(PaymentField.lifecycle)?.textValue
        let isCancel = lifecycle == Lifecycle.cancelled.rawValue
        if row.text(.lifecycle) == Lifecycle.completed.rawValue {
            if row.text(.posting).isEmpty {
                try complete(&row)
            } else if isCancel {
                try noteLostCancel(of: row)
            }
        } else if isCancel, row.text(.lifecycle) == Lifecycle.cancelled.rawValue,
            row.money(.cancelledPosition) == 0
        {
            row[.cancelledPosition] = .integer(submission.position)
            log(row, "LIFECYCLE", to: Lifecycle.cancelled.rawValue)
            save(row)
        } else {
            // Its computed state follows its lifecycle.
            save(row)
        }
    }

    private mutating func complete(_ row: inout Entry<PaymentField>) throws {
        guard let retailer = row.reference(.retailer), var account = try account(of: retailer)
        else {
            throw Problem(.rowUnknown, "the payment's retailer")
        }
        try place(&row, in: account)
        save(row)
        try judgeWaiting(&row, in: &account)
        let findings = try screen(row, in: account)
        let holding = findings.filter(\.holds)
        // Before it is posted: what is held in its place pays for nothing, so the oldest bills are
        // this one's to pay, after credit that was there before it.
        try displaceRetyped(by: row, in: &account)
        if account.needsSettling { try settle(&account) }
        if holding.isEmpty {
            try post(&row, in: &account)
        } else {
            try hold(&row, for: holding.map(\.kind), in: &account)
        }
        save(row)
        for finding in findings { try raise(finding, about: row, in: &account) }
        try confirmed(&row, in: &account)
        try follow(row, in: &account)
        try decideWaiting(on: row.key, in: &account)
        put(account)
        if let booked = try find(PaymentField.self, row.key) { try proveLate(booked) }
    }

    /// When and where it counts, before anything is decided about it.
    private mutating func place(
        _ row: inout Entry<PaymentField>, in account: RetailerAccount
    ) throws {
        let at = effectiveMoment(of: row)
        row[.effectiveAt] = .integer(at)
        let day = CivilDay(milliseconds: at)
        row[.effectiveDay] = .text(day.description)
        let open = try openDay(from: day, worker: row.reference(.worker))
        row[.businessDay] = .text(open.description)
        row[.isLate] = open == day ? 0 : 1
        row[.account] = account.key == row.reference(.retailer) ? .null : .key(account.key)
        noteDevice(of: &row)
        row[.instrument] = .text(Instrument(row)?.name ?? "")
        let method = PaymentMethod(rawValue: row.text(.method)) ?? .cash
        row[.settlement] = .text(Settlement(method).rawValue)
    }

    /// Whose receipt it is; also before the money is there, so that its number is no gap (rule 31).
    private func noteDevice(of row: inout Entry<PaymentField>) {
        let device = submission.principal.device
        row[.device] = .key(RowKey(high: device.high, low: device.low))
    }

    /// Whether the completion and a cancellation did not know of each other.
    func wasCancelledMeanwhile(_ payment: RowKey) -> Bool {
        submission.conflicts.contains {
            $0.table == PaymentField.table.id && $0.key == payment
                && $0.field == PaymentField.lifecycle.rawValue && $0.outcome != .refused
                && [$0.new, $0.current].contains(.text(Lifecycle.cancelled.rawValue))
                && [$0.new, $0.current].contains(.text(Lifecycle.completed.rawValue))
        }
    }

    /// The cancellation came after the money was booked: it has no effect, and if its author
    /// could not know, somebody should talk to him.
    private mutating func noteLostCancel(of row: Entry<PaymentField>) throws {
        guard wasCancelledMeanwhile(row.key) else {
            log(row, "LIFECYCLE", to: Lifecycle.cancelled.rawValue, isFlagged: true)
            return
        }
        guard let retailer = row.reference(.retailer), var account = try account(of: retailer)
        else { return }
        try raise(
            .cancelledButCollected, about: [row.key], payment: row.key,
            amount: row.money(.amount), in: &account)
        put(account)
    }

    /// What other people are told of a payment that was booked for the first time.
    private mutating func follow(
        _ row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        try countPlanUsage(of: row, in: &account)
        if row.text(.posting) == PaymentPosting.posted.rawValue {
            let isOffice = role?.isOffice ?? false
            add(
                .birth(
                    .derived("notice", [row.key.bytes]),
                    [
                        CollectionNoticeField.retailer: .key(account.key), .amount: row[.amount],
                        .method: row[.method], .day: row[.businessDay],
                        .workerLabel: isOffice ? "office" : "worker",
                    ]))
        }
    }

    /// Adds to the audit trail of a payment.
    mutating func log(
        _ row: Entry<PaymentField>, _ kind: String, from: String = "", to: String,
        reason: String = "", isFlagged: Bool = false
    ) {
        let name = "\(kind) \(from) \(to) \(reason)"
        let plain = RowKey.derived(
            "payment_event", [row.key.bytes, submission.sealed.oid.bytes, Array(name.utf8)])
        let count = ordinal(of: plain)
        add(
            .birth(
                count == 0 ? plain : .derived("payment_event", [plain.bytes, [count]]),
                [
                    PaymentEventField.payment: .key(row.key), .kind: .text(kind),
                    .from: .text(from), .to: .text(to), .actor: .key(actor),
                    .reason: .text(reason), .at: .integer(submission.effective.milliseconds),
                    .flagged: isFlagged ? 1 : 0,
                ]))
    }
}
