import LynkCore

@testable import LynkPayments

/// Lines of a statement, and what is due when the office's clock strikes (rules 36, 39, 40).
extension ReferenceBooks {
    struct BankLine {
        let number: String
        let amount: Int64
        var payment: RowKey?
    }

    /// A line proves the one payment that claims its number, if the amounts are the same.
    mutating func takeBankLine(_ change: RowChange) {
        guard lines[change.key] == nil, let amount = change.number(BankLineField.amount) else {
            return
        }
        lines[change.key] = BankLine(
            number: change.text(BankLineField.utr) ?? "", amount: amount)
        prove(change.key)
    }

    private mutating func prove(_ line: RowKey) {
        guard let known = lines[line], known.payment == nil, known.number.count >= 12 else {
            return
        }
        let claimants = payments.values.filter {
            instrument($0) == "transfer \(known.number)" && $0.posting != nil
        }
        guard claimants.count == 1, let payment = claimants.first, payment.posting == .posted,
            payment.amount == known.amount
        else { return }
        match(line, payment.key)
    }

    /// What the statement said before its payment came here.
    mutating func proveLate(_ payment: RowKey) {
        for line in lines.keys.sorted()
        where payments[payment].flatMap(instrument) == "transfer \(lines[line]?.number ?? "")" {
            prove(line)
        }
    }

    /// A person says whose line it is: the bank got the money once.
    mutating func takeBankMatch(_ change: RowChange) {
        guard let line = change.reference(BankMatchField.line), lines[line] != nil,
            let payment = change.reference(BankMatchField.payment),
            lines[line]?.payment != payment
        else { return }
        match(line, payment)
    }

    private mutating func match(_ line: RowKey, _ key: RowKey) {
        guard let known = lines[line], let payment = payments[key],
            payment.amount == known.amount, [.upi, .bank].contains(payment.method),
            [.claimed, .notFound].contains(payment.settlement),
            payment.posting == .posted || payment.posting == .held
        else { return }
        let rivals = payments.values.filter { other in
            other.key != key && other.posting == .posted
                && (other.key == known.payment
                    || (instrument(other) != nil && instrument(other) == instrument(payment)))
        }
        for rival in rivals.sorted(by: { $0.key < $1.key }) { reverse(rival.key) }
        if payment.posting == .held {
            payments[key]?.isReleased = true
            payments[key]?.heldFor = []
            post(key)
        }
        payments[key]?.settlement = .matched
        lines[line]?.payment = key
    }

    /// The hub's own clock judges.
    mutating func strike(_ fact: ReferenceFact) {
        let today = CivilDay(milliseconds: fact.received)
        for payment in payments.values.sorted(by: { $0.key < $1.key }) {
            if [.initiated, .otpSent].contains(payment.lifecycle),
                fact.received - payment.bornAt > 30 * 60_000
            {
                payments[payment.key]?.lifecycle = .expired
                payments[payment.key]?.hasExpired = true
            }
            if payment.posting == .posted, payment.settlement == .claimed,
                today.daysSince1970 > payment.effectiveDay.daysSince1970 + 7
            {
                payments[payment.key]?.settlement = .notFound
                raise(.upiNotFound, payment.key)
            }
            if payment.method == .cheque, let date = payment.chequeDate,
                payment.settlement == .inHand, today > Self.lastDay(date)
            {
                payments[payment.key]?.settlement = .stale
                raise(.chequeStale, payment.key)
            }
        }
        for (key, proof) in proofs
        where proof.isMissing && fact.received - proof.at > 24 * Self.hour
            && payments[proof.payment] != nil
        {
            raise(.proofMissing, key)
        }
        seekNumbers(fact.received)
    }

    struct Proof {
        let payment: RowKey
        let at: Int64
        var isMissing: Bool
    }

    mutating func takeProof(_ change: RowChange, _ fact: ReferenceFact) {
        if let payment = change.reference(ProofFileField.payment), proofs[change.key] == nil {
            proofs[change.key] = Proof(payment: payment, at: fact.effective, isMissing: true)
        }
        if change.text(ProofFileField.state) == "STORED" { proofs[change.key]?.isMissing = false }
    }
}
