import LynkCore

/// Cash that changes hands inside the tenant, days that are counted, and devices that report.
extension Books {
    /// Rule 37: what was counted on the spot is booked at once, else when it is counted.
    mutating func handover(_ change: RowChange) throws {
        guard let fact = try find(HandoverField.self, change.key) else { return }
        if fact.money(.position) == 0, let counted = fact[.counted].integerValue {
            try accept(fact, HandoverReceipt(counted: counted, by: actor, slip: fact.text(.slip)))
        }
        let waiting = try counts(of: fact.key, .waiting)
        for count in waiting.sorted(by: {
            ($0.money(.position), $0.key) < ($1.money(.position), $1.key)
        }) {
            try judge(count, of: fact.key)
        }
    }

    /// The first count of a handover in the hub's order stands; another is kept and flagged.
    mutating func handoverCount(_ change: RowChange) throws {
        guard var count = try find(HandoverCountField.self, change.key),
            count.text(.outcome).isEmpty, let handover = count.reference(.handover)
        else { return }
        count[.position] = .integer(submission.position)
        try judge(count, of: handover)
    }

    private mutating func judge(
        _ count: Entry<HandoverCountField>, of handover: RowKey
    ) throws {
        var count = count
        var outcome = FactOutcome.waiting
        if let fact = try find(HandoverField.self, handover) {
            let receipt = HandoverReceipt(count)
            if fact.money(.position) == 0 {
                outcome = .applied
                try accept(fact, receipt)
            } else {
                outcome = try isSame(receipt, as: fact) ? .moot : .flagged
                try noteShort(fact, receipt)
            }
        }
        count[.outcome] = .text(outcome.rawValue)
        save(count)
    }

    private func isSame(
        _ receipt: HandoverReceipt, as fact: Entry<HandoverField>
    ) throws -> Bool {
        let standing = try counts(of: fact.key, .applied).first.map { HandoverReceipt($0).missing }
        return try receipt.counted == sum(fact.money(.cash), fact.money(.difference))
            && Set(receipt.missing) == Set(standing ?? [])
    }

    private func counts(
        of handover: RowKey, _ outcome: FactOutcome
    ) throws -> [Entry<HandoverCountField>] {
        try current(
            HandoverCountField.self, HandoverCountField.byHandover, [.key(handover)],
            where: {
                $0.reference(.handover) == handover && $0.text(.outcome) == outcome.rawValue
            })
    }

    /// Books what was said as handed over, and the difference to what was counted to the worker.
    private mutating func accept(
        _ fact: Entry<HandoverField>, _ receipt: HandoverReceipt
    ) throws {
        guard let worker = fact.reference(.worker) else { return }
        var fact = fact
        let cash = fact.money(.cash)
        let isToBank = fact.text(.to) == "BANK"
        let difference = try sum(receipt.counted, -cash)
        try journal(
            .handover, about: fact.key, retailer: nil, isOnce: true,
            [
                .debit(isToBank ? .bank : .cashBox, nil, receipt.counted),
                .debit(.cashShortOver, worker, -difference),
                .credit(.cashInHand, worker, cash),
            ])
        try handedOver(cash, counted: receipt.counted, by: worker, toBank: isToBank)
        fact[.position] = .integer(submission.position)
        fact[.acceptedBy] = .key(receipt.by)
        fact[.difference] = .integer(difference)
        save(fact)
        for key in KeyText.keys(fact.text(.cheques)) where !receipt.missing.contains(key) {
            guard var row = try find(PaymentField.self, key), row.reference(.worker) == worker,
                row.text(.method) == PaymentMethod.cheque.rawValue,
                row.text(.settlement) == Settlement.inHand.rawValue
            else { continue }
            row[.handover] = .key(fact.key)
            settle(&row, as: .handedOver)
        }
        try noteShort(fact, receipt)
    }

    /// Whichever count differs from what was said raises it, so that it does not depend on which of
    /// two came first; and of two that differ from each other one differs from what was said.
    private mutating func noteShort(
        _ fact: Entry<HandoverField>, _ receipt: HandoverReceipt
    ) throws {
        let short = try sum(fact.money(.cash), -receipt.counted)
        guard short != 0 || !receipt.missing.isEmpty else { return }
        let missing = receipt.missing.isEmpty ? "" : "not there: \(KeyText.list(receipt.missing))"
        try raiseAlone(
            .cashShort, about: [fact.key], worker: fact.reference(.worker),
            detail: [receipt.slip, missing].filter { !$0.isEmpty }.joined(separator: "; "),
            amount: short)
    }

