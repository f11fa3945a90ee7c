import LynkCore

/// Axis 4 of a cheque, and rules 35 and 36.
extension Books {
    mutating func chequeEvent(_ change: RowChange) throws {
        guard var event = try find(ChequeEventField.self, change.key),
            event.text(.outcome).isEmpty
        else { return }
        guard let key = event.reference(.payment), var row = try find(PaymentField.self, key),
            row.text(.method) == PaymentMethod.cheque.rawValue,
            let step = ChequeStep(rawValue: event.text(.event)),
            let day = CivilDay(event.text(.day)),
            let retailer = row.reference(.retailer), var account = try account(of: retailer)
        else {
            event[.outcome] = .text(FactOutcome.flagged.rawValue)
            return save(event)
        }
        let isLegal = try take(step, on: day, event.text(.reason), &row, in: &account)
        if !isLegal {
            log(row, "CHEQUE", to: step.rawValue, reason: event.text(.reason), isFlagged: true)
        }
        event[.outcome] = .text((isLegal ? FactOutcome.applied : .flagged).rawValue)
        save(event)
        put(account)
    }

    private mutating func take(
        _ step: ChequeStep, on day: CivilDay, _ reason: String, _ row: inout Entry<PaymentField>,
        in account: inout RetailerAccount
    ) throws -> Bool {
        guard row.text(.posting) == PaymentPosting.posted.rawValue else { return false }
        let before = Settlement(rawValue: row.text(.settlement))
        let amount = row.money(.amount)
        let isDue = row.chequeDay.map { $0 <= day && day <= $0.chequeEnd } ?? true
        switch (step, before) {
        case (.deposited, .inHand), (.deposited, .handedOver):
            guard isDue else { return false }
            try journal(
                .chequeDeposited, about: row.key, retailer: account.key, isOnce: false,
                [
                    .debit(.chequesClearing, nil, amount),
                    .credit(.chequesInHand, row.reference(.worker), amount),
                ])
            settle(&row, as: .deposited, reason)
        case (.cleared, .deposited):
            try journal(
                .chequeCleared, about: row.key, retailer: account.key, isOnce: false,
                [.debit(.bank, nil, amount), .credit(.chequesClearing, nil, amount)])
            settle(&row, as: .cleared, reason)
        case (.bounced, .inHand), (.bounced, .handedOver), (.bounced, .deposited),
            (.returned, .inHand), (.returned, .handedOver), (.returned, .deposited),
            (.returned, .stale):
            // The reversal takes it from where it is, so the settlement moves afterwards.
            try reverse(&row, in: &account)
            settle(&row, as: .bounced, reason)
            try raise(
                .chequeBounced, about: [row.key], payment: row.key, detail: reason,
                amount: amount, in: &account)
            try chargeBounce(of: row, on: day, in: &account)
        default:
            return false
        }
        return true
    }

    mutating func settle(
        _ row: inout Entry<PaymentField>, as settlement: Settlement, _ reason: String = ""
    ) {
        log(
            row, "SETTLEMENT", from: row.text(.settlement), to: settlement.rawValue,
            reason: reason)
        row[.settlement] = .text(settlement.rawValue)
        save(row)
    }

    /// What a bounced cheque costs is an invoice of its own, where the tenant charges it.
    private mutating func chargeBounce(
        of row: Entry<PaymentField>, on day: CivilDay, in account: inout RetailerAccount
    ) throws {
        let charge = try policy().money(.bounceCharge)
        guard charge > 0, charge <= PaymentLimits.amountMax else { return }
        let key = RowKey.derived("bounce_charge", [row.key.bytes])
        let invoice = Entry<InvoiceField>(
            birth: key,
            [
                .retailer: .key(account.key),
                .number: .text("BOUNCE-\(KeyText.of(row.key).suffix(12))"),
                .issueDate: .text(day.description), .dueDate: .text(day.description),
                .taxable: .integer(charge), .total: .integer(charge),
            ])
        try open(invoice, isCancelled: false, in: &account)
    }
}
