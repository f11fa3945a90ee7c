import LynkCore

extension Books {
    /// Books a new invoice or a cancellation; anything else about an invoice changes no money.
    mutating func invoice(_ change: RowChange) throws {
        guard let row = try find(InvoiceField.self, change.key),
            let retailer = row.reference(.retailer),
            var account = try account(of: retailer)
        else { return }
        let isCancelled = row[.cancelled] == Cancellation.yes
        if row.text(.status).isEmpty {
            try open(row, isCancelled: isCancelled, in: &account)
        } else if isCancelled, row.text(.status) != InvoiceStatus.cancelled.rawValue {
            try cancel(row.key, in: &account)
        }
        put(account)
    }

    mutating func open(
        _ row: Entry<InvoiceField>, isCancelled: Bool, in account: inout RetailerAccount
    ) throws {
        // The same change set may name an invoice twice.
        if account.index(of: row.key) != nil { return }
        var invoice = row
        if isCancelled {
            invoice[.status] = .text(InvoiceStatus.cancelled.rawValue)
            account.insert(invoice)
            return
        }
        let total = row.money(.total)
        invoice[.open] = .integer(total)
        invoice[.status] = .text(InvoiceStatus.open.rawValue)
        account.insert(invoice)
        try journal(
            .invoice, about: row.key, retailer: account.key, isOnce: true,
            lines(of: row, retailer: account.key, sign: 1))
        try account.retailer.add(total, to: .outstanding)
        try account.retailer.add(total, to: .totalInvoiced)
        try account.retailer.add(1, to: .invoicesCount)
        let at = max(account.retailer.money(.lastInvoiceAt), submission.effective.milliseconds)
        account.retailer[.lastInvoiceAt] = .integer(at)
        account.note(row.key, in: .recentInvoices)
        account.needsSettling = true
        try noteCreditLimit(after: row, in: &account)
    }

    /// Says that a delivery went over the shop's limit; collecting goes on.
    private mutating func noteCreditLimit(
        after invoice: Entry<InvoiceField>, in account: inout RetailerAccount
    ) throws {
        let hidden = try find(RetailerPrivateField.self, account.key)?[.creditLimit].integerValue
        let limit = hidden ?? account.retailer.money(.creditLimit)
        let outstanding = account.retailer.money(.outstanding)
        guard limit > 0, outstanding > limit else { return }
        try raise(
            .creditLimit, about: [invoice.key], payment: nil,
            detail: invoice.text(.number), amount: outstanding, in: &account)
    }

    private func lines(
        of invoice: Entry<InvoiceField>, retailer: RowKey, sign: Int64
    ) -> [JournalLine] {
        [
            .debit(.receivable, retailer, sign * invoice.money(.total)),
            .credit(.sales, nil, sign * invoice.money(.taxable)),
            .credit(.gstOutput, nil, sign * invoice.money(.gst)),
            .credit(.roundOff, nil, sign * invoice.money(.roundOff)),
        ]
    }

    /// Takes back what was applied to the invoice, then the invoice; the money looks for others.
    private mutating func cancel(_ key: RowKey, in account: inout RetailerAccount) throws {
        guard try account.index(of: key, in: self) != nil else { return }
        for allocation in try standingAllocations(of: key) {
            try unapply(allocation, isNoted: true, in: &account)
        }
        guard let index = account.index(of: key) else { return }
        var invoice = account[index]
        // What was written off of it stays a loss.
        let total = try sum(invoice.billed, -invoice.money(.writtenOff))
        try journal(
            .invoiceCancelled, about: key, retailer: account.key, isOnce: true,
            reverses: Self.entryKey(.invoice, key),
            cancellation(of: invoice, total, in: account))
        invoice[.open] = 0
        invoice[.status] = .text(InvoiceStatus.cancelled.rawValue)
        account[index] = invoice
        try account.retailer.add(-total, to: .outstanding)
        try account.retailer.add(-invoice.billed, to: .totalInvoiced)
        try account.retailer.add(-1, to: .invoicesCount)
        account.needsSettling = true
    }

    private func cancellation(
        of invoice: Entry<InvoiceField>, _ total: Int64, in account: RetailerAccount
    ) -> [JournalLine] {
        if invoice[.billed].isNull, invoice.money(.writtenOff) == 0 {
            return lines(of: invoice, retailer: account.key, sign: -1)
        }
        return [.debit(.sales, nil, total), .credit(.receivable, account.key, total)]
    }

    func standingAllocations(of invoice: RowKey) throws -> [Entry<AllocationField>] {
        try current(
            AllocationField.self, AllocationField.byInvoice, [.key(invoice)],
            where: { $0.reference(.invoice) == invoice && $0[.voidedBy].isNull })
    }

    /// Takes money from an invoice; it is credit again.
    mutating func unapply(
        _ allocation: Entry<AllocationField>, isNoted: Bool, in account: inout RetailerAccount
    ) throws {
        guard let key = allocation.reference(.invoice),
            let index = try account.index(of: key, in: self)
        else { return }
        let amount = allocation.money(.amount)
        let entry = try journal(
            .unapply, about: allocation.key, retailer: account.key, isOnce: true,
            [.debit(.receivable, account.key, amount), .credit(.unapplied, account.key, amount)])
        var voided = allocation
        voided[.voidedBy] = .key(entry)
        save(voided)
        var invoice = account[index]
        try invoice.add(amount, to: .open)
        invoice.refreshStatus()
        account[index] = invoice
        try account.retailer.add(amount, to: .unappliedCredit)
        if let key = allocation.reference(.creditNote),
            var note = try find(CreditNoteField.self, key)
        {
            try note.add(-amount, to: .applied)
            try note.add(amount, to: .unapplied)
            note[.hasCredit] = 1
            save(note)
        }
        guard let source = allocation.reference(.payment),
            var payment = try find(PaymentField.self, source)
        else { return }
        try payment.add(-amount, to: .applied)
        try payment.add(amount, to: .unapplied)
        payment[.hasCredit] = 1
        save(payment)
        if !isNoted { return }
        account.creditors.insert(source)
        try raise(
            .allocationChanged, about: [source, key], payment: source, amount: amount,
            in: &account)
    }
}
