import LynkCore

/// Slips of the pen in a reference or a cheque's number; amount and shop are never corrected.
extension Books {
    mutating func correction(_ change: RowChange) throws {
        guard var fact = try find(InstrumentCorrectionField.self, change.key),
            fact.text(.outcome).isEmpty
        else { return }
        var outcome = FactOutcome.flagged
        if let key = fact.reference(.payment), var row = try find(PaymentField.self, key),
            let retailer = row.reference(.retailer), var account = try account(of: retailer)
        {
            if try mayCorrect(row) {
                try correct(&row, by: fact, in: &account)
                outcome = .applied
            } else {
                log(
                    row, "CORRECTION", to: fact.text(.reference), reason: fact.text(.reason),
                    isFlagged: true)
            }
            put(account)
        }
        fact[.outcome] = .text(outcome.rawValue)
        save(fact)
    }

    /// A transfer until the bank proved it; a cheque for the tenant's hours after collection.
    private mutating func mayCorrect(_ row: Entry<PaymentField>) throws -> Bool {
        let isOwn = row.reference(.worker) == actor
        guard isOwn || (role?.isOffice ?? false), !row.text(.posting).isEmpty else { return false }
        switch (
            PaymentMethod(rawValue: row.text(.method)), Settlement(rawValue: row.text(.settlement))
        ) {
        case (.upi, .claimed), (.upi, .notFound), (.bank, .claimed), (.bank, .notFound):
            return true
        case (.cheque, .inHand), (.cheque, .handedOver):
            let hours = max(try policy().money(.chequeEditHours), 0)
                .multipliedReportingOverflow(by: 3_600_000)
            let age = submission.effective.milliseconds - row.money(.effectiveAt)
            return hours.overflow || age <= hours.partialValue
        default: return false
        }
    }

    private mutating func correct(
        _ row: inout Entry<PaymentField>, by fact: Entry<InstrumentCorrectionField>,
        in account: inout RetailerAccount
    ) throws {
        let before = row.text(.instrument)
        if !fact.text(.reference).isEmpty { row[.currentReference] = fact[.reference] }
        if !fact.text(.bank).isEmpty { row[.currentBank] = fact[.bank] }
        if !fact[.chequeDate].isNull { row[.currentChequeDate] = fact[.chequeDate] }
        row[.instrument] = .text(Instrument(row)?.name ?? "")
        log(
            row, "CORRECTION", from: before, to: row.text(.instrument),
            reason: fact.text(.reason))
        save(row)
        guard row.text(.instrument) != before else { return }
        for finding in try instrument(row) {
            if row.text(.posting) == PaymentPosting.posted.rawValue {
                try withdraw(&row, for: finding.kind, in: &account)
            }
            try raise(finding, about: row, in: &account)
        }
    }
}
