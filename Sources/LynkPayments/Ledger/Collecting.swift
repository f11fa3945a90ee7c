import LynkCore

extension Books {
    /// Books a payment that this change set completed, or notes that one was cancelled.
    mutating func payment(_ change: RowChange) throws {
        guard var row = try find(PaymentField.self, change.key) else { return }
        let isCancel = change.value(PaymentField.lifecycle) == Self.state(.cancelled)
        if row[.lifecycle] == Self.state(.completed) {
            if row.text(.posting).isEmpty {
                try complete(&row)
            } else if isCancel {
                try noteLostCancel(of: row)
            }
        } else if isCancel, row[.lifecycle] == Self.state(.cancelled),
            row.money(.cancelledPosition) == 0
        {
            row[.cancelledPosition] = .integer(submission.position)
            save(row)
        }
    }

    private static func state(_ lifecycle: Lifecycle) -> Value { .text(lifecycle.rawValue) }

    private mutating func complete(_ row: inout Entry<PaymentField>) throws {
        guard let retailer = row.reference(.retailer), var account = try account(of: retailer)
        else {
            throw Problem(.rowUnknown, "the payment's retailer")
        }
        if row.money(.cancelledPosition) != 0, !wasCancelledMeanwhile(row.key) {
            try hold(&row, in: &account)
        } else {
            try post(&row, in: &account)
        }
        save(row)
        put(account)
    }

    /// Whether the completion and a cancellation did not know of each other.
    private func wasCancelledMeanwhile(_ payment: RowKey) -> Bool {
        submission.conflicts.contains {
            $0.table == PaymentField.table.id && $0.key == payment
                && $0.field == PaymentField.lifecycle.rawValue && $0.outcome != .refused
                && [$0.new, $0.current].contains(Self.state(.cancelled))
                && [$0.new, $0.current].contains(Self.state(.completed))
        }
    }

    /// The cancellation came after the money was booked: it has no effect, and if its author
    /// could not know, somebody should talk to him.
    private mutating func noteLostCancel(of row: Entry<PaymentField>) throws {
        guard wasCancelledMeanwhile(row.key), let retailer = row.reference(.retailer),
            var account = try account(of: retailer)
        else { return }
        try raiseCancelledButCollected(row, in: &account)
        put(account)
    }

    private mutating func post(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let amount = row.money(.amount)
        try journal(
            .payment, about: row.key, retailer: account.key, isOnce: true,
            [
                asset(of: row, amount), .credit(.unapplied, account.key, amount),
            ])
        try account.retailer.add(amount, to: .totalPaid)
        try account.retailer.add(-amount, to: .outstanding)
        try account.retailer.add(amount, to: .unappliedCredit)
        stampBooking(&row, as: .posted, in: &account)
        row[.unapplied] = .integer(amount)
        row[.hasCredit] = 1

        let intent = KeyText.keys(row.text(.intent))
        let rivals = try claim(for: row, intent: intent, in: &account)
        var named: [Int] = []
        var ignored: [RowKey] = []
        for invoice in intent {
            if let index = account.index(of: invoice), account[index].money(.open) > 0 {
                named.append(index)
            } else {
                ignored.append(invoice)
            }
        }
        try apply(&row, to: &account, named: named)
        add(notice(of: row))

        if row.money(.cancelledPosition) != 0 {
            try raiseCancelledButCollected(row, in: &account)
        }
        if !ignored.isEmpty {
            try raise(
                .intentIgnored, about: [row.key], payment: row.key,
                detail: KeyText.list(ignored), amount: amount, in: &account)
        }
        try noteCredit(of: row, in: &account)
        if row.money(.unapplied) > 0 { account.creditors.insert(row.key) }
        for rival in rivals { try raise(rival, in: &account) }
    }

    /// Books the money apart: it is there, and it pays for nothing until a person decides.
    private mutating func hold(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let amount = row.money(.amount)
        try journal(
            .paymentHeld, about: row.key, retailer: account.key, isOnce: true,
            [
                .debit(.held, row.reference(.worker), amount),
                .credit(.heldFor, account.key, amount),
            ])
        try account.retailer.add(amount, to: .heldAmount)
        stampBooking(&row, as: .held, in: &account)
        try raise(
            .completedAfterKnownCancel, about: [row.key], payment: row.key, amount: amount,
            in: &account)
    }

    private func stampBooking(
        _ row: inout Entry<PaymentField>, as posting: PaymentPosting,
        in account: inout RetailerAccount
    ) {
        row[.posting] = .text(posting.rawValue)
        row[.businessDay] = .text(effectiveDay)
        row[.postedPosition] = .integer(submission.position)
        guard posting == .posted else { return }
        let count = account.retailer.money(.paymentsCount)
        account.retailer[.paymentsCount] = .integer(count + 1)
        let at = max(account.retailer.money(.lastPaymentAt), submission.effective.milliseconds)
        account.retailer[.lastPaymentAt] = .integer(at)
    }

    private func asset(of row: Entry<PaymentField>, _ amount: Int64) -> JournalLine {
        let account = LedgerAccount(PaymentMethod(rawValue: row.text(.method)) ?? .cash)
        return .debit(account, account.isInHand ? row.reference(.worker) : nil, amount)
    }

    private func notice(of row: Entry<PaymentField>) -> RowChange {
        let isOffice = submission.principal.role == Role.admin.rawValue
        return .birth(
            .derived("notice", [row.key.bytes]),
            [
                CollectionNoticeField.retailer: row[.retailer], .amount: row[.amount],
                .method: row[.method], .day: .text(effectiveDay),
                .workerLabel: isOffice ? "office" : "worker",
            ])
    }
}