    mutating func deposit(_ change: RowChange) throws {
        guard let amount = change.value(DepositField.amount)?.integerValue else { return }
        try journal(
            .cashBanked, about: change.key, retailer: nil, isOnce: true,
            [.debit(.bank, nil, amount), .credit(.cashBox, nil, amount)])
        try banked(amount)
    }

    /// Writes down what a day came to when it was closed.
    mutating func dayClose(_ change: RowChange) throws {
        guard var close = try find(DayCloseField.self, change.key), close[.lockedBy].isNull else {
            return
        }
        close[.lockedBy] = .key(actor)
        close[.lockedAt] = .integer(submission.effective.milliseconds)
        if let worker = close.reference(.worker) {
            let day = close.text(.day)
            let totals: [(PaymentMethod, DayCloseField)] = [
                (.cash, .cash), (.cheque, .cheque), (.upi, .upi), (.bank, .bank),
            ]
            for sums in try current(
                WorkerDayField.self, WorkerDayField.byWorker, [.key(worker), .text(day)],
                where: { $0.reference(.worker) == worker && $0.text(.day) == day })
            {
                for (method, column) in totals where sums.text(.method) == method.rawValue {
                    close[column] = sums[.amount]
                }
            }
        }
        save(close)
    }

    /// Rule 31: receipts that a device says it sent, and that never came.
    mutating func deviceReport(_ change: RowChange) throws {
        guard let device = change.value(DeviceReportField.device)?.keyValue,
            let last = change.value(DeviceReportField.lastCounter)?.integerValue,
            last > 0, last <= Int64(PaymentLimits.scanRowsMax)
        else { return }
        let found = Set(
            try view.rows(
                PaymentField.table.id, index: PaymentField.byReceipt.name, equals: [.key(device)],
                limit: PaymentLimits.scanRowsMax
            ).map { Entry<PaymentField>($0).money(.receiptCounter) })
        let missing = (1...last).filter { !found.contains($0) }
        guard !missing.isEmpty else { return }
        let numbers = missing.prefix(20).map(String.init).joined(separator: " ")
        try raiseAlone(
            .deviceLogGap, about: [device],
            worker: change.value(DeviceReportField.worker)?.keyValue,
            detail: numbers, amount: 0)
    }

    /// An exception that is no shop's.
    ///
    /// - Parameter payment: what a decision about it is made on; one that was decided is open
    ///   again when the same is found anew.
    mutating func raiseAlone(
        _ kind: ExceptionKind, about subjects: [RowKey], worker: RowKey?, payment: RowKey? = nil,
        detail: String, amount: Int64
    ) throws {
        if var known = try find(ExceptionField.self, kind.key(subjects)) {
            guard let payment, known.text(.state) != ExceptionState.open.rawValue else { return }
            known[.state] = .text(ExceptionState.open.rawValue)
            known[.payment] = .key(payment)
            known[.detail] = .text(detail)
            known[.openedPosition] = .integer(submission.position)
            known[.openedAt] = .integer(submission.received.milliseconds)
            save(known)
            return review(payment, by: 1)
        }
        if let payment { review(payment, by: 1) }
        save(
            Entry(
                birth: kind.key(subjects),
                [
                    ExceptionField.kind: .text(kind.rawValue),
                    .severity: .text(kind.severity.rawValue),
                    .state: .text(ExceptionState.open.rawValue),
                    .subjects: .text(KeyText.list(subjects.sorted())),
                    .worker: worker.map(Value.key) ?? .null,
                    .payment: payment.map(Value.key) ?? .null, .detail: .text(detail),
                    .amount: .integer(amount), .openedPosition: .integer(submission.position),
                    .openedAt: .integer(submission.received.milliseconds),
                ]))
    }
}

/// What somebody received of a handover.
private struct HandoverReceipt {
    let counted: Int64
    let by: RowKey
    let slip: String
    var missing: [RowKey] = []

    init(counted: Int64, by: RowKey, slip: String) {
        self.counted = counted
        self.by = by
        self.slip = slip
    }

    init(_ count: Entry<HandoverCountField>) {
        counted = count.money(.counted)
        by = count.reference(.by) ?? count.key
        slip = count.text(.slip)
        missing = KeyText.keys(count.text(.missing))
    }
}
