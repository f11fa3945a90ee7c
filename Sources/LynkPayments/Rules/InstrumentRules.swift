import LynkCore

/// Rules 7 to 10: a transfer or a cheque pays once.
extension Books {
    /// Rules 7 and 10: the first in the log is booked, every later claimant is held.
    func instrument(_ row: Entry<PaymentField>) throws -> [Finding] {
        let name = row.text(.instrument)
        let others = try claimants(of: name, besides: row.key)
        guard let first = others.first else { return [] }
        let isForeign = others.contains { $0[.retailer] != row[.retailer] }
        // One that was typed again and comes after this one gives up its place to it, so that no
        // order of arrival holds one claimant more (P6).
        let copies = try displaced(by: row)
        let takesPlace = copies.contains {
            $0.text(.instrument) == name && $0.text(.posting) == PaymentPosting.posted.rawValue
                && isWithdrawable($0)
        }
        let rest = others.filter { other in !copies.contains { $0.key == other.key } }
        return [
            Finding(
                kind: .instrumentReused, holds: !takesPlace && !rest.isEmpty, rival: first.key,
                instrument: name,
                severity: isForeign ? .security : nil)
        ]
    }

    /// Completed payments with this instrument, first of the log first.
    func claimants(
        of instrument: String, besides key: RowKey?
    ) throws -> [Entry<PaymentField>] {
        if instrument.isEmpty { return [] }
        return try current(
            PaymentField.self, PaymentField.byInstrument, [.text(instrument)],
            where: {
                $0.key != key && $0.text(.instrument) == instrument && !$0.text(.posting).isEmpty
            }
        ).sorted { ($0.money(.postedPosition), $0.key) < ($1.money(.postedPosition), $1.key) }
    }

    /// Rule 8: four digits are no identity, so both are booked.
    func lastFour(_ row: Entry<PaymentField>) throws -> [Finding] {
        guard let digits = row.last4 else { return [] }
        return try neighbours(of: row, days: 0...0)
            .filter { $0.last4 == digits && $0[.amount] == row[.amount] }
            .map { Finding(kind: .sameLast4, rival: $0.key, detail: digits) }
    }

    /// One exception for each instrument, with everybody who claimed it.
    mutating func raiseInstrument(
        _ finding: Finding, about row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let key = finding.kind.key(of: finding.instrument)
        let claimants =
            [row.key]
            + (try claimants(of: finding.instrument, besides: row.key))
            .map(\.key)
        let severity = finding.severity ?? finding.kind.severity
        guard var standing = try find(ExceptionField.self, key) else {
            save(
                Entry(
                    birth: key,
                    [
                        ExceptionField.kind: .text(finding.kind.rawValue),
                        .severity: .text(severity.rawValue),
                        .state: .text(ExceptionState.open.rawValue),
                        .subjects: .text(KeyText.list(claimants.sorted())),
                        .retailer: .key(account.key), .payment: .key(row.key),
                        .rival: finding.rival.map(Value.key) ?? .null,
                        .instrument: .text(finding.instrument), .amount: row[.amount],
                        .worker: row[.worker], .openedPosition: .integer(submission.position),
                        .openedAt: .integer(submission.received.milliseconds),
                    ]))
            try account.retailer.add(1, to: .openExceptions)
            for claimant in claimants { review(claimant, by: 1) }
            return
        }
        let before = KeyText.keys(standing.text(.subjects))
        standing[.subjects] = .text(KeyText.list(Set(before + claimants).sorted()))
        if severity == .security { standing[.severity] = .text(severity.rawValue) }
        save(standing)
        if standing.text(.state) == ExceptionState.open.rawValue, !before.contains(row.key) {
            review(row.key, by: 1)
        }
    }

    /// Rule 9: another tenant, which is not named, knows the instrument too.
    mutating func instrumentAlert(_ change: RowChange) throws {
        guard let name = change.value(InstrumentAlertField.instrument)?.textValue else { return }
        for var row in try claimants(of: name, besides: nil) {
            guard let retailer = row.reference(.retailer), var account = try account(of: retailer)
            else { continue }
            if row.text(.posting) == PaymentPosting.posted.rawValue,
                row.text(.settlement) != Settlement.matched.rawValue
            {
                try withdraw(&row, for: .instrumentReusedElsewhere, in: &account)
            }
            try raise(
                Finding(kind: .instrumentReusedElsewhere, holds: true, instrument: name),
                about: row, in: &account)
            put(account)
        }
    }
}
