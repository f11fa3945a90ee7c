import LynkCore

@testable import LynkPayments

extension Hub {
    /// Everything that must hold after every commit; each broken one as a sentence.
    var brokenInvariants: [String] {
        journalProblems + invoiceProblems + paymentProblems + retailerProblems
    }

    private var journalProblems: [String] {
        var entries: [RowKey: Int64] = [:]
        for line in self.entries(PostingField.self) {
            guard let entry = line.reference(.entry) else { continue }
            entries[entry, default: 0] += line.money(.debit) - line.money(.credit)
        }
        return entries.filter { $0.value != 0 }.map { "entry \($0.key) is off by \($0.value)" }
    }

    /// Sums of allocations that stand, by invoice or by payment.
    private func applied(by field: AllocationField) -> [RowKey: Int64] {
        var sums: [RowKey: Int64] = [:]
        for row in entries(AllocationField.self) where row[.voidedBy].isNull {
            if let key = row.reference(field) { sums[key, default: 0] += row.money(.amount) }
        }
        return sums
    }

    private var invoiceProblems: [String] {
        let applied = applied(by: .invoice)
        return entries(InvoiceField.self).compactMap { invoice in
            let isCancelled = invoice.text(.cancelled) == "YES"
            let open = isCancelled ? 0 : invoice.money(.total) - (applied[invoice.key] ?? 0)
            let status =
                isCancelled
                ? InvoiceStatus.cancelled
                : InvoiceStatus(open: open, total: invoice.money(.total))
            let isRight =
                open >= 0 && invoice.money(.open) == open
                && invoice.text(.status) == status.rawValue
            return isRight ? nil : "invoice \(invoice.text(.number)) is off"
        }
    }

    private var paymentProblems: [String] {
        let applied = applied(by: .payment)
        return entries(PaymentField.self).compactMap { payment in
            let isPosted = payment.text(.posting) == "POSTED"
            let left = isPosted ? payment.money(.amount) - payment.money(.applied) : 0
            let isRight =
                payment.money(.applied) == applied[payment.key] ?? 0
                && payment.money(.unapplied) == left && left >= 0
                && payment.money(.hasCredit) == (left > 0 ? 1 : 0)
            return isRight ? nil : "payment \(payment.key) is off"
        }
    }

    private func balance(_ account: LedgerAccount, _ party: RowKey) -> Int64 {
        entries(PostingField.self).reduce(0) { sum, line in
            line.text(.account) == account.rawValue && line.reference(.party) == party
                ? sum + line.money(.debit) - line.money(.credit) : sum
        }
    }

    private var retailerProblems: [String] {
        entries(RetailerField.self).flatMap { shop in
            let invoices = entries(InvoiceField.self).filter { $0.reference(.retailer) == shop.key }
            let payments = entries(PaymentField.self).filter { $0.reference(.retailer) == shop.key }
            let posted = payments.filter { $0.text(.posting) == "POSTED" }
            let standing = invoices.filter { $0.text(.cancelled) == "NO" }
            let notes = entries(ExceptionField.self).filter {
                $0.reference(.retailer) == shop.key && $0.text(.state) == "OPEN"
            }
            let receivable = balance(.receivable, shop.key)
            let credit = -balance(.unapplied, shop.key)
            let due = standing.filter { $0.money(.open) > 0 }.map { $0.text(.dueDate) }.min()
            let facts: [(String, Int64, Int64)] = [
                ("receivable", receivable, standing.reduce(0) { $0 + $1.money(.open) }),
                ("credit", credit, posted.reduce(0) { $0 + $1.money(.unapplied) }),
                ("unapplied_credit", shop.money(.unappliedCredit), credit),
                ("outstanding", shop.money(.outstanding), receivable - credit),
                ("held", shop.money(.heldAmount), -balance(.heldFor, shop.key)),
                (
                    "invoiced", shop.money(.totalInvoiced),
                    standing.reduce(0) { $0 + $1.money(.total) }
                ),
                ("paid", shop.money(.totalPaid), posted.reduce(0) { $0 + $1.money(.amount) }),
                ("payments", shop.money(.paymentsCount), Int64(posted.count)),
                ("invoices", shop.money(.invoicesCount), Int64(standing.count)),
                ("exceptions", shop.money(.openExceptions), Int64(notes.count)),
                ("credit below zero", min(credit, 0), 0),
                ("oldest due", shop[.oldestOpenDue] == (due.map(Value.text) ?? .null) ? 0 : 1, 0),
            ]
            return facts.filter { $0.1 != $0.2 }.map { "\($0.0) is \($0.1), not \($0.2)" }
        }
    }
}
