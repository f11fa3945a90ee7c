import LynkCore

/// Cash that changes hands inside the tenant, days that are counted, and devices that report.
extension Books {
    /// Rule 37: booked when somebody counted it; the difference is the worker's account.
    mutating func handover(_ change: RowChange) throws {
        guard var fact = try find(HandoverField.self, change.key),
            let worker = fact.reference(.worker), let counted = fact[.counted].integerValue,
            fact.money(.position) == 0
        else { return }
        let cash = fact.money(.cash)
        let difference = try sum(counted, -cash)
        try journal(
            .handover, about: fact.key, retailer: nil, isOnce: true,
            [
                .debit(fact.text(.to) == "BANK" ? .bank : .cashBox, nil, counted),
                .debit(.cashShortOver, worker, -difference),
                .credit(.cashInHand, worker, cash),
            ])
        fact[.position] = .integer(submission.position)
        fact[.acceptedBy] = .key(actor)
        fact[.difference] = .integer(difference)
        save(fact)
        for key in KeyText.keys(fact.text(.cheques)) {
            guard var row = try find(PaymentField.self, key), row.reference(.worker) == worker,
                row.text(.method) == PaymentMethod.cheque.rawValue,
                row.text(.settlement) == Settlement.inHand.rawValue
            else { continue }
            row[.handover] = .key(fact.key)
            settle(&row, as: .handedOver)
        }
        if difference != 0 {
            try raiseAlone(
                .cashShort, about: [fact.key], worker: worker, detail: fact.text(.slip),
                amount: -difference)
        }
    }

    mutating func deposit(_ change: RowChange) throws {
        guard let amount = change.value(DepositField.amount)?.integerValue else { return }
        try journal(
            .cashBanked, about: change.key, retailer: nil, isOnce: true,
            [.debit(.bank, nil, amount), .credit(.cashBox, nil, amount)])
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
    mutating func raiseAlone(
        _ kind: ExceptionKind, about subjects: [RowKey], worker: RowKey?, detail: String,
        amount: Int64
    ) throws {
        if try find(ExceptionField.self, kind.key(subjects)) != nil { return }
        save(
            Entry(
                birth: kind.key(subjects),
                [
                    ExceptionField.kind: .text(kind.rawValue),
                    .severity: .text(kind.severity.rawValue),
                    .state: .text(ExceptionState.open.rawValue),
                    .subjects: .text(KeyText.list(subjects.sorted())),
                    .worker: worker.map(Value.key) ?? .null, .detail: .text(detail),
                    .amount: .integer(amount), .openedPosition: .integer(submission.position),
                    .openedAt: .integer(submission.received.milliseconds),
                ]))
    }
}
