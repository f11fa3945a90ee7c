import LynkCore

@testable import LynkPayments

/// What payers confirm (rules 26 to 30): whose code a text is the tenant says that drew it, so no
/// code is computed here.
extension ReferenceBooks {
    /// A code with the payment that it is for, and its number on the payer's phone.
    typealias Code = (payment: RowKey, counter: Int64)

    enum CodeResult { case waiting, verified, stale, failed, repeated, replayed }
    /// What time has still to tell of a number, or has told.
    enum NumberRecord { case none, gap, unreported, claimed, reported }

    struct CodeTry {
        let payment: RowKey
        let code: String
        let receivedAt: Int64
        var result = CodeResult.waiting
        var counter: Int64?
        var record = NumberRecord.none

        var isUsed: Bool { result == .verified || result == .stale }
    }

    /// A line of the payer's phone.
    struct PhoneLine {
        let counter: Int64
        let amount: Int64
        let receivedAt: Int64
        var record = NumberRecord.unreported
        var isCompared = false
    }

    private static let gapHours: Int64 = 72

    mutating func takeAttestation(_ change: RowChange, _ fact: ReferenceFact) {
        guard change.text(AttestationField.uploadedBy) == "WORKER_UPLOAD" else {
            return takeLine(change, fact)
        }
        guard let payment = change.reference(AttestationField.payment),
            let code = change.text(AttestationField.code)
        else { return }
        tries.append(CodeTry(payment: payment, code: code, receivedAt: fact.received))
        guard payments[payment]?.posting != nil else { return }
        judge(tries.count - 1)
        react(payment)
        confirmed(payment)
    }

    /// Before a payment is booked: what came before it.
    mutating func judgeEarly(_ payment: RowKey) {
        for index in tries.indices where tries[index].payment == payment { judge(index) }
        react(payment)
    }

    private mutating func judge(_ index: Int) {
        let own = tries[index]
        guard own.result == .waiting else { return }
        if let first = tries.first(where: { $0.isUsed && $0.code == own.code }) {
            tries[index].result = first.payment == own.payment ? .repeated : .replayed
        } else if let known = codes[own.code], known.payment == own.payment {
            let age = own.receivedAt - (payments[own.payment]?.effectiveAt ?? 0)
            tries[index].result = age > 7 * 24 * Self.hour ? .stale : .verified
            tries[index].counter = known.counter
        } else {
            tries[index].result = .failed
        }
    }

    /// Axis 2, from the set of what was tried.
    func attestation(_ payment: Payment) -> String {
        if disputed.contains(payment.key) { return "DISPUTED" }
        let results = tries.filter { $0.payment == payment.key }.map(\.result)
        let order: [(CodeResult, String)] = [
            (.verified, "VERIFIED"), (.stale, "STALE"), (.replayed, "REPLAYED"),
            (.failed, "FAILED"), (.waiting, "PENDING"),
        ]
        return order.first { results.contains($0.0) }?.1 ?? "NONE"
    }

    /// What is odd about the codes of a payment; what was found once is not asked again.
    private mutating func react(_ key: RowKey) {
        guard let payment = payments[key] else { return }
        let own = tries.filter { $0.payment == key }
        let isConfirmed = own.contains { $0.result == .verified }
        for replay in own where replay.result == .replayed {
            guard
                let owner = tries.first(where: {
                    $0.isUsed && $0.code == replay.code && $0.payment != key
                })
            else { continue }
            let isNew = isNew(.attestationReplay, key, owner.payment)
            if isNew, !isConfirmed { detain(key, .attestationReplay) }
        }
        if isConfirmed { return }
        if own.contains(where: { $0.result == .failed }) { raise(.attestationFailed, key) }
        if let above = confirmsAbove, payment.amount > above, isNew(.attestationMissing, key) {
            detain(key, .attestationMissing)
        }
    }

    private mutating func isNew(_ kind: ExceptionKind, _ subjects: RowKey...) -> Bool {
        findings.insert(Finding(kind: kind, subjects: subjects.sorted())).inserted
    }

