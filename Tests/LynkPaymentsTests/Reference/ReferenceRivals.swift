import LynkCore

@testable import LynkPayments

/// Rules that look at two payments: what both expected, used or told twice.
extension ReferenceBooks {
    /// Booked payments but this one, in the order of the log.
    private func others(_ key: RowKey) -> [(Payment, ReferenceFact)] {
        payments.values.compactMap { other in
            guard other.key != key, let booking = other.booking else { return nil }
            return (other, booking)
        }.sorted { ($0.1.position, $0.0.key) < ($1.1.position, $1.0.key) }
    }

    /// Rule 1. Held money claims too: which of two is held may hang on the order of arrival, and
    /// what is found of causality must not (P6 of the book).
    mutating func claim(_ key: RowKey, _ fact: ReferenceFact) {
        guard let payment = payments[key] else { return }
        var seen = openAfter[fact.context]
        for (other, booking) in others(key)
        where booking.author == fact.author && booking.position > fact.context {
            for (invoice, part) in other.claims {
                seen[invoice] = max(seen[invoice, default: 0] - part, 0)
            }
        }
        let claims =
            payment.stated.isEmpty
            ? split(
                payment.amount, of: account(payment.retailer), intent: payment.intent, over: seen)
            : payment.stated
        payments[key]?.claims = claims
        payments[key]?.confirmedOpen = openAfter[fact.context]
        for invoice in claims.keys { contest(invoice) }
    }

    /// A pair contests an invoice when it expected more together than was open before either; what
    /// payments expected that were concurrent with both counts with it.
    private mutating func contest(_ invoice: RowKey) {
        let rivals = payments.values.compactMap { payment in
            payment.booking.flatMap { booking in
                payment.claims[invoice].map { (payment: payment, by: booking, part: $0) }
            }
        }
        let isConcurrent = { (left: ReferenceFact, right: ReferenceFact) in
            left.position != right.position && !left.knows(right) && !right.knows(left)
        }
        for left in rivals {
            for right in rivals
            where left.payment.key < right.payment.key && isConcurrent(left.by, right.by)
                && left.payment.worker != right.payment.worker
                && !isOneInstrument(left.payment, right.payment)
            {
                let third = rivals.filter {
                    isConcurrent($0.by, left.by) && isConcurrent($0.by, right.by)
                }
                // What is told of one transfer or cheque is money once.
                var told: [String: Int64] = [:]
                for rival in third + [left, right] {
                    let name = instrument(rival.payment) ?? "cash \(rival.payment.key)"
                    told[name] = max(told[name] ?? 0, rival.part)
                }
                let sum = told.values.reduce(0, +)
                if sum > open(invoice, left, right) {
                    raise(.concurrentSameInvoice, left.payment.key, right.payment.key)
                }
            }
        }
    }

    private typealias Rival = (payment: Payment, by: ReferenceFact, part: Int64)

    /// What was open before either: as the better informed of the two had it confirmed, less what
    /// either had collected itself since and the better informed did not know.
    private func open(_ invoice: RowKey, _ left: Rival, _ right: Rival) -> Int64 {
        func base(_ rival: Rival) -> Int64 {
            rival.payment.confirmedOpen[invoice, default: 0]
        }
        let isLeft = (base(left), left.payment.key) < (base(right), right.payment.key)
        let (wide, other) = isLeft ? (left, right) : (right, left)
        func own(_ rival: Rival) -> [(Payment, ReferenceFact)] {
            others(rival.payment.key).filter { _, booking in
                booking.author == rival.by.author && booking.position > rival.by.context
                    && booking.position < rival.by.position
            }
        }
        let unheard = own(other).filter { !wide.by.knows($0.1) }
        return (own(wide) + unheard).reduce(base(wide)) {
            $0 - $1.0.claims[invoice, default: 0]
        }
    }

    private func isOneInstrument(_ left: Payment, _ right: Payment) -> Bool {
        instrument(left) != nil && instrument(left) == instrument(right)
    }

