import LynkCore

extension Books {
    /// Every anomaly of a completed payment that does not depend on how it is applied.
    ///
    /// The rules are asked in the order of their numbers; each says what it found and whether the
    /// money has to wait. None of them refuses a fact.
    mutating func screen(
        _ row: Entry<PaymentField>, in account: RetailerAccount
    ) throws -> [Finding] {
        var findings = try retyped(row)
        findings += try instrument(row)
        findings += try lastFour(row)
        findings += cancelled(row)
        findings += try assignment(row, account)
        findings += try activity(row, account)
        findings += try deviceRevoked(row)
        findings += try lapsed(row)
        findings += try clocks(row)
        findings += cheque(row)
        findings += try cashOfDay(row, account)
        findings += try confirmation(row)
        return findings
    }

    /// Raises what a rule found about a payment.
    mutating func raise(
        _ finding: Finding, about row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        if finding.kind == .cashLimit {
            return try raiseCashLimit(finding, about: row, in: &account)
        }
        if !finding.instrument.isEmpty {
            return try raiseInstrument(finding, about: row, in: &account)
        }
        try raise(
            finding.kind, about: [row.key] + [finding.rival].compactMap { $0 }, payment: row.key,
            rival: finding.rival, detail: finding.detail, amount: row.money(.amount),
            severity: finding.severity, in: &account)
    }

    /// Other completed payments of a shop on the days around this one.
    func neighbours(
        of row: Entry<PaymentField>, days: ClosedRange<Int>, at shop: RowKey? = nil
    ) throws -> [Entry<PaymentField>] {
        guard let day = CivilDay(row.text(.effectiveDay)),
            let retailer = shop ?? row.reference(.retailer)
        else { return [] }
        return try days.flatMap { shift in
            let text = day.adding(days: shift).description
            return try current(
                PaymentField.self, PaymentField.byRetailerDay, [.key(retailer), .text(text)],
                where: {
                    $0.key != row.key && $0.reference(.retailer) == retailer
                        && $0.text(.effectiveDay) == text && !$0.text(.posting).isEmpty
                })
        }
    }
}
