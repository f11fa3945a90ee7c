import LynkCore

@testable import LynkPayments

/// Payments as they are said, and how they are booked.
extension ReferenceBooks {
    mutating func takePayment(_ change: RowChange, _ fact: ReferenceFact) {
        // Rule 4: the first content stands; rule 38: what is no money is no payment.
        guard payments[change.key] == nil,
            let retailer = change.reference(PaymentField.retailer), retailers.contains(retailer),
            let worker = change.reference(PaymentField.worker),
            let amount = change.number(PaymentField.amount), amount > 0,
            let method = change.text(PaymentField.method).flatMap({ PaymentMethod(rawValue: $0) })
        else { return }
        let stated = ProvisionalAllocation.parse(change.text(PaymentField.provisional) ?? "")
        let install = change.text(PaymentField.install) ?? ""
        payments[change.key] = Payment(
            key: change.key, retailer: retailer, worker: worker, amount: amount, method: method,
            reference: change.text(PaymentField.reference) ?? "",
            bank: change.text(PaymentField.bank) ?? "",
            chequeDate: change.text(PaymentField.chequeDate).flatMap { CivilDay($0) },
            claimedAt: change.number(PaymentField.claimedAt) ?? 0,
            serverToken: change.number(PaymentField.serverToken),
            install: install.isEmpty ? KeyText.of(fact.device) : install,
            intent: KeyText.keys(change.text(PaymentField.intent) ?? ""),
            stated: Dictionary(uniqueKeysWithValues: stated.map { ($0.invoice, $0.amount) }),
            madeOn: fact.device, receiptCounter: change.number(PaymentField.receiptCounter) ?? 0,
            bornAt: fact.effective)
        step(change, fact)
    }

    /// P2: the higher state stands; a cancellation that knew of the money is none.
    mutating func step(_ change: RowChange, _ fact: ReferenceFact) {
        guard let payment = payments[change.key],
            let state = change.text(PaymentField.lifecycle).flatMap({ Lifecycle(rawValue: $0) })
        else { return }
        if state == .cancelled {
            if let booking = payment.booking {
                if fact.knows(booking) { return }
                if !payment.cancels.contains(where: { booking.knows($0) }) {
                    raise(.cancelledButCollected, change.key)
                }
            }
            payments[change.key]?.cancels.append(fact)
        }
        let rank = { (state: Lifecycle) in Lifecycle.allCases.firstIndex(of: state) ?? 0 }
        if rank(state) > rank(payment.lifecycle) { payments[change.key]?.lifecycle = state }
        if state == .completed, payment.booking == nil { book(change.key, fact) }
    }

    private mutating func book(_ key: RowKey, _ fact: ReferenceFact) {
        guard var payment = payments[key] else { return }
        payment.booking = fact
        payment.order = fact.position
        payment.settlement = Settlement(payment.method)
        payments[key] = payment
        if payment.hasExpired { raise(.lateCompletion, key) }
        time(key, fact)
        cancellation(key, fact)
        authority(key, fact)
        claim(key, fact)
        let copies = retyped(key, fact)
        instrument(key, beside: copies)
        judgeEarly(key)
        guard let judged = payments[key] else { return }
        cashOfDay(judged)
        let isHeld = !judged.heldFor.isEmpty
        payments[key]?.posting = isHeld ? .held : .posted
        cheque(judged)
        if !isHeld { post(key) }
        // Rule 8 looks at what was written down, whatever becomes of it.
        lastFour(judged)
        confirmed(key)
        for (change, by) in waiting.removeValue(forKey: key) ?? [] { takeAct(change, by) }
        proveLate(key)
    }

    /// The money is the shop's: it is applied, and found out what is odd about that.
    mutating func post(_ key: RowKey) {
        payments[key]?.posting = .posted
        guard let payment = payments[key] else { return }
        // Rule 18.
        let isIgnored = payment.intent.contains { named in
            guard let invoice = invoices[named] else { return true }
            return account(invoice.retailer) != account(payment.retailer) || open(named) == 0
        }
        if isIgnored { raise(.intentIgnored, key) }
        applyCredit(of: account(payment.retailer), posting: key)
    }

    /// Rules 21 to 24.
    private mutating func time(_ key: RowKey, _ fact: ReferenceFact) {
        guard let payment = payments[key] else { return }
        // Claimed time is data; what counts is the effective time of the change set.
        let at = min(max(fact.effective, payment.serverToken ?? 0), fact.received)
        if let token = payment.serverToken, payment.claimedAt < token {
            raise(.clockBackdated, key)
        }
        if payment.claimedAt > fact.received + 300_000 { raise(.clockAhead, key) }
        payments[key]?.effectiveAt = at
        if fact.received - at > Self.stopHours * Self.hour { raise(.staleSync, key) }
        let day = CivilDay(milliseconds: at)
        var business = day
        while closes.contains(where: {
            $0.day == business && ($0.worker == nil || $0.worker == payment.worker)
        }) {
            business = CivilDay(universalDay: business.daysSince1970 + 1)
        }
        if business != day { raise(.lateAfterClose, key) }
        payments[key]?.effectiveDay = day
        payments[key]?.businessDay = business
    }

    /// Rules 11 and 12: whoever knew of one cancellation knew that it was cancelled.
    private mutating func cancellation(_ key: RowKey, _ fact: ReferenceFact) {
        guard let cancels = payments[key]?.cancels, !cancels.isEmpty else { return }
        if cancels.contains(where: { fact.knows($0) }) {
            hold(key, .completedAfterKnownCancel)
        } else {
            raise(.cancelledButCollected, key)
        }
    }

    mutating func hold(_ key: RowKey, _ kind: ExceptionKind) {
        payments[key]?.heldFor.insert(kind)
        raise(kind, key)
    }

    /// Rules 13 to 16.
    private mutating func authority(_ key: RowKey, _ fact: ReferenceFact) {
        guard let payment = payments[key] else { return }
        // Knowing it, or past the grace: the money waits.
        let isBreach = { (change: ReferenceFact) in
            fact.knows(change)
                || payment.effectiveAt > change.effective + Self.graceHours * Self.hour
        }
        if let direct = directWorkers[payment.retailer], !fact.isOffice,
            !direct.value.isEmpty, !direct.value.contains(payment.worker)
        {
            raise(.collectedByPreviousWorker, key)
            if isBreach(direct.by) { hold(key, .collectedByPreviousWorker) }
        }
        if isActive[payment.retailer]?.value == false { raise(.retailerInactive, key) }
        // What he took before it was said is in order, unless he knew.
        if let said = isActive[payment.worker], !said.value,
            fact.knows(said.by) || payment.effectiveAt > said.by.effective
        {
            raise(.workerInactive, key)
            if isBreach(said.by) { hold(key, .workerInactive) }
        }
        if let since = lostDevices[fact.device], payment.effectiveAt > since {
            hold(key, .deviceRevoked)
        }
    }

    /// Rule 36.
    private mutating func cheque(_ payment: Payment) {
        guard payment.method == .cheque, let date = payment.chequeDate else { return }
        if date > payment.effectiveDay { raise(.chequePostdated, payment.key) }
        if Self.lastDay(date) < payment.effectiveDay { raise(.chequeStale, payment.key) }
    }

    /// Three calendar months on, clamped to the month's end.
    static func lastDay(_ date: CivilDay) -> CivilDay {
        let months = date.month + 3
        let (year, month) = months > 12 ? (date.year + 1, months - 12) : (date.year, months)
        for day in stride(from: date.day, to: 0, by: -1) {
            if let found = CivilDay(year: year, month: month, day: day) { return found }
        }
        return date
    }
}
