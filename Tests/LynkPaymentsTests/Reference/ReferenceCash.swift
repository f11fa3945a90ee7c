import LynkCore

@testable import LynkPayments

/// Cash on its way, and what devices say that they sent (rules 31 and 37, P19).
extension ReferenceBooks {
    struct Handover {
        let worker: RowKey
        let said: Int64
        let cheques: [RowKey]
        let isToBank: Bool
        var counted: Int64?
    }

    /// Sums that went on, and what of them stands on payments.
    struct Pool {
        var total: Int64 = 0
        var covered: Int64 = 0
        var left: Int64 { total - covered }
    }

    mutating func takeHandover(_ change: RowChange) {
        guard handovers[change.key] == nil,
            let worker = change.reference(HandoverField.worker)
        else { return }
        handovers[change.key] = Handover(
            worker: worker, said: change.number(HandoverField.cash) ?? 0,
            cheques: KeyText.keys(change.text(HandoverField.cheques) ?? ""),
            isToBank: change.text(HandoverField.to) == "BANK")
        if let counted = change.number(HandoverField.counted) {
            accept(change.key, counted, missing: [])
        }
        for count in earlyCounts.removeValue(forKey: change.key) ?? [] { takeCount(count) }
    }

    mutating func takeCount(_ change: RowChange) {
        guard let key = change.reference(HandoverCountField.handover),
            let counted = change.number(HandoverCountField.counted)
        else { return }
        guard let handover = handovers[key] else {
            earlyCounts[key, default: []].append(change)
            return
        }
        let missing = KeyText.keys(change.text(HandoverCountField.missing) ?? "")
        if handover.counted == nil {
            accept(key, counted, missing: missing)
        } else if counted != handover.said || !missing.isEmpty {
            // It has no effect, and says all the same that something is not there.
            raise(.cashShort, key)
        }
    }

    /// The first count of the log stands.
    private mutating func accept(_ key: RowKey, _ counted: Int64, missing: [RowKey]) {
        guard let handover = handovers[key] else { return }
        handovers[key]?.counted = counted
        hands[handover.worker, default: Pool()].total += handover.said
        if handover.isToBank {
            broughtNow[handover.worker, default: 0] += handover.said
            bankPool.total += handover.said
        } else {
            // What was missing never comes to the bank; what was too much has to come first.
            bankPool.total += handover.said - counted
        }
        for cheque in handover.cheques where !missing.contains(cheque) {
            guard let payment = payments[cheque], payment.worker == handover.worker,
                payment.method == .cheque, payment.settlement == .inHand
            else { continue }
            payments[cheque]?.settlement = .handedOver
        }
        if counted != handover.said || !missing.isEmpty { raise(.cashShort, key) }
    }

    /// The end of a commit: payments go on as far as the sums reach.
    mutating func coverCash() {
        for worker in Set(payments.values.map(\.worker)).sorted() {
            for payment in waitingCash(at: .inHand, of: worker) {
                guard payment.amount <= hands[worker]?.left ?? 0 else { break }
                hands[worker]?.covered += payment.amount
                if payment.amount <= broughtNow[worker] ?? 0 {
                    broughtNow[worker]? -= payment.amount
                    bankPool.covered += payment.amount
                    payments[payment.key]?.settlement = .banked
                } else {
                    payments[payment.key]?.settlement = .handedOver
                }
            }
        }
        for payment in waitingCash(at: .handedOver, of: nil) {
            guard payment.amount <= bankPool.left else { break }
            bankPool.covered += payment.amount
            payments[payment.key]?.settlement = .banked
        }
        broughtNow = [:]
    }

    private func waitingCash(at place: Settlement, of worker: RowKey?) -> [Payment] {
        payments.values.filter {
            $0.method == .cash && $0.posting == .posted && $0.settlement == place
                && (worker == nil || $0.worker == worker)
        }.sorted { ($0.effectiveDay, $0.key) < ($1.effectiveDay, $1.key) }
    }

    /// Cash that leaves the books is in its collector's hand again, and frees what stood on it.
    mutating func uncover(_ key: RowKey) {
        guard let payment = payments[key], payment.method == .cash,
            payment.settlement == .handedOver || payment.settlement == .banked
        else { return }
        hands[payment.worker]?.covered -= payment.amount
        if payment.settlement == .banked { bankPool.covered -= payment.amount }
        payments[key]?.settlement = .inHand
    }

    /// Rule 31: receipts up to a number that the device says it sent, and that never came.
    mutating func takeReport(_ change: RowChange) {
        guard let device = change.reference(DeviceReportField.device),
            let last = change.number(DeviceReportField.lastCounter), last > 0
        else { return }
        let came = Set(
            payments.values.filter { $0.madeOn == device }.map(\.receiptCounter))
        if (1...last).contains(where: { !came.contains($0) }) { raise(.deviceLogGap, device) }
    }

    /// Where all money is by the state of each fact, without a journal.
    var balances: [String] {
        var sums: [String: Int64] = [:]
        func add(_ account: LedgerAccount, _ party: RowKey?, _ amount: Int64) {
            let name = "\(account.rawValue) \(party.map(Self.name) ?? "")"
            sums["balance \(name)", default: 0] += amount
        }
        for payment in payments.values {
            guard payment.posting == .posted else {
                if payment.posting == .held { add(.held, payment.worker, payment.amount) }
                continue
            }
            switch (payment.method, payment.settlement) {
            case (.cash, _): add(.cashInHand, payment.worker, payment.amount)
            case (.cheque, .deposited): add(.chequesClearing, nil, payment.amount)
            case (.cheque, .cleared), (_, .matched): add(.bank, nil, payment.amount)
            case (.cheque, _): add(.chequesInHand, payment.worker, payment.amount)
            case (.upi, _): add(.upiClearing, nil, payment.amount)
            case (.bank, _): add(.bankClearing, nil, payment.amount)
            }
        }
        for handover in handovers.values {
            guard let counted = handover.counted else { continue }
            add(.cashInHand, handover.worker, -handover.said)
            add(handover.isToBank ? .bank : .cashBox, nil, counted)
            add(.cashShortOver, handover.worker, handover.said - counted)
        }
        add(.bank, nil, deposited)
        add(.cashBox, nil, -deposited)
        return sums.filter { $0.value != 0 }.map { "\($0.key) \($0.value)" }
    }
}

extension Hub {
    /// The same balances out of the journal.
    var balances: [String] {
        let accounts: [LedgerAccount] = [
            .cashInHand, .chequesInHand, .chequesClearing, .upiClearing, .bankClearing, .bank,
            .cashBox, .cashShortOver, .held,
        ]
        var sums: [String: Int64] = [:]
        for line in entries(PostingField.self)
        where accounts.map(\.rawValue).contains(line.text(.account)) {
            let party = line.reference(.party).map(ReferenceBooks.name) ?? ""
            sums["balance \(line.text(.account)) \(party)", default: 0] +=
                line.money(.debit) - line.money(.credit)
        }
        return sums.filter { $0.value != 0 }.map { "\($0.key) \($0.value)" }
    }
}
