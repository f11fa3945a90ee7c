import LynkCore

extension Books {
    /// A pair and one invoice that it contests.
    struct Rivalry {
        let pair: Contest.Pair
        let invoice: String
    }

    /// Writes down what a payment expected to cover, before anything is applied.
    ///
    /// - Returns: the pairs of payments that are contested now that it is there.
    mutating func claim(
        for payment: Entry<PaymentField>, intent: [RowKey], in account: inout RetailerAccount
    ) throws -> [Rivalry] {
        guard let worker = payment.reference(.worker) else { return [] }
        var rivalries: [Rivalry] = []
        for (invoice, amount) in try expectation(of: payment, intent: intent, in: &account) {
            let standing = try standingClaims(on: invoice.key)
            let known = try sort(standing)
            let claim = Claim(
                payment: payment.key, worker: worker, amount: amount,
                base: try confirmedOpen(of: invoice), own: known.own, unknown: known.unknown,
                instrument: payment.text(.instrument))
            let earlier = known.unknown.isEmpty ? [] : try named(standing)
            rivalries += Contest.pairs(of: claim, among: earlier).map {
                Rivalry(pair: $0, invoice: invoice.text(.number))
            }
            add(claim, on: invoice.key)
        }
        return rivalries
    }

    /// The claims with the instruments that their payments gave.
    private func named(_ standing: [StandingClaim]) throws -> [Claim] {
        try standing.map { standing in
            var claim = standing.claim
            claim.instrument = try find(PaymentField.self, claim.payment)?.text(.instrument) ?? ""
            return claim
        }
    }

    /// Claims that the author had confirmed are in neither list.
    private func sort(
        _ standing: [StandingClaim]
    ) throws -> (own: [RowKey], unknown: [RowKey]) {
        var own: [RowKey] = []
        var unknown: [RowKey] = []
        for claim in standing {
            let key = claim.claim.payment
            guard let stamp = claim.stamp else {
                own.append(key)
                continue
            }
            if submission.writer.received(stamp) { continue }
            let completion = try find(PaymentField.self, key)?.stamp(.lifecycle)
            if completion?.author == submission.writer.stamp.author {
                own.append(key)
            } else {
                unknown.append(key)
            }
        }
        return (own, unknown)
    }

    /// What the payment was for: what its device said, or what its device would have said.
    private mutating func expectation(
        of payment: Entry<PaymentField>, intent: [RowKey], in account: inout RetailerAccount
    ) throws -> [(invoice: Entry<InvoiceField>, amount: Int64)] {
        let stated = ProvisionalAllocation.parse(payment.text(.provisional))
        if !stated.isEmpty {
            return try stated.compactMap { piece in
                guard let index = try account.index(of: piece.invoice, in: self) else { return nil }
                return (account[index], piece.amount)
            }
        }
        let invoices = try knownInvoices(in: &account)
        var open: [Int64] = []
        for invoice in invoices {
            let standing = try standingClaims(on: invoice.key)
            var left = try confirmedOpen(of: invoice)
            let own = Set(try sort(standing).own)
            for claim in standing where own.contains(claim.claim.payment) {
                left = try sum(left, -claim.claim.amount)
            }
            open.append(left)
        }
        let named = intent.compactMap { key in invoices.firstIndex { $0.key == key } }
        return OldestFirst.spread(payment.money(.amount), over: open, named: named)
            .map { (invoices[$0.index], $0.amount) }
    }

    /// The invoices that could be open in the author's eyes, in the order of payment.
    private func knownInvoices(
        in account: inout RetailerAccount
    ) throws -> [Entry<InvoiceField>] {
        // Every booking and every cancellation moves what the retailer owes. When the author had
        // seen the last one, no invoice was closed behind its back.
        if let last = account.retailer.stamp(.outstanding), !submission.writer.received(last) {
            for status in [InvoiceStatus.paid, .cancelled] {
                for invoice in try scan(
                    InvoiceField.self, InvoiceField.byRetailer,
                    [.key(account.key), .text(status.rawValue)])
                where account.index(of: invoice.key) == nil && !isConfirmed(invoice.stamp(.open)) {
                    account.insert(invoice)
                }
            }
        }
        return account.invoices.filter { invoice in
            guard let birth = invoice.original?.record.row else { return false }
            return submission.writer.knew(birth)
        }
    }

    private func isConfirmed(_ stamp: Stamp?) -> Bool {
        stamp.map(submission.writer.received) ?? false
    }

    /// What was open of an invoice at the author's last checkpoint.
    private func confirmedOpen(of invoice: Entry<InvoiceField>) throws -> Int64 {
        guard let before = invoice.original else { return 0 }
        let confirmed = Entry<InvoiceField>(before)
        // Issued in this very change set, by the author of the payment.
        if confirmed.text(.status).isEmpty { return confirmed.money(.total) }
        if isConfirmed(confirmed.stamp(.open)) { return confirmed.money(.open) }
        var open = try sum(confirmedBill(of: confirmed), -confirmedLoss(of: confirmed))
        for allocation in try scan(
            AllocationField.self, AllocationField.byInvoice, [.key(invoice.key)])
        where isConfirmed(allocation.original?.record.row) {
            let isVoid =
                !allocation[.voidedBy].isNull && isConfirmed(allocation.stamp(.voidedBy))
            if !isVoid { open = try sum(open, -allocation.money(.amount)) }
        }
        return open
    }

    /// What the author had confirmed as billed: the first total, or that of an amendment.
    private func confirmedBill(of invoice: Entry<InvoiceField>) throws -> Int64 {
        if isConfirmed(invoice.stamp(.billed)) { return invoice.billed }
        let amendments = try scan(
            InvoiceAmendmentField.self, InvoiceAmendmentField.byInvoice, [.key(invoice.key)])
        var last: (stamp: Stamp, total: Int64)?
        for amendment in amendments
        where amendment.text(.outcome) == FactOutcome.applied.rawValue {
            guard let stamp = amendment.stamp(.outcome), isConfirmed(stamp) else { continue }
            let isLater = last.map { ($0.stamp.era, $0.stamp.number) < (stamp.era, stamp.number) }
            if isLater ?? true { last = (stamp, amendment.money(.total)) }
        }
        return last?.total ?? invoice.money(.total)
    }

    /// What the author had confirmed as written off.
    private func confirmedLoss(of invoice: Entry<InvoiceField>) throws -> Int64 {
        if isConfirmed(invoice.stamp(.writtenOff)) { return invoice.money(.writtenOff) }
        return try scan(WriteOffField.self, WriteOffField.byInvoice, [.key(invoice.key)])
            .filter {
                $0.text(.outcome) == FactOutcome.applied.rawValue && isConfirmed($0.stamp(.outcome))
            }
            .reduce(0) { try sum($0, $1.money(.amount)) }
    }
}
