import LynkCore

/// What a confirmation came to, and what it used.
struct AttestationVerdict {
    var result: AttestationResult
    var keyVersion: Int64?
    var counter: Int64?
    /// Whether it was judged and did not fit.
    var isWrong: Bool

    init(
        result: AttestationResult, keyVersion: Int64? = nil, counter: Int64? = nil,
        isWrong: Bool? = nil
    ) {
        self.result = result
        self.keyVersion = keyVersion
        self.counter = counter
        self.isWrong = isWrong ?? (result == .failed)
    }
}

/// Judges one confirmation of a booked payment by what the books know of its retailer.
struct AttestationJudge {
    let books: Books
    let secret: ConfirmationSecret
    let row: Entry<PaymentField>
    /// Everything that was confirmed, or tried, at this retailer.
    let others: [Entry<AttestationField>]
    let keys: [Entry<RetailerKeyField>]
    let statement: PaymentStatement

    func verdict(on fact: Entry<AttestationField>) -> AttestationVerdict {
        guard fact[.retailer] == row[.retailer] else { return AttestationVerdict(result: .failed) }
        return switch AttestationKind(rawValue: fact.text(.kind)) {
        case .offlineCode: code(fact)
        case .signature: signature(fact)
        case .paper: paper(fact)
        // Only the payer's own device or an admin may write it.
        case .tap: AttestationVerdict(result: .verified)
        case .onlineCode, nil: AttestationVerdict(result: .failed)
        }
    }

    private func code(_ fact: Entry<AttestationField>) -> AttestationVerdict {
        let check = CodeCheck(
            statement: statement, payment: row.key, code: fact.text(.code),
            effective: row.money(.effectiveAt), received: received(fact), keys: phoneKeys,
            used: used(.offlineCode), wrong: wrong(besides: fact), logged: logged)
        switch check.outcome() {
        case .verified(let version, let counter):
            return AttestationVerdict(result: .verified, keyVersion: version, counter: counter)
        case .stale(let version, let counter):
            return AttestationVerdict(result: .stale, keyVersion: version, counter: counter)
        case .keyRevoked(let version, let counter):
            return AttestationVerdict(result: .keyRevoked, keyVersion: version, counter: counter)
        case .repeated: return AttestationVerdict(result: .repeated)
        case .replayed: return AttestationVerdict(result: .replayed)
        case .failed: return AttestationVerdict(result: .failed, keyVersion: newest)
        case .paymentLocked: return AttestationVerdict(result: .paymentLocked)
        case .keyLocked(let version):
            return AttestationVerdict(result: .keyLocked, keyVersion: version)
        case .noKey: return AttestationVerdict(result: .noKey)
        }
    }

    /// A signature cannot be guessed, so a wrong one uses up no tries.
    private func signature(_ fact: Entry<AttestationField>) -> AttestationVerdict {
        guard case .blob(let bytes) = fact[.signature],
            let signed = SignedConfirmation(
                keyVersion: fact.money(.keyVersion), counter: fact.money(.counter),
                signature: bytes),
            let key = keys.first(where: { $0.money(.version) == signed.keyVersion }),
            case .blob(let raw) = key[.publicKey], let publicKey = DevicePublicKey(bytes: raw)
        else {
            let isKnown = keys.contains { $0[.version] == fact[.keyVersion] }
            return AttestationVerdict(result: isKnown ? .failed : .noKey)
        }
        guard signed.confirms(statement, by: publicKey) else {
            return AttestationVerdict(result: .failed)
        }
        let verdict = AttestationVerdict(
            result: .verified, keyVersion: signed.keyVersion, counter: signed.counter)
        if let owner = used(nil).first(where: {
            $0.keyVersion == signed.keyVersion && $0.counter == signed.counter
        }) {
            return AttestationVerdict(result: owner.payment == row.key ? .repeated : .replayed)
        }
        if signed.counter <= key.money(.floor) { return AttestationVerdict(result: .failed) }
        if let revocation = revocation(of: key), revocation.precedes(row.money(.effectiveAt)) {
            return AttestationVerdict(
                result: .keyRevoked, keyVersion: verdict.keyVersion, counter: verdict.counter)
        }
        return verdict
    }

