import LynkCore

/// What a shop owes less, or otherwise, than its invoice says.
extension Books {
    /// A credit note is applied like money.
    mutating func creditNote(_ change: RowChange) throws {
        guard var note = try find(CreditNoteField.self, change.key), note.money(.position) == 0,
            let retailer = note.reference(.retailer), var account = try account(of: retailer)
        else { return }
        let total = note.money(.total)
        let cause: LedgerAccount = note.text(.reason) == "DISCOUNT" ? .discount : .returns
        try journal(
            .creditNote, about: note.key, retailer: account.key, isOnce: true,
            [
                .debit(cause, nil, note.money(.taxable)),
                .debit(.gstOutput, nil, note.money(.gst)),
                .credit(.unapplied, account.key, total),
            ])
        note[.position] = .integer(submission.position)
        note[.unapplied] = .integer(total)
        note[.hasCredit] = 1
        try account.retailer.add(-total, to: .outstanding)
        try account.retailer.add(total, to: .unappliedCredit)
        try apply(&note, to: &account)
        put(account)
    }

    /// Rule 17: new figures; money that does not fit any more looks for another invoice.
    mutating func amendment(_ change: RowChange) throws {
        guard var fact = try find(InvoiceAmendmentField.self, change.key),
            fact.text(.outcome).isEmpty
        else { return }
        var outcome = FactOutcome.flagged
        if let key = fact.reference(.invoice), let retailer = fact.reference(.retailer),
            var account = try account(of: retailer)
        {
            if try amend(key, to: fact, in: &account) { outcome = .applied }
            put(account)
        }
        fact[.outcome] = .text(outcome.rawValue)
        save(fact)
    }

    private mutating func amend(
        _ key: RowKey, to fact: Entry<InvoiceAmendmentField>, in account: inout RetailerAccount
    ) throws -> Bool {
        guard let index = try account.index(of: key, in: self),
            account[index].text(.status) != InvoiceStatus.cancelled.rawValue,
            fact.money(.total) >= account[index].money(.writtenOff)
        else { return false }
        let difference = try sum(fact.money(.total), -account[index].billed)
        try journal(
            .invoiceAmended, about: fact.key, retailer: account.key, isOnce: true,
            reverses: Self.entryKey(.invoice, key),
            [.debit(.receivable, account.key, difference), .credit(.sales, nil, difference)])
        for allocation in try standingAllocations(of: key) where difference < 0 {
            try unapply(allocation, isNoted: true, in: &account)
        }
        var invoice = account[index]
        try invoice.add(difference, to: .open)
        try invoice.add(1, to: .version)
        invoice[.billed] = fact[.total]
        invoice.refreshStatus()
        account[index] = invoice
        try account.retailer.add(difference, to: .outstanding)
        try account.retailer.add(difference, to: .totalInvoiced)
        account.needsSettling = true
        return true
    }

    /// What will never be paid leaves what is owed, and stays a loss.
    mutating func writeOff(_ change: RowChange) throws {
        guard var fact = try find(WriteOffField.self, change.key), fact.text(.outcome).isEmpty
        else { return }
        var outcome = FactOutcome.flagged
        if let key = fact.reference(.invoice), let retailer = fact.reference(.retailer),
            var account = try account(of: retailer)
        {
            if try writeOff(fact.money(.amount), of: key, by: fact.key, in: &account) {
                outcome = .applied
            }
            put(account)
        }
        fact[.outcome] = .text(outcome.rawValue)
        save(fact)
    }

    private mutating func writeOff(
        _ amount: Int64, of key: RowKey, by fact: RowKey, in account: inout RetailerAccount
    ) throws -> Bool {
        guard let index = try account.index(of: key, in: self),
            account[index].money(.open) >= amount
        else { return false }
        try journal(
            .writeOff, about: fact, retailer: account.key, isOnce: true,
            [.debit(.badDebt, nil, amount), .credit(.receivable, account.key, amount)])
        var invoice = account[index]
        try invoice.add(-amount, to: .open)
        try invoice.add(amount, to: .writtenOff)
        invoice.refreshStatus()
        account[index] = invoice
        try account.retailer.add(-amount, to: .outstanding)
        return true
    }
}
