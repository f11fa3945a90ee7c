import LynkCore

/// What a payment expected to cover of one invoice, and what its author knew then.
///
/// All of it follows from facts and contexts, none from the order of arrival.
struct Claim: Equatable {
    let payment: RowKey
    let worker: RowKey
    let amount: Int64
    /// What was open of the invoice in the data that the author had confirmed.
    let base: Int64
    /// The author's own earlier claims that are not in ``base``.
    let own: [RowKey]
    /// Claims that were there first and that the author did not know.
    let unknown: [RowKey]
    /// The transfer or cheque that was given; empty for cash. However often one is told, it is one
    /// claim. It stands in the payment and not in the claim's row.
    var instrument = ""

    func birth(on invoice: RowKey, position: Int64) -> RowChange {
        .birth(
            .derived("claim", [payment.bytes, invoice.bytes]),
            [
                ClaimField.invoice: .key(invoice), .payment: .key(payment),
                .worker: .key(worker), .amount: .integer(amount), .base: .integer(base),
                .own: .text(KeyText.list(own)), .unknown: .text(KeyText.list(unknown)),
                .position: .integer(position),
            ])
    }
}

/// A claim in the books, and the commit that put it there; none for one of this change set.
struct StandingClaim {
    let claim: Claim
    let stamp: Stamp?

    init(claim: Claim, stamp: Stamp?) {
        self.claim = claim
        self.stamp = stamp
    }

    /// Returns `nil` for a row that is not a claim as the hub writes them.
    init?(_ row: Entry<ClaimField>) {
        guard let payment = row.reference(.payment), let worker = row.reference(.worker) else {
            return nil
        }
        claim = Claim(
            payment: payment, worker: worker, amount: row.money(.amount), base: row.money(.base),
            own: KeyText.keys(row.text(.own)), unknown: KeyText.keys(row.text(.unknown)))
        stamp = row.original?.record.row
    }
}

extension Writer {
    /// Whether the commit was delivered to the author, rather than only made by him: an own
    /// change set is known at once, but what became of it is known from the next checkpoint on.
    func received(_ other: Stamp) -> Bool {
        knew(
            Stamp(
                era: other.era, number: other.number, effective: other.effective,
                // Any other author: own work then counts only through the context.
                author: stamp.author ^ 1))
    }
}
