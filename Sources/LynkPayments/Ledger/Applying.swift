import LynkCore

extension Books {
    /// Applies what a payment has left to unpaid invoices, and books that.
    ///
    /// - Parameter named: places of invoices that come first.
    mutating func apply(
        _ payment: inout Entry<PaymentField>, to account: inout RetailerAccount, named: [Int] = []
    ) throws {
        let open = account.invoices.map { $0.money(.open) }
        let total = try cover(
            payment.money(.unapplied), open, named, by: .payment(payment.key), in: &account)
        if total == 0 { return }
        try payment.add(total, to: .applied)
        try payment.add(-total, to: .unapplied)
        payment[.hasCredit] = payment.money(.unapplied) > 0 ? 1 : 0
    }

    /// What covers an invoice.
    enum Source {
        case payment(RowKey)
        case creditNote(RowKey)

        var key: RowKey {
            switch self {
            case .payment(let key), .creditNote(let key): key
            }
        }
    }

    /// Books that an amount covers what it can.
    ///
    /// - Returns: how much of it.
    private mutating func cover(
        _ amount: Int64, _ open: [Int64], _ named: [Int], by source: Source,
        in account: inout RetailerAccount
    ) throws -> Int64 {
        try cover(
            OldestFirst.spread(amount, over: open, named: named), by: source, in: &account)
    }

    /// Books that these pieces are covered.
    ///
    /// - Returns: their sum.
    mutating func cover(
        _ pieces: [OldestFirst.Piece], by source: Source, in account: inout RetailerAccount
    ) throws -> Int64 {
        if pieces.isEmpty { return 0 }
        var total: Int64 = 0
        for piece in pieces { total = try sum(total, piece.amount) }
        let entry = try journal(
            .apply, about: source.key, retailer: account.key, isOnce: false,
            [.debit(.unapplied, account.key, total), .credit(.receivable, account.key, total)])
        for piece in pieces {
            var invoice = account[piece.index]
            try invoice.add(-piece.amount, to: .open)
            invoice.refreshStatus()
            account[piece.index] = invoice
            save(allocation(piece.amount, of: source, to: invoice, entry: entry))
        }
        try account.retailer.add(-total, to: .unappliedCredit)
        return total
    }

    private func allocation(
        _ amount: Int64, of source: Source, to invoice: Entry<InvoiceField>, entry: RowKey
    ) -> Entry<AllocationField> {
        var values: [AllocationField: Value] = [
            .invoice: .key(invoice.key), .retailer: invoice[.retailer],
            .amount: .integer(amount), .entry: .key(entry),
        ]
        switch source {
        case .payment(let key): values[.payment] = .key(key)
        case .creditNote(let key): values[.creditNote] = .key(key)
        }
        return Entry(birth: .derived("allocation", [entry.bytes, invoice.key.bytes]), values)
    }

    mutating func apply(
        _ note: inout Entry<CreditNoteField>, to account: inout RetailerAccount
    ) throws {
        let named = note.reference(.against).flatMap { account.index(of: $0) }
        let total = try cover(
            note.money(.unapplied), account.invoices.map { $0.money(.open) },
            named.map { [$0] } ?? [], by: .creditNote(note.key), in: &account)
        try note.add(total, to: .applied)
        try note.add(-total, to: .unapplied)
        note[.hasCredit] = note.money(.unapplied) > 0 ? 1 : 0
        save(note)
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
        var payments = try creditors(of: account)
        payments.sort {
            ($0.money(.postedPosition), $0.key) < ($1.money(.postedPosition), $1.key)
        }
        for var payment in payments {
            try apply(&payment, to: &account)
            account.creditors.insert(payment.key)
            save(payment)
            try noteCredit(of: payment, in: &account)
        }
        guard account.retailer.money(.unappliedCredit) > 0 else { return }
        let notes = try current(
            CreditNoteField.self, CreditNoteField.byCredit, [.key(account.key), 1],
            where: { $0.reference(.retailer) == account.key && $0.money(.unapplied) > 0 })
        for var note in notes { try apply(&note, to: &account) }
    }

    /// Payments that have something left, of the shop and of its aliases.
    private func creditors(of account: RetailerAccount) throws -> [Entry<PaymentField>] {
        var keys = account.creditors
        let aliases = try scan(
            RetailerField.self, RetailerField.byAlias, [.key(account.key)]
        ).map(\.key)
        for key in [account.key] + aliases {
            keys.formUnion(
                try scan(PaymentField.self, PaymentField.byCredit, [.key(key), 1]).map(\.key))
        }
        return try keys.sorted().compactMap { try find(PaymentField.self, $0) }
            .filter { $0.money(.unapplied) > 0 }
    }
}

extension Entry<InvoiceField> {
    /// What it comes to, as amended.
    var billed: Int64 { self[.billed].integerValue ?? money(.total) }

    /// Brings the status in step with what is open.
    mutating func refreshStatus() {
        let open = money(.open)
        self[.status] = .text(InvoiceStatus(open: open, total: billed).rawValue)
    }
}
