import LynkCore

extension Books {
    /// Raises an exception, unless the same one was raised before.
    mutating func raise(
        _ kind: ExceptionKind, about subjects: [RowKey], payment: RowKey?, rival: RowKey? = nil,
        detail: String = "", amount: Int64, severity: ExceptionSeverity? = nil,
        in account: inout RetailerAccount
    ) throws {
        let key = kind.key(subjects)
        if try find(ExceptionField.self, key) != nil { return }
        let severity = severity ?? kind.severity
        let subject = try payment.flatMap { try find(PaymentField.self, $0) }
        let worker = subject?[.worker] ?? .null
        if severity != .info {
            for subject in [payment, rival].compactMap({ $0 }) { review(subject, by: 1) }
        }
        save(
            Entry(
                birth: key,
                [
                    ExceptionField.kind: .text(kind.rawValue), .severity: .text(severity.rawValue),
                    .state: .text(ExceptionState.open.rawValue),
                    .subjects: .text(KeyText.list(subjects.sorted())),
                    .retailer: .key(account.key), .payment: payment.map(Value.key) ?? .null,
                    .rival: rival.map(Value.key) ?? .null, .detail: .text(detail),
                    .amount: .integer(amount), .openedPosition: .integer(submission.position),
                    .openedAt: .integer(submission.received.milliseconds),
                    .worker: worker,
                ]))
        try account.retailer.add(1, to: .openExceptions)
    }

    /// Raises a contest, or adds an invoice to what the same two payments contest already: a third
    /// payment may show it later, and the row must not tell in which order they came.
    mutating func raise(_ rivalry: Rivalry, in account: inout RetailerAccount) throws {
        let (first, second) = (rivalry.pair.first, rivalry.pair.second)
        let key = ExceptionKind.concurrentSameInvoice.key([first, second])
        guard var standing = try find(ExceptionField.self, key) else {
            try raise(
                .concurrentSameInvoice, about: [first, second], payment: first, rival: second,
                detail: rivalry.invoice, amount: rivalry.pair.amount, in: &account)
            return
        }
        var invoices = standing.text(.detail).split(separator: Self.separator).map(String.init)
        if invoices.contains(rivalry.invoice) { return }
        invoices.append(rivalry.invoice)
        invoices.sort { NaturalOrder.compare($0, $1) < 0 }
        standing[.detail] = .text(invoices.joined(separator: String(Self.separator)))
        try standing.add(rivalry.pair.amount, to: .amount)
        save(standing)
    }

    /// Between the numbers of invoices in an exception's detail.
    private static let separator: Character = ";"

    mutating func raiseCancelledButCollected(
        _ payment: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        try raise(
            .cancelledButCollected, about: [payment.key], payment: payment.key,
            amount: payment.money(.amount), in: &account)
    }

    /// Keeps the note about a payment's credit in step with the credit.
    mutating func noteCredit(
        of payment: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let left = payment.money(.unapplied)
        // A payment that was booked just now and left nothing cannot have a note.
        if left == 0, payment.original?.values[PaymentField.posting.ordinal] == "" { return }
        guard
            var note = try find(
                ExceptionField.self, ExceptionKind.onAccountCredit.key([payment.key]))
        else {
            if left > 0 {
                try raise(
                    .onAccountCredit, about: [payment.key], payment: payment.key, amount: left,
                    in: &account)
            }
            return
        }
        let isOpen = note.text(.state) == ExceptionState.open.rawValue
        if left > 0, note.text(.state) == ExceptionState.autoResolved.rawValue {
            note[.state] = .text(ExceptionState.open.rawValue)
            note[.amount] = .integer(left)
            try account.retailer.add(1, to: .openExceptions)
        } else if left == 0, isOpen {
            note[.state] = .text(ExceptionState.autoResolved.rawValue)
            try account.retailer.add(-1, to: .openExceptions)
        }
        save(note)
    }
}
