import LynkCore

extension Books {
    /// Applies what a payment has left to unpaid invoices, and books that.
    ///
    /// - Parameter named: places of invoices that come first.
    mutating func apply(
        _ payment: inout Entry<PaymentField>, to account: inout RetailerAccount, named: [Int] = []
    ) throws {
        let open = account.invoices.map { $0.money(.open) }
        let pieces = OldestFirst.spread(payment.money(.unapplied), over: open, named: named)
        if pieces.isEmpty { return }
        var total: Int64 = 0
        for piece in pieces { total = try sum(total, piece.amount) }
        let entry = try journal(
            .apply, about: payment.key, retailer: account.key, isOnce: false,
            [.debit(.unapplied, account.key, total), .credit(.receivable, account.key, total)])
        for piece in pieces {
            var invoice = account[piece.index]
            try invoice.add(-piece.amount, to: .open)
            let status = InvoiceStatus(open: invoice.money(.open), total: invoice.money(.total))
            invoice[.status] = .text(status.rawValue)
            account[piece.index] = invoice
            add(allocation(piece.amount, of: payment.key, to: invoice, entry: entry))
        }
        try payment.add(total, to: .applied)
        try payment.add(-total, to: .unapplied)
        payment[.hasCredit] = payment.money(.unapplied) > 0 ? 1 : 0
        try account.retailer.add(-total, to: .unappliedCredit)
    }

    private func allocation(
        _ amount: Int64, of payment: RowKey, to invoice: Entry<InvoiceField>, entry: RowKey
    ) -> RowChange {
        .birth(
            .derived("allocation", [entry.bytes, invoice.key.bytes]),
            [
                AllocationField.payment: .key(payment), .invoice: .key(invoice.key),
                .retailer: invoice[.retailer], .amount: .integer(amount), .entry: .key(entry),
            ])
    }

    /// Applies standing credit where invoices came or were cancelled, payments in the order of
    /// the log.
    mutating func settle() throws {
        for key in touchedAccounts {
            guard var account = try account(of: key) else { continue }
            if account.needsSettling { try settle(&account) }
            put(account)
        }
    }

    mutating func settle(_ account: inout RetailerAccount) throws {
        account.needsSettling = false
        guard account.retailer.money(.unappliedCredit) > 0 else { return }
        let standing = try scan(
            PaymentField.self, PaymentField.byCredit, [.key(account.key), 1]
        ).map(\.key)
        var payments: [Entry<PaymentField>] = []
        for key in account.creditors.union(standing) {
            guard let payment = try find(PaymentField.self, key) else { continue }
            if payment.money(.unapplied) > 0 { payments.append(payment) }
        }
        payments.sort {
            ($0.money(.postedPosition), $0.key) < ($1.money(.postedPosition), $1.key)
        }
        for var payment in payments {
            try apply(&payment, to: &account)
            account.creditors.insert(payment.key)
            try noteCredit(of: payment, in: &account)
            save(payment)
        }
    }
}
