import LynkCore

/// Rules 21 to 24 and 36: clocks, closed days, late arrivals and the dates on cheques.
extension Books {
    private static let ahead: Int64 = 5 * 60_000

    /// When a payment counts: not before the hub time that its device had seen, nor after receipt.
    func effectiveMoment(of row: Entry<PaymentField>) -> Int64 {
        let seen = row[.serverToken].integerValue ?? 0
        return min(
            max(submission.effective.milliseconds, seen), submission.received.milliseconds)
    }

    mutating func clocks(_ row: Entry<PaymentField>) throws -> [Finding] {
        var findings: [Finding] = []
        let claimed = row[.claimedAt].integerValue ?? submission.effective.milliseconds
        let received = submission.received.milliseconds
        if let token = row[.serverToken].integerValue, claimed < token {
            let isHabit = try backdatings(by: row) >= 2
            findings.append(Finding(kind: .clockBackdated, severity: isHabit ? .security : nil))
        }
        if claimed > received, claimed - received > Self.ahead {
            findings.append(Finding(kind: .clockAhead))
        }
        if row[.isLate] == 1 {
            findings.append(Finding(kind: .lateAfterClose, detail: row.text(.effectiveDay)))
        }
        let stop = max(try policy().money(.stopHours), 0).multipliedReportingOverflow(by: 3_600_000)
        if !stop.overflow, received - row.money(.effectiveAt) > stop.partialValue {
            findings.append(Finding(kind: .staleSync))
        }
        return findings
    }

    /// Rule 21: how often the worker's clock was set back in the thirty days before.
    private func backdatings(by row: Entry<PaymentField>) throws -> Int {
        let since = submission.received.milliseconds - 30 * 86_400_000
        return try scan(
            ExceptionField.self, ExceptionField.byWorker,
            [.text(ExceptionKind.clockBackdated.rawValue), row[.worker]]
        ).filter { $0.money(.openedAt) > since }.count
    }

    /// Rule 23: the first day from this one on that is not closed, for everybody or this worker.
    func openDay(from day: CivilDay, worker: RowKey?) throws -> CivilDay {
        var open = day
        // A year of closed days ahead is a slip of the office; the payment is booked all the same.
        for _ in 0..<366 {
            let text = open.description
            let closes = try current(
                DayCloseField.self, DayCloseField.byDay, [.text(text)],
                where: { $0.text(.day) == text && $0.money(.reopened) == 0 })
            let isClosed = closes.contains {
                $0[.worker].isNull || $0.reference(.worker) == worker
            }
            if !isClosed { return open }
            open = open.adding(days: 1)
        }
        return open
    }

    /// Rule 36: a cheque of a later day, or one that no bank takes any more.
    func cheque(_ row: Entry<PaymentField>) -> [Finding] {
        guard row.text(.method) == PaymentMethod.cheque.rawValue, let date = row.chequeDay,
            let day = CivilDay(row.text(.effectiveDay))
        else { return [] }
        if date > day { return [Finding(kind: .chequePostdated, detail: date.description)] }
        return day > date.chequeEnd
            ? [Finding(kind: .chequeStale, detail: date.description)] : []
    }
}
