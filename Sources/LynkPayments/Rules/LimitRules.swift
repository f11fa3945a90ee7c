import LynkCore

/// Rules 20 and 25: limits that are told and never stop money.
extension Books {
    /// Rule 25: cash of one shop on one day over all workers; each of them alone looks legal.
    mutating func cashOfDay(
        _ row: Entry<PaymentField>, _ account: RetailerAccount
    ) throws -> [Finding] {
        guard row.text(.method) == PaymentMethod.cash.rawValue else { return [] }
        let total = try cash(beside: row, of: account.key)
        let limit = try policy().money(.cashDayLimit)
        return limit > 0 && total >= limit
            ? [Finding(kind: .cashLimit, detail: row.text(.effectiveDay))] : []
    }

    /// Held money is in the collector's hand as well, and a shop's other names are the same shop.
    private func cash(beside row: Entry<PaymentField>, of account: RowKey) throws -> Int64 {
        var total = row.money(.amount)
        let names = try current(
            RetailerField.self, RetailerField.byAlias, [.key(account)],
            where: { $0.reference(.aliasOf) == account }
        ).map(\.key)
        for other in try ([account] + names).flatMap({
            try neighbours(of: row, days: 0...0, at: $0)
        })
        where other.text(.method) == PaymentMethod.cash.rawValue
            && other.text(.posting) != PaymentPosting.reversed.rawValue
        {
            total = try sum(total, other.money(.amount))
        }
        return total
    }

    /// One exception for a shop and a day; its amount is the day's sum.
    mutating func raiseCashLimit(
        _ finding: Finding, about row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let name = KeyText.of(account.key) + " " + finding.detail
        let key = finding.kind.key(of: name)
        let total = try cash(beside: row, of: account.key)
        if var standing = try find(ExceptionField.self, key) {
            standing[.amount] = .integer(total)
            save(standing)
            return
        }
        save(
            Entry(
                birth: key,
                [
                    ExceptionField.kind: .text(finding.kind.rawValue),
                    .severity: .text(finding.kind.severity.rawValue),
                    .state: .text(ExceptionState.open.rawValue),
                    .subjects: .text(KeyText.of(account.key)), .retailer: .key(account.key),
                    .day: .text(finding.detail), .amount: .integer(total),
                    .openedPosition: .integer(submission.position),
                    .openedAt: .integer(submission.received.milliseconds),
                ]))
        try account.retailer.add(1, to: .openExceptions)
    }

    /// Rule 20: counts against the plan of the month, where the plan has a limit.
    mutating func countPlanUsage(
        of row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        guard let plan = try find(SubscriptionField.self, tenantKey),
            plan.money(.paymentsMax) > 0
        else { return }
        let period = String(row.text(.effectiveDay).prefix(7))
        let key = RowKey.derived("plan_usage", [Array(period.utf8)])
        var usage =
            try find(PlanUsageField.self, key)
            ?? Entry(birth: key, [PlanUsageField.period: .text(period)])
        try usage.add(1, to: .payments)
        save(usage)
        guard usage.money(.payments) > plan.money(.paymentsMax) else { return }
        try raise(
            .planLimit, about: [key], payment: nil, detail: period, amount: 0, in: &account)
    }
}