    /// A paper code says nothing of the amount, so it confirms only a little.
    private func paper(_ fact: Entry<AttestationField>) -> AttestationVerdict {
        let typed = fact.text(.code)
        let used = used(.paper)
        if let owner = used.first(where: { OneTimeCode.isEqual($0.code, typed) }) {
            return AttestationVerdict(result: owner.payment == row.key ? .repeated : .replayed)
        }
        let wrong = wrong(besides: fact)
        guard let newest else { return AttestationVerdict(result: .noKey) }
        if wrong.count(where: { $0.payment == row.key }) >= ConfirmationLimits.wrongPerPaymentMax {
            return AttestationVerdict(result: .paymentLocked)
        }
        if CodeCheck.locks(newest, wrong: wrong, now: received(fact)) {
            return AttestationVerdict(result: .keyLocked, keyVersion: newest)
        }
        guard row.money(.amount) <= ConfirmationLimits.paperAmountMax else {
            return AttestationVerdict(result: .failed, keyVersion: newest)
        }
        for key in keys where key.text(.state) == "ACTIVE" {
            let card = secret.paperKey(
                tenant: statement.tenant, retailer: statement.retailer,
                version: key.money(.version))
            for number in 1...ConfirmationLimits.paperCodesMax {
                guard let code = PaperCard.code(key: card, number: number),
                    OneTimeCode.isEqual(code, typed)
                else { continue }
                return AttestationVerdict(
                    result: .verified, keyVersion: key.money(.version), counter: number)
            }
        }
        return AttestationVerdict(result: .failed, keyVersion: newest)
    }

    // MARK: what is known

    private func received(_ fact: Entry<AttestationField>) -> Int64 { fact.money(.receivedAt) }

    private var newest: Int64? { keys.map { $0.money(.version) }.max() }

    private var phoneKeys: [PhoneKey] {
        keys.map { key in
            let version = key.money(.version)
            return PhoneKey(
                version: version,
                key: secret.codeKey(
                    tenant: statement.tenant, retailer: statement.retailer, version: version),
                floor: key.money(.floor), isLocked: key.text(.state) == "LOCKED",
                revocation: revocation(of: key))
        }
    }

    private func revocation(of key: Entry<RetailerKeyField>) -> PhoneKey.Revocation? {
        books.revocation(of: key, for: row)
    }

    private func used(_ kind: AttestationKind?) -> [UsedCode] {
        others.compactMap { other in
            guard AttestationResult(rawValue: other.text(.result))?.usesCounter ?? false,
                let payment = other.reference(.payment),
                let counter = other[.matchedCounter].integerValue,
                (other.text(.kind) == AttestationKind.paper.rawValue) == (kind == .paper)
            else { return nil }
            return UsedCode(
                keyVersion: other.money(.matchedVersion), counter: counter,
                code: other.text(.code), payment: payment)
        }
    }

    private func wrong(besides fact: Entry<AttestationField>) -> [WrongCode] {
        others.compactMap { other in
            guard other.key != fact.key,
                other.text(.result) == AttestationResult.failed.rawValue,
                let version = other[.matchedVersion].integerValue,
                let payment = other.reference(.payment)
            else { return nil }
            return WrongCode(
                payment: payment, keyVersion: version, at: other.money(.receivedAt))
        }
    }

    private var logged: [Int64: Set<Int64>] {
        var counters: [Int64: Set<Int64>] = [:]
        for other in others
        where AttestationResult(rawValue: other.text(.result))?.isLine ?? false
            && other.text(.challenge) == statement.challenge
        {
            counters[other.money(.keyVersion), default: []].insert(other.money(.counter))
        }
        return counters
    }
}

extension PaymentStatement {
    /// The words in which a payment is confirmed, from its row.
    init?(_ row: Entry<PaymentField>, tenant: RowKey) {
        guard let retailer = row.reference(.retailer), let worker = row.reference(.worker),
            let claimed = row[.claimedAt].integerValue
        else { return nil }
        self.init(
            payment: KeyText.of(row.key), tenant: KeyText.of(tenant),
            retailer: KeyText.of(retailer), worker: KeyText.of(worker),
            amount: row.money(.amount), currency: row.text(.currency),
            method: row.text(.method), time: UniversalTime.text(milliseconds: claimed))
    }

    /// The same from the change that states it; fields left out have their defaults.
    init?(_ change: RowChange, tenant: RowKey) {
        var entry = Entry<PaymentField>(birth: change.key, [:])
        for put in change.puts {
            guard let field = PaymentField(rawValue: put.field) else { continue }
            entry[field] = put.value
        }
        self.init(entry, tenant: tenant)
    }
}
