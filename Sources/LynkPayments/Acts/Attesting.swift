import LynkCore

/// Axis 2: what payers confirmed, judged in the order of the log (the book's N8).
///
/// What stands of a payment in the end follows from the set of its confirmations and not from
/// their order, but for tries that a lock cut off: guessing has an order.
extension Books {
    /// Judges a confirmation, or keeps it until its payment is booked.
    mutating func attestation(_ change: RowChange) throws {
        guard var fact = try find(AttestationField.self, change.key), change.kind == .insert,
            fact.text(.result).isEmpty
        else { return }
        note(&fact)
        if fact.text(.uploadedBy) == AttestationSource.hub.rawValue { return try issueCode(fact) }
        if isLine(fact) { return try phoneLine(fact) }
        guard let key = fact.reference(.payment), var row = try find(PaymentField.self, key),
            !row.text(.posting).isEmpty, let retailer = row.reference(.retailer),
            var account = try account(of: retailer)
        else {
            fact[.result] = .text(AttestationResult.waiting.rawValue)
            save(fact)
            if let key = fact.reference(.payment), var row = try find(PaymentField.self, key),
                row[.retailer] == fact[.retailer]
            {
                try setAttestation(&row)
            }
            return
        }
        try judge(fact, of: row)
        try setAttestation(&row)
        try react(to: &row, in: &account)
        try confirmed(&row, in: &account)
        put(account)
    }

    private func note(_ fact: inout Entry<AttestationField>) {
        fact[.position] = .integer(submission.position)
        fact[.receivedAt] = .integer(submission.received.milliseconds)
    }

    /// Before a payment is booked: everything that was confirmed of it and is not judged yet.
    mutating func judgeWaiting(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let facts = try attestations(of: row.key).filter {
            ["", AttestationResult.waiting.rawValue].contains($0.text(.result)) && !isLine($0)
                && $0.text(.uploadedBy) != AttestationSource.hub.rawValue
        }
        for fact in facts.sorted(by: {
            ($0.money(.position), $0.key) < ($1.money(.position), $1.key)
        }) {
            var fact = fact
            if fact.text(.result).isEmpty { note(&fact) }
            try judge(fact, of: row)
        }
        try compareLines(with: row, in: &account)
        try setAttestation(&row)
    }

    /// Gives a confirmation its result; no money moves.
    mutating func judge(
        _ fact: Entry<AttestationField>, of row: Entry<PaymentField>
    ) throws {
        var fact = fact
        let isOnline = fact.text(.kind) == AttestationKind.onlineCode.rawValue
        let verdict = try isOnline ? tryCode(fact, of: row) : verdict(on: fact, of: row)
        fact[.result] = .text(verdict.result.rawValue)
        fact[.matchedVersion] = verdict.keyVersion.map(Value.integer) ?? .null
        fact[.matchedCounter] = verdict.counter.map(Value.integer) ?? .null
        save(fact)
        try countWrong(verdict, fact, of: row)
    }

    private func verdict(
        on fact: Entry<AttestationField>, of row: Entry<PaymentField>
    ) throws -> AttestationVerdict {
        guard let secret, let retailer = row.reference(.retailer) else {
            return AttestationVerdict(result: .noKey)
        }
        guard let statement = PaymentStatement(row, tenant: tenantKey) else {
            return AttestationVerdict(result: .failed)
        }
        // So many that nobody typed them: none is judged any more, and the money is booked.
        guard let others = try attestations(at: retailer) else {
            return AttestationVerdict(result: .keyLocked)
        }
        return AttestationJudge(
            books: self, secret: secret, row: row, others: others,
            keys: try retailerKeys(of: retailer), statement: statement
        ).verdict(on: fact)
    }

    // MARK: what follows

    /// Rules 26 and 27, from what stands of the payment's confirmations.
    mutating func confirmation(_ row: Entry<PaymentField>) throws -> [Finding] {
        let facts = try attestations(of: row.key)
        let results = Set(facts.compactMap { AttestationResult(rawValue: $0.text(.result)) })
        let isConfirmed = results.contains(where: \.confirms)
        var findings: [Finding] = []
        for fact in facts where fact.text(.result) == AttestationResult.replayed.rawValue {
            guard let owner = try owner(of: fact) else { continue }
            findings.append(
                Finding(
                    kind: .attestationReplay, holds: !isConfirmed, rival: owner,
                    detail: KeyText.of(fact.key)))
        }
        guard !isConfirmed else { return findings }
        if results.contains(.failed) {
            findings.append(Finding(kind: .attestationFailed))
        } else if results.contains(.keyRevoked) {
            findings.append(
                Finding(
                    kind: .attestationFailed, detail: AttestationResult.keyRevoked.rawValue,
                    severity: .security))
        }
        if try needsConfirmation(row) {
            findings.append(Finding(kind: .attestationMissing, holds: true))
        }
        return findings
    }

