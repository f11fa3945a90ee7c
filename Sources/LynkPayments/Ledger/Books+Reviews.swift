import LynkCore

extension Books {
    /// A number for an entry that its key has not had in this change set.
    mutating func ordinal(of entry: RowKey) -> UInt8 {
        let ordinal = entries[entry, default: 0]
        entries[entry] = ordinal &+ 1
        return ordinal
    }

    /// Notes that a payment has more or fewer exceptions open.
    mutating func review(_ payment: RowKey, by count: Int64) {
        if reviews[payment] == nil { reviewOrder.append(payment) }
        reviews[payment, default: 0] += count
    }

    /// Brings what follows from the other columns of the payments into them, as the last step.
    mutating func finish() throws {
        for key in reviewOrder {
            guard var payment = try find(PaymentField.self, key),
                let change = reviews[key], change != 0
            else { continue }
            try payment.add(change, to: .openExceptions)
            payment[.review] = payment.money(.openExceptions) > 0 ? "OPEN" : "RESOLVED"
            save(payment)
        }
        for id in draftOrder where id.table == PaymentField.table.id {
            guard var payment = try find(PaymentField.self, id.key) else { continue }
            let state = PaymentState(
                lifecycle: payment.text(.lifecycle), posting: payment.text(.posting))
            payment[.state] = .text(state.rawValue)
            save(payment)
        }
    }

    /// What payments have claimed of an invoice, in the order of the log.
    mutating func standingClaims(on invoice: RowKey) throws -> [StandingClaim] {
        if let known = claims[invoice] { return known }
        let found = try scan(ClaimField.self, ClaimField.byInvoice, [.key(invoice)])
            .compactMap { StandingClaim($0) }
        claims[invoice] = found
        return found
    }

    mutating func add(_ claim: Claim, on invoice: RowKey) {
        claims[invoice, default: []].append(StandingClaim(claim: claim, stamp: nil))
        add(claim.birth(on: invoice, position: submission.position))
    }
}
