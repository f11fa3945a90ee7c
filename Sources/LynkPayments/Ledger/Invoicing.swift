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

    private mutating func open(
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
        account.needsSettling = true
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
        guard let index = try account.index(of: key, in: self) else { return }
        for allocation in try scan(
            AllocationField.self, AllocationField.byInvoice, [.key(key)])
        where allocation[.voidedBy].isNull {
            try unapply(allocation, in: &account)
        }
        var invoice = account[index]
        let total = invoice.money(.total)
        try journal(
            .invoiceCancelled, about: key, retailer: account.key, isOnce: true,
            reverses: Self.entryKey(.invoice, key),
            lines(of: invoice, retailer: account.key, sign: -1))
        invoice[.open] = 0
        invoice[.status] = .text(InvoiceStatus.cancelled.rawValue)
        account[index] = invoice
        try account.retailer.add(-total, to: .outstanding)
        try account.retailer.add(-total, to: .totalInvoiced)
        try account.retailer.add(-1, to: .invoicesCount)
        account.needsSettling = true
    }

    private mutating func unapply(
        _ allocation: Entry<AllocationField>, in account: inout RetailerAccount
    ) throws {
        guard let key = allocation.reference(.payment),
            let invoice = allocation.reference(.invoice),
            var payment = try find(PaymentField.self, key)
        else { return }
        let amount = allocation.money(.amount)
        let entry = try journal(
            .unapply, about: allocation.key, retailer: account.key, isOnce: true,
            [.debit(.receivable, account.key, amount), .credit(.unapplied, account.key, amount)])
        var voided = allocation
        voided[.voidedBy] = .key(entry)
        save(voided)
        try payment.add(-amount, to: .applied)
        try payment.add(amount, to: .unapplied)
        payment[.hasCredit] = 1
        save(payment)
        account.creditors.insert(key)
        try account.retailer.add(amount, to: .unappliedCredit)
        try raise(
            .allocationChanged, about: [key, invoice], payment: key, amount: amount, in: &account)
    }
}