    /// Whether the tenant's policy lets no money of this amount in without the payer's word.
    private mutating func needsConfirmation(_ row: Entry<PaymentField>) throws -> Bool {
        let policy = try policy()
        return policy.text(.attestation) == "ALWAYS"
            && row.money(.amount) > policy.money(.attestationAbove)
    }

    /// What a confirmation of a payment that is booked already changes.
    mutating func react(
        to row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        for finding in try confirmation(row) {
            let key = finding.kind.key([row.key] + [finding.rival].compactMap { $0 })
            // What people decided once is not asked again.
            if try find(ExceptionField.self, key) != nil { continue }
            if finding.holds { try detain(&row, for: finding.kind, in: &account) }
            save(row)
            try raise(finding, about: row, in: &account)
        }
    }

    /// Holds money that is still where it was collected, or adds a reason to what is held.
    mutating func detain(
        _ row: inout Entry<PaymentField>, for kind: ExceptionKind,
        in account: inout RetailerAccount
    ) throws {
        switch PaymentPosting(rawValue: row.text(.posting)) {
        case .posted where isWithdrawable(row):
            try withdraw(&row, for: kind, in: &account)
        case .held:
            let kinds = Set(row.text(.heldFor).split(separator: " ").map(String.init))
                .union([kind.rawValue])
            row[.heldFor] = .text(kinds.sorted().joined(separator: " "))
            save(row)
        default: break
        }
    }

    /// Takes reasons away from money that is held, and books it when none is left.
    mutating func lift(
        _ kinds: [ExceptionKind], from row: inout Entry<PaymentField>,
        in account: inout RetailerAccount
    ) throws {
        guard row.text(.posting) == PaymentPosting.held.rawValue else { return }
        let before = Set(row.text(.heldFor).split(separator: " ").map(String.init))
        let after = before.subtracting(kinds.map(\.rawValue))
        guard after != before else { return }
        if after.isEmpty { return try release(&row, in: &account) }
        row[.heldFor] = .text(after.sorted().joined(separator: " "))
        save(row)
    }

    /// What a payment's confirmations mean for others, and for what held it.
    mutating func confirmed(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        for fact in try attestations(of: row.key)
        where AttestationResult(rawValue: fact.text(.result))?.usesCounter ?? false {
            try counted(fact, in: &account)
            try displaceReplays(of: fact, in: &account)
        }
        try matchDiffering(row, in: &account)
        row = try find(PaymentField.self, row.key) ?? row
        if row.text(.attestation) == AttestationState.verified.rawValue {
            try lift([.attestationMissing, .attestationReplay], from: &row, in: &account)
            for kind in [ExceptionKind.attestationMissing, .attestationFailed] {
                try resolve(kind, of: row.key, as: .autoResolved, "confirmed", in: &account)
            }
            try tellApart(row, in: &account)
        }
        row = try find(PaymentField.self, row.key) ?? row
        try rejectCopy(&row, in: &account)
        row = try find(PaymentField.self, row.key) ?? row
    }

    /// Rule 27 in the other order: a code that was wrong for another payment was this one's.
    private mutating func displaceReplays(
        of fact: Entry<AttestationField>, in account: inout RetailerAccount
    ) throws {
        let code = fact.text(.code)
        // Codes that were asked for online are short, and equal by chance.
        guard !code.isEmpty, fact.text(.kind) != AttestationKind.onlineCode.rawValue,
            let retailer = fact.reference(.retailer),
            let all = try attestations(at: retailer)
        else { return }
        let tried = [AttestationResult.failed, .paymentLocked, .keyLocked].map(\.rawValue)
        for var other in all
        where tried.contains(other.text(.result)) && other[.payment] != fact[.payment]
            && other[.kind] == fact[.kind]
            && OneTimeCode.isEqual(other.text(.code), code)
        {
            other[.result] = .text(AttestationResult.replayed.rawValue)
            save(other)
            guard let key = other.reference(.payment), var row = try find(PaymentField.self, key),
                row[.retailer] == fact[.retailer]
            else { continue }
            try setAttestation(&row)
            if row.text(.attestation) != AttestationState.failed.rawValue {
                try resolve(
                    .attestationFailed, of: key, as: .autoResolved, "another's code",
                    in: &account)
            }
            try react(to: &row, in: &account)
            try rejectCopy(&row, in: &account)
        }
    }

