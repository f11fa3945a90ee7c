import LynkCore

@testable import LynkPayments

/// Invoices, and which money is for which.
extension ReferenceBooks {
    func open(_ invoice: RowKey) -> Int64 {
        guard let row = invoices[invoice], !row.isCancelled else { return 0 }
        return row.total - pieces.reduce(0) { $1.invoice == invoice ? $0 + $1.amount : $0 }
    }

    /// What of a posted payment is for no invoice.
    func credit(_ payment: Payment) -> Int64 {
        guard payment.posting == .posted else { return 0 }
        return payment.amount
            - pieces.reduce(0) { $1.payment == payment.key ? $0 + $1.amount : $0 }
    }

    func status(_ invoice: Invoice) -> InvoiceStatus {
        if invoice.isCancelled { return .cancelled }
        let open = open(invoice.key)
        return open == 0 ? .paid : open == invoice.total ? .open : .partial
    }

    /// Unpaid invoices of an account, oldest first: by the day of the policy, then the number as
    /// people count, then the key.
    func unpaid(_ account: RowKey, _ opens: [RowKey: Int64]) -> [Invoice] {
        invoices.values.filter { self.account($0.retailer) == account && opens[$0.key] ?? 0 > 0 }
            .sorted { left, right in
                let days = order == .issueDate ? (left.issued, right.issued) : (left.due, right.due)
                if days.0 != days.1 { return days.0 < days.1 }
                let numbers = (Self.parts(left.number), Self.parts(right.number))
                if numbers.0 != numbers.1 { return numbers.0.lexicographicallyPrecedes(numbers.1) }
                return left.key < right.key
            }
    }

    /// A number as people count: INV-9 is before INV-10. Good for names with one run of digits.
    private static func parts(_ number: String) -> [String] {
        let name = number.prefix { !$0.isNumber }
        let digits = number.dropFirst(name.count).drop { $0 == "0" }
        return [String(name), String(digits.count + 1000), String(digits)]
    }

    /// Splits an amount: what the payer named as far as open, then the oldest.
    func split(
        _ amount: Int64, of account: RowKey, intent: [RowKey], over opens: [RowKey: Int64]
    ) -> [RowKey: Int64] {
        let unpaid = unpaid(account, opens).map(\.key)
        var left = amount
        var parts: [RowKey: Int64] = [:]
        for invoice in intent.filter({ unpaid.contains($0) }) + unpaid where left > 0 {
            let part = min(left, opens[invoice, default: 0] - parts[invoice, default: 0])
            if part > 0 { parts[invoice, default: 0] += part }
            left -= max(part, 0)
        }
        return parts
    }

    /// Lets all credit of an account go to what is open, in the order of payments (P4). What the
    /// payer named counts once, when his money is posted.
    mutating func applyCredit(of account: RowKey, posting new: RowKey? = nil) {
        let holders = payments.values
            .filter { self.account($0.retailer) == account && credit($0) > 0 }
            .sorted { ($0.order, $0.key) < ($1.order, $1.key) }
        for payment in holders {
            let opens = invoices.mapValues { open($0.key) }
            let parts = split(
                credit(payment), of: account, intent: payment.key == new ? payment.intent : [],
                over: opens)
            for (invoice, part) in parts {
                pieces.append(Piece(payment: payment.key, invoice: invoice, amount: part))
            }
            // Rule 2.
            if credit(payment) > 0 { raise(.onAccountCredit, payment.key) }
        }
    }

    mutating func takeInvoice(_ change: RowChange) {
        if change.kind == .insert {
            guard let retailer = change.reference(InvoiceField.retailer) else { return }
            invoices[change.key] = Invoice(
                key: change.key, retailer: retailer,
                number: change.text(InvoiceField.number) ?? "",
                issued: change.text(InvoiceField.issueDate) ?? "",
                due: change.text(InvoiceField.dueDate) ?? "",
                total: change.number(InvoiceField.total) ?? 0)
            applyCredit(of: account(retailer))
        } else if change.text(InvoiceField.cancelled) == "YES",
            invoices[change.key]?.isCancelled == false
        {
            invoices[change.key]?.isCancelled = true
            reapply(change.key)
        }
    }

    mutating func takeAmendment(_ change: RowChange) {
        guard let invoice = change.reference(InvoiceAmendmentField.invoice),
            invoices[invoice]?.isCancelled == false,
            let total = change.number(InvoiceAmendmentField.total)
        else { return }
        let isLess = total < invoices[invoice]?.total ?? 0
        invoices[invoice]?.total = total
        if isLess {
            reapply(invoice)
        } else if let row = invoices[invoice] {
            applyCredit(of: account(row.retailer))
        }
    }

    /// Rule 17: what the invoice had goes back, and is applied again.
    private mutating func reapply(_ invoice: RowKey) {
        guard let row = invoices[invoice] else { return }
        for piece in pieces where piece.invoice == invoice {
            raise(.allocationChanged, piece.payment, invoice)
        }
        pieces.removeAll { $0.invoice == invoice }
        applyCredit(of: account(row.retailer))
    }
}