    /// Rule 6: the same money told twice by two installations of one worker. The later one is
    /// held, and of two that did not know of each other the one with the greater key.
    ///
    /// - Returns: what this one came before, and whether it was posted.
    mutating func retyped(_ key: RowKey, _ fact: ReferenceFact) -> [RowKey: Bool] {
        guard let payment = payments[key] else { return [:] }
        var copies: [RowKey: Bool] = [:]
        for (other, booking) in others(key) {
            guard other.worker == payment.worker, other.retailer == payment.retailer,
                other.amount == payment.amount, other.method == payment.method,
                other.reference == payment.reference, other.install != payment.install,
                abs(other.effectiveAt - payment.effectiveAt) <= 24 * Self.hour
            else { continue }
            raise(.suspectRetyped, key, other.key)
            let isSecond = fact.knows(booking) || (!booking.knows(fact) && other.key < key)
            if isSecond {
                payments[key]?.heldFor.insert(.suspectRetyped)
            } else if !other.isReleased {
                copies[other.key] = other.posting == .posted && !other.isAtBank
                payments[other.key]?.heldFor.insert(.suspectRetyped)
                // What a bank has is not held any more.
                if other.posting == .posted, !other.isAtBank {
                    payments[other.key]?.posting = .held
                    takeBack(other.key)
                }
            }
        }
        return copies
    }

    /// What must not be used twice (rules 7 and 10).
    func instrument(_ payment: Payment) -> String? {
        switch payment.method {
        case .cash: nil
        case .upi, .bank: payment.reference.count >= 12 ? "transfer \(payment.reference)" : nil
        case .cheque:
            payment.reference.isEmpty
                ? nil : "cheque \(payment.bank) \(payment.reference) \(payment.retailer)"
        }
    }

    /// The first of the log is posted, later ones wait; one finding names all claimants. A copy
    /// gives up its place.
    mutating func instrument(_ key: RowKey, beside copies: [RowKey: Bool]) {
        guard let payment = payments[key], let name = instrument(payment) else { return }
        // One that was reversed claims too: whoever reversed it should look at the next.
        let rivals = others(key).map(\.0).filter { instrument($0) == name }
        if rivals.isEmpty { return }
        claimants[name, default: []].formUnion(rivals.map(\.key) + [key])
        let takesPlace = rivals.contains { copies[$0.key] == true }
        if !takesPlace, rivals.contains(where: { copies[$0.key] == nil }) {
            payments[key]?.heldFor.insert(.instrumentReused)
        }
    }

    /// Rule 8: four digits are no identity.
    mutating func lastFour(_ payment: Payment) {
        guard [.upi, .bank].contains(payment.method), payment.reference.count == 4 else { return }
        for (other, _) in others(payment.key)
        where [.upi, .bank].contains(other.method) && other.reference == payment.reference
            && other.retailer == payment.retailer && other.amount == payment.amount
            && other.effectiveDay == payment.effectiveDay
        {
            raise(.sameLast4, payment.key, other.key)
        }
    }

    /// Rule 25: all cash of a shop on a day, whoever collected it and whatever became of it but a
    /// reversal.
    mutating func cashOfDay(_ payment: Payment) {
        guard payment.method == .cash else { return }
        let sum = payments.values.filter {
            $0.method == .cash && $0.booking != nil && $0.posting != .reversed
                && account($0.retailer) == account(payment.retailer)
                && $0.effectiveDay == payment.effectiveDay
        }.reduce(0) { $0 + $1.amount }
        if sum >= Self.cashDayLimit { raise(.cashLimit, account(payment.retailer)) }
    }

    /// Its allocations are taken back; what they opened is for others' credit.
    mutating func takeBack(_ key: RowKey) {
        uncover(key)
        pieces.removeAll { $0.payment == key }
        if let payment = payments[key] { applyCredit(of: account(payment.retailer)) }
    }
}