    /// Case 15: the same payment typed twice with the very same code is one payment.
    private mutating func rejectCopy(
        _ row: inout Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        guard row.text(.attestation) != AttestationState.verified.rawValue else { return }
        for fact in try attestations(of: row.key)
        where fact.text(.result) == AttestationResult.replayed.rawValue {
            guard let owner = try owner(of: fact),
                let note = try find(
                    ExceptionField.self,
                    ExceptionKind.suspectRetyped.key([row.key, owner])),
                note.text(.state) == ExceptionState.open.rawValue
            else { continue }
            if row.text(.posting) == PaymentPosting.held.rawValue {
                try reject(&row, in: &account)
            }
            try endRetyped(row.key, owner, "the same code", in: &account)
            row = try find(PaymentField.self, row.key) ?? row
        }
    }

    // MARK: axis 2

    /// What all confirmations of a payment come to, whatever their order.
    mutating func setAttestation(_ row: inout Entry<PaymentField>) throws {
        let spoken: [AttestationState] = [.disputed, .upheld, .overturned]
        guard !spoken.map(\.rawValue).contains(row.text(.attestation)) else { return }
        let results = Set(
            try attestations(of: row.key)
                .compactMap { AttestationResult(rawValue: $0.text(.result)) })
        let state: AttestationState
        if results.contains(where: \.confirms) {
            state = .verified
        } else if results.contains(.keyRevoked) {
            state = .keyRevoked
        } else if results.contains(.stale) {
            state = .stale
        } else if results.contains(.replayed) {
            state = .replayed
        } else if !results.isDisjoint(with: [
            .failed, .paymentLocked, .keyLocked, .coolingDown, .expired,
        ]) {
            state = .failed
        } else if !results.isDisjoint(with: [.waiting, .noKey, .issued]) {
            state = .pending
        } else {
            state = .none
        }
        if row.text(.attestation) != state.rawValue { attest(&row, as: state) }
    }

    // MARK: rows

    func isLine(_ fact: Entry<AttestationField>) -> Bool {
        fact.text(.uploadedBy) != AttestationSource.worker.rawValue
            && fact.text(.code).isEmpty && fact[.signature].isNull && !fact[.counter].isNull
    }

    func attestations(of payment: RowKey) throws -> [Entry<AttestationField>] {
        try current(
            AttestationField.self, AttestationField.byPayment, [.key(payment)],
            where: { $0.reference(.payment) == payment })
    }

    /// Everything of a retailer; `nil` when there is more than a scan may return.
    func attestations(at retailer: RowKey) throws -> [Entry<AttestationField>]? {
        let limit = PaymentLimits.scanRowsMax
        let rows = try view.rows(
            AttestationField.table.id, index: AttestationField.byCounter.name,
            equals: [.key(retailer)], limit: limit)
        guard rows.count < limit else { return nil }
        return try rows.compactMap { try find(AttestationField.self, $0.key) }
    }

    func retailerKeys(of retailer: RowKey) throws -> [Entry<RetailerKeyField>] {
        try current(
            RetailerKeyField.self, RetailerKeyField.byRetailer, [.key(retailer)],
            where: { $0.reference(.retailer) == retailer })
    }

    /// The payment that a replayed code was for.
    private func owner(of fact: Entry<AttestationField>) throws -> RowKey? {
        guard let retailer = fact.reference(.retailer) else { return nil }
        return try attestations(at: retailer)?.first {
            let uses = AttestationResult(rawValue: $0.text(.result))?.usesCounter ?? false
            guard uses, $0[.payment] != fact[.payment] else { return false }
            if !fact.text(.code).isEmpty {
                return OneTimeCode.isEqual($0.text(.code), fact.text(.code))
            }
            return $0[.matchedVersion] == fact[.keyVersion]
                && $0[.matchedCounter] == fact[.counter]
        }?.reference(.payment)
    }

    /// The number of the payer's phone under which he confirmed a payment.
    func confirmedCounter(of payment: RowKey) throws -> PhoneCounter? {
        try attestations(of: payment).compactMap { fact in
            AttestationResult(rawValue: fact.text(.result))?.confirms ?? false
                ? PhoneCounter(fact) : nil
        }.first
    }
}
