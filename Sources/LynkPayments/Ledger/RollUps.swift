import LynkCore

/// Sums per worker, day and method, and per area and day, in the transaction of what they sum.
extension Books {
    mutating func rollUp(
        _ row: Entry<PaymentField>, from before: PaymentPosting?, to after: PaymentPosting
    ) throws {
        let amount = row.money(.amount)
        try rollWorker(row, amount, from: before, to: after)
        guard row.reference(.area) != nil else { return }
        if after == .posted {
            try rollArea(row, amount, count: 1)
        } else if before == .posted {
            try rollArea(row, -amount, count: -1)
        }
    }

    private mutating func rollWorker(
        _ row: Entry<PaymentField>, _ amount: Int64, from before: PaymentPosting?,
        to after: PaymentPosting
    ) throws {
        guard let worker = row.reference(.worker) else { return }
        let day = row.text(.businessDay)
        let method = row.text(.method)
        let key = RowKey.derived(
            "worker_day", [worker.bytes, Array(day.utf8), Array(method.utf8)])
        var sums =
            try find(WorkerDayField.self, key)
            ?? Entry(
                birth: key,
                [WorkerDayField.worker: .key(worker), .day: .text(day), .method: .text(method)])
        if let before {
            try sums.add(-amount, to: WorkerDayField(before))
        } else {
            try sums.add(1, to: .count)
        }
        try sums.add(amount, to: WorkerDayField(after))
        save(sums)
    }

    private mutating func rollArea(
        _ row: Entry<PaymentField>, _ amount: Int64, count: Int64
    ) throws {
        guard let area = row.reference(.area) else { return }
        let day = row.text(.businessDay)
        let key = RowKey.derived("area_day", [area.bytes, Array(day.utf8)])
        var sums =
            try find(AreaDayField.self, key)
            ?? Entry(birth: key, [AreaDayField.area: .key(area), .day: .text(day)])
        try sums.add(count, to: .count)
        try sums.add(amount, to: .amount)
        save(sums)
    }
}

extension WorkerDayField {
    /// The column that has payments of this standing.
    init(_ posting: PaymentPosting) {
        switch posting {
        case .posted: self = .amount
        case .held: self = .held
        case .reversed: self = .reversed
        }
    }
}
