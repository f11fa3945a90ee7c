import LynkCore

/// Transfers proved by the bank's statement (axis 4 of UPI and BANK).
extension Books {
    /// A line proves the one payment that has its number and its amount; a doubt is a person's.
    mutating func bankLine(_ change: RowChange) throws {
        guard let line = try find(BankLineField.self, change.key), line[.payment].isNull else {
            return
        }
        try prove(line)
    }

    private mutating func prove(_ line: Entry<BankLineField>) throws {
        let reference = line.text(.utr).uppercased().filter { !$0.isWhitespace }
        let claimants = try claimants(of: "UTR:\(reference)", besides: nil)
        guard reference.utf8.count >= 12, claimants.count == 1, let row = claimants.first,
            row[.amount] == line[.amount],
            row.text(.posting) == PaymentPosting.posted.rawValue
        else { return }
        _ = try match(line, to: row)
    }

    /// A payment that is booked after the bank had told of it. Another one that claims the number
    /// is a doubt, which is a person's.
    mutating func proveLate(_ payment: Entry<PaymentField>) throws {
        let name = payment.text(.instrument)
        guard name.hasPrefix("UTR:"), payment.text(.posting) == PaymentPosting.posted.rawValue
        else { return }
        let number = String(name.dropFirst(4))
        let lines = try current(
            BankLineField.self, BankLineField.byUtr, [.text(number)],
            where: { $0.text(.utr) == number && $0[.payment].isNull })
        for line in lines.sorted(by: { $0.key < $1.key }) { try prove(line) }
    }

    /// A person says whose line it is; a held claimant takes the place of the booked one.
    mutating func bankMatch(_ change: RowChange) throws {
        guard var fact = try find(BankMatchField.self, change.key), fact.text(.outcome).isEmpty
        else { return }
        var outcome = FactOutcome.flagged
        if let lineKey = fact.reference(.line), let line = try find(BankLineField.self, lineKey),
            let key = fact.reference(.payment), let row = try find(PaymentField.self, key)
        {
            outcome = line.reference(.payment) == key ? .moot : try match(line, to: row)
        }
        fact[.outcome] = .text(outcome.rawValue)
        save(fact)
    }

    private mutating func match(
        _ line: Entry<BankLineField>, to payment: Entry<PaymentField>
    ) throws -> FactOutcome {
        var row = payment
        guard row[.amount] == line[.amount],
            [PaymentMethod.upi.rawValue, PaymentMethod.bank.rawValue].contains(row.text(.method)),
            [Settlement.claimed.rawValue, Settlement.notFound.rawValue].contains(
                row.text(.settlement)),
            PaymentPosting(rawValue: row.text(.posting)).map({ $0 != .reversed }) ?? false,
            let retailer = row.reference(.retailer)
        else { return .flagged }
        try displace(row, from: line)
        guard var account = try account(of: retailer) else { return .flagged }
        row = try find(PaymentField.self, row.key) ?? row
        if row.text(.posting) == PaymentPosting.held.rawValue {
            try release(&row, in: &account)
            try resolveAll(of: row.key, "MATCHED", by: actor, in: &account)
            try resolveInstrument(row.text(.instrument), in: &account)
        }
        let asset = asset(of: row, row.money(.amount))
        try journal(
            .bankMatched, about: row.key, retailer: account.key, isOnce: false,
            [
                .debit(.bank, nil, row.money(.amount)),
                .credit(asset.account, asset.party, row.money(.amount)),
            ])
        row[.bankLine] = .key(line.key)
        settle(&row, as: .matched)
        try resolve(.upiNotFound, of: row.key, as: .autoResolved, "MATCHED", in: &account)
        var proved = line
        proved[.payment] = .key(row.key)
        save(proved)
        put(account)
        return .applied
    }

    /// Reverses whoever is booked on the same instrument or line: the bank got it once.
    private mutating func displace(
        _ row: Entry<PaymentField>, from line: Entry<BankLineField>
    ) throws {
        var rivals = try claimants(of: row.text(.instrument), besides: row.key)
        if let key = line.reference(.payment), !rivals.contains(where: { $0.key == key }),
            let former = try find(PaymentField.self, key)
        {
            rivals.append(former)
        }
        for var rival in rivals where rival.text(.posting) == PaymentPosting.posted.rawValue {
            guard let retailer = rival.reference(.retailer),
                var account = try account(of: retailer)
            else { continue }
            try reverse(&rival, in: &account)
            try settle(&account)
            put(account)
        }
    }

    private mutating func resolveInstrument(
        _ name: String, in account: inout RetailerAccount
    ) throws {
        let key = ExceptionKind.instrumentReused.key(of: name)
        guard let note = try find(ExceptionField.self, key),
            note.text(.state) == ExceptionState.open.rawValue
        else { return }
        try end(note, as: .resolved, "MATCHED", by: actor, in: &account)
    }
}
