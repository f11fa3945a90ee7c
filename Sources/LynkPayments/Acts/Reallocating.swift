import LynkCore

/// An admin says which invoices a payment covers; the rest of it looks for the oldest.
extension Books {
    /// - Returns: whether the pieces were possible; nothing has changed when they were not.
    mutating func reallocate(
        _ decision: Entry<DecisionField>, _ row: inout Entry<PaymentField>,
        in account: inout RetailerAccount
    ) throws -> Bool {
        let text = decision.text(.pieces)
        let pieces = ProvisionalAllocation.parse(text)
        guard !pieces.isEmpty, ProvisionalAllocation.isWellFormed(text) else { return false }
        let standing = try current(
            AllocationField.self, AllocationField.byPayment, [.key(row.key)],
            where: { $0.reference(.payment) == row.key && $0[.voidedBy].isNull })
        guard try fits(pieces, of: row, over: standing, in: &account) else { return false }
        save(row)
        for allocation in standing { try unapply(allocation, isNoted: false, in: &account) }
        row = try find(PaymentField.self, row.key) ?? row
        let placed = pieces.compactMap { piece in
            account.index(of: piece.invoice).map {
                OldestFirst.Piece(index: $0, amount: piece.amount)
            }
        }
        let total = try cover(placed, by: .payment(row.key), in: &account)
        try row.add(total, to: .applied)
        try row.add(-total, to: .unapplied)
        row[.hasCredit] = row.money(.unapplied) > 0 ? 1 : 0
        save(row)
        log(row, "REALLOCATED", to: text, reason: decision.text(.reason))
        account.creditors.insert(row.key)
        account.needsSettling = true
        try noteCredit(of: row, in: &account)
        return true
    }

    /// Never more than the payment has, nor than is open of an invoice without this payment.
    private mutating func fits(
        _ pieces: [ProvisionalAllocation], of row: Entry<PaymentField>,
        over standing: [Entry<AllocationField>], in account: inout RetailerAccount
    ) throws -> Bool {
        var total: Int64 = 0
        for piece in pieces {
            total = try sum(total, piece.amount)
            guard let index = try account.index(of: piece.invoice, in: self),
                account[index].text(.status) != InvoiceStatus.cancelled.rawValue
            else { return false }
            let own = standing.filter { $0.reference(.invoice) == piece.invoice }
                .reduce(Int64(0)) { $0 + $1.money(.amount) }
            guard piece.amount <= account[index].money(.open) + own else { return false }
        }
        return total <= row.money(.amount)
    }
}
