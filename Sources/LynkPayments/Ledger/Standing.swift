import LynkCore

/// Axis 3: how a payment stands in the books. Every step is a new entry, none takes a row back.
extension Books {
    /// Books the money as received, then applies it.
    mutating func post(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let amount = row.money(.amount)
        let before = row.text(.posting)
        try journal(
            .payment, about: row.key, retailer: account.key, isOnce: before.isEmpty,
            [asset(of: row, amount), .credit(.unapplied, account.key, amount)])
        try account.retailer.add(amount, to: .totalPaid)
        try account.retailer.add(-amount, to: .outstanding)
        try account.retailer.add(amount, to: .unappliedCredit)
        try account.retailer.add(1, to: .paymentsCount)
        let at = max(account.retailer.money(.lastPaymentAt), row.money(.effectiveAt))
        account.retailer[.lastPaymentAt] = .integer(at)
        account.note(row.key, in: .recentPayments)
        try move(&row, to: .posted)
        noteCash(of: row)
        row[.unapplied] = .integer(amount)
        row[.hasCredit] = 1

        let intent = KeyText.keys(row.text(.intent))
        let rivals = before.isEmpty ? try claim(for: row, intent: intent, in: &account) : []
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
        save(row)
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
    ///
    /// It claims what it expected to cover all the same, and once: which of two is held may hang on
    /// the order of arrival, and what was collected side by side must not (P6).
    mutating func hold(
        _ row: inout Entry<PaymentField>, for kinds: [ExceptionKind],
        in account: inout RetailerAccount
    ) throws {
        let amount = row.money(.amount)
        let intent = KeyText.keys(row.text(.intent))
        let isFirst = row.text(.posting).isEmpty
        let rivals = isFirst ? try claim(for: row, intent: intent, in: &account) : []
        try journal(
            .paymentHeld, about: row.key, retailer: account.key,
            isOnce: isFirst, heldPair(of: row, amount, in: account))
        try account.retailer.add(amount, to: .heldAmount)
        try move(&row, to: .held)
        row[.heldFor] = .text(kinds.map(\.rawValue).sorted().joined(separator: " "))
        for rival in rivals { try raise(rival, in: &account) }
    }

    /// HELD -> POSTED: a person, or what people did, says that the money is right.
    mutating func release(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        try undoHeld(row, in: &account)
        row[.heldFor] = ""
        try post(&row, in: &account)
        save(row)
    }

    /// HELD -> REVERSED: there was no such money.
    mutating func reject(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        try undoHeld(row, in: &account)
        row[.heldFor] = ""
        row[.reversedPosition] = .integer(submission.position)
        try move(&row, to: .reversed)
        save(row)
    }

    /// POSTED -> REVERSED: what it paid is open again.
    mutating func reverse(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        try unpost(&row, in: &account)
        row[.reversedPosition] = .integer(submission.position)
        try move(&row, to: .reversed)
        save(row)
    }

    /// POSTED -> HELD: what was booked turns out to be doubtful.
    mutating func withdraw(
        _ row: inout Entry<PaymentField>, for kind: ExceptionKind,
        in account: inout RetailerAccount
    ) throws {
        try unpost(&row, in: &account)
        try hold(&row, for: [kind], in: &account)
        save(row)
    }

    private mutating func unpost(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        save(row)
        for allocation in try current(
            AllocationField.self, AllocationField.byPayment, [.key(row.key)],
            where: { $0.reference(.payment) == row.key && $0[.voidedBy].isNull })
        {
            try unapply(allocation, isNoted: false, in: &account)
        }
        row = try find(PaymentField.self, row.key) ?? row
        let amount = row.money(.amount)
        let asset = asset(of: row, amount)
        try journal(
            .paymentReversed, about: row.key, retailer: account.key, isOnce: false,
            reverses: Self.entryKey(.payment, row.key),
            [
                .debit(.unapplied, account.key, amount),
                .credit(asset.account, asset.party, amount),
            ])
        row[.unapplied] = 0
        row[.hasCredit] = 0
        try uncover(&row)
        try account.retailer.add(-amount, to: .totalPaid)
        try account.retailer.add(amount, to: .outstanding)
        try account.retailer.add(-amount, to: .unappliedCredit)
        try account.retailer.add(-1, to: .paymentsCount)
        account.needsSettling = true
        try noteCredit(of: row, in: &account)
    }

    private mutating func undoHeld(
        _ row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let amount = row.money(.amount)
        try journal(
            .heldUndone, about: row.key, retailer: account.key, isOnce: false,
            reverses: Self.entryKey(.paymentHeld, row.key),
            heldPair(of: row, -amount, in: account))
        try account.retailer.add(-amount, to: .heldAmount)
    }

    private func heldPair(
        of row: Entry<PaymentField>, _ amount: Int64, in account: RetailerAccount
    ) -> [JournalLine] {
        [
            .debit(.held, row.reference(.worker), amount),
            .credit(.heldFor, account.key, amount),
        ]
    }

    private mutating func move(
        _ row: inout Entry<PaymentField>, to posting: PaymentPosting
    ) throws {
        let before = row.text(.posting)
        row[.posting] = .text(posting.rawValue)
        if before.isEmpty {
            row[.postedPosition] = .integer(submission.position)
        } else {
            log(row, "POSTING", from: before, to: posting.rawValue)
        }
        try rollUp(row, from: PaymentPosting(rawValue: before), to: posting)
    }

    /// Whether what is booked can still be held: not what a bank has by now. Who else carries it
    /// changes nothing, because whose it is does not depend on that.
    func isWithdrawable(_ row: Entry<PaymentField>) -> Bool {
        ![Settlement.deposited, .cleared, .matched].map(\.rawValue)
            .contains(row.text(.settlement))
    }

    /// Where the money of a posted payment is, as a debit. Cash is its collector's to answer for
    /// whatever was handed over since: a handover names a sum and no payments.
    func asset(of row: Entry<PaymentField>, _ amount: Int64) -> JournalLine {
        switch Settlement(rawValue: row.text(.settlement)) {
        case .deposited: return .debit(.chequesClearing, nil, amount)
        case .cleared, .matched: return .debit(.bank, nil, amount)
        default:
            let account = LedgerAccount(PaymentMethod(rawValue: row.text(.method)) ?? .cash)
            return .debit(account, account.isInHand ? row.reference(.worker) : nil, amount)
        }
    }
}