    /// Holds what no bank has.
    private mutating func detain(_ key: RowKey, _ kind: ExceptionKind) {
        guard let payment = payments[key], payment.posting != .reversed else { return }
        if payment.posting == .posted {
            if payment.isAtBank { return }
            payments[key]?.posting = .held
            takeBack(key)
        }
        payments[key]?.heldFor.insert(kind)
    }

    /// What a payment's right codes mean for others, and for what held it.
    mutating func confirmed(_ key: RowKey) {
        for index in tries.indices where tries[index].payment == key && tries[index].isUsed {
            count(index)
            for other in tries.indices
            where tries[other].result == .failed && tries[other].payment != key
                && tries[other].code == tries[index].code
            {
                tries[other].result = .replayed
                react(tries[other].payment)
            }
        }
        guard let payment = payments[key], attestation(payment) == "VERIFIED",
            payment.posting == .held
        else { return }
        let rest = payment.heldFor.subtracting([.attestationReplay, .attestationMissing])
        if rest == payment.heldFor { return }
        payments[key]?.heldFor = rest
        if rest.isEmpty { post(key) }
    }

    // MARK: numbers of the phone

    /// Rule 28: numbers right below one that nobody told of.
    private func missing(below counter: Int64) -> [Int64] {
        let seen = Set(tries.filter(\.isUsed).compactMap(\.counter) + phoneLines.map(\.counter))
        return Array(
            stride(from: counter - 1, to: 0, by: -1).prefix { !seen.contains($0) })
    }

    private mutating func count(_ index: Int) {
        guard let counter = tries[index].counter else { return }
        openGaps.remove(counter)
        if tries[index].record == .none {
            tries[index].record = missing(below: counter).isEmpty ? .reported : .gap
        }
        for line in phoneLines.indices
        where phoneLines[line].counter == counter && !phoneLines[line].isCompared {
            compare(line, tries[index].payment)
        }
    }

    private mutating func takeLine(_ change: RowChange, _ fact: ReferenceFact) {
        guard let counter = change.number(AttestationField.counter),
            !phoneLines.contains(where: { $0.counter == counter })
        else { return }
        let wasMissed = openGaps.remove(counter) != nil
        phoneLines.append(
            PhoneLine(
                counter: counter, amount: change.number(AttestationField.amount) ?? 0,
                receivedAt: fact.received))
        if let used = tries.first(where: { $0.isUsed && $0.counter == counter }) {
            compare(phoneLines.count - 1, used.payment)
        } else if wasMissed {
            claim(phoneLines.count - 1)
        }
    }

    /// Rule 30: what was reported stays booked. A line that agrees is looked at again and says
    /// the same.
    private mutating func compare(_ line: Int, _ payment: RowKey) {
        phoneLines[line].record =
            missing(below: phoneLines[line].counter).isEmpty ? .reported : .gap
        guard phoneLines[line].amount != payments[payment]?.amount else { return }
        phoneLines[line].isCompared = true
        raise(.amountMismatch, payment)
    }

    /// Rule 29.
    private mutating func claim(_ line: Int) {
        phoneLines[line].record = .claimed
        raise(.attestedNotReported, phoneShop)
    }

    /// The office's clock: what nobody told of in three days.
    mutating func seekNumbers(_ now: Int64) {
        func isOverdue(_ at: Int64) -> Bool { now - at >= Self.gapHours * Self.hour }
        for index in tries.indices
        where tries[index].record == .gap && isOverdue(tries[index].receivedAt) {
            noteGaps(below: tries[index].counter ?? 0)
            tries[index].record = .reported
        }
        for index in phoneLines.indices where isOverdue(phoneLines[index].receivedAt) {
            switch phoneLines[index].record {
            case .gap:
                noteGaps(below: phoneLines[index].counter)
                phoneLines[index].record = .reported
            case .unreported:
                noteGaps(below: phoneLines[index].counter)
                claim(index)
            default: break
            }
        }
    }

    private mutating func noteGaps(below counter: Int64) {
        for number in missing(below: counter) where knownGaps.insert(number).inserted {
            openGaps.insert(number)
            raise(.attestationGap, phoneShop)
        }
    }
}
