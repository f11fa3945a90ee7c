import LynkCore

/// Codes that are asked for online: the challenge is a row of the tenant's own (the book's N10).
///
/// A code that is given and every try are facts in the log, so that tries, cool-down and use are
/// as durable as the payment. No cache and no other payment's challenge can put one out.
extension Books {
    /// The row of a payment's challenge.
    static func challengeKey(_ payment: RowKey) -> RowKey {
        .derived("otp_challenge", [payment.bytes])
    }

    /// Takes a code that the hub gave: the newest one stands.
    mutating func issueCode(_ fact: Entry<AttestationField>) throws {
        var fact = fact
        fact[.result] = .text(AttestationResult.refused.rawValue)
        if let payment = fact.reference(.payment), case .blob(let digest) = fact[.signature] {
            let before = try find(OtpChallengeField.self, Self.challengeKey(payment))
            let policy = try codePolicy()
            let now = submission.received.milliseconds
            let subjects = [fact.reference(.retailer), fact.reference(.device)].compactMap { $0 }
            let quotas = try subjects.map { try codeLimit($0) }
            if quotas.allSatisfy({ CodeQuota($0).admits(now, policy: policy) }),
                let challenge = OnlineChallenge.issue(
                    digest: digest, after: before.map { OnlineChallenge($0) }, now: now,
                    policy: policy)
            {
                for var quota in quotas {
                    quota[.sentAt] = .text(CodeQuota(quota).adding(now).text)
                    save(quota)
                }
                var row =
                    before
                    ?? Entry(
                        birth: Self.challengeKey(payment),
                        [
                            OtpChallengeField.payment: .key(payment), .retailer: fact[.retailer],
                            .amount: fact[.amount], .channel: "APP",
                        ])
                challenge.put(into: &row)
                save(row)
                fact[.result] = .text(AttestationResult.issued.rawValue)
            }
        }
        save(fact)
    }

    /// Judges a try and notes it on the challenge, before anybody is answered.
    mutating func tryCode(
        _ fact: Entry<AttestationField>, of row: Entry<PaymentField>
    ) throws -> AttestationVerdict {
        guard let secret,
            var kept = try find(OtpChallengeField.self, Self.challengeKey(row.key))
        else { return AttestationVerdict(result: .noKey) }
        let subject = OnlineChallenge.Subject(
            payment: KeyText.of(row.key), amount: row.money(.amount))
        var challenge = OnlineChallenge(kept)
        let failures = challenge.failures
        let outcome = challenge.judge(
            fact.text(.code), for: subject,
            key: secret.onlineKey(tenant: KeyText.of(tenantKey)),
            now: fact.money(.receivedAt), policy: try codePolicy())
        challenge.put(into: &kept)
        save(kept)
        let result: AttestationResult =
            switch outcome {
            case .verified: .verified
            case .wrong: .failed
            case .coolingDown: .coolingDown
            case .expired: .expired
            case .used: .repeated
            case .breached: .paymentLocked
            case .none: .noKey
            }
        // The third try in a row is wrong too, although what it is answered is a pause.
        return AttestationVerdict(result: result, isWrong: challenge.failures > failures)
    }

    /// What limits the codes of a shop, a device or a worker.
    func codeLimit(_ subject: RowKey) throws -> Entry<CodeLimitField> {
        let key = CodeQuota.key(of: subject)
        return try find(CodeLimitField.self, key)
            ?? Entry(birth: key, [.subject: .key(subject)])
    }

    /// A worker's wrong codes in a row, over all payments, are counted in
    /// the order of the log; a right one ends the run.
    mutating func countWrong(
        _ verdict: AttestationVerdict, _ fact: Entry<AttestationField>, of row: Entry<PaymentField>
    ) throws {
        let isRight = verdict.result == .verified
        guard fact.text(.uploadedBy) == AttestationSource.worker.rawValue,
            verdict.isWrong || isRight, let worker = fact.reference(.worker)
        else { return }
        var limit = try codeLimit(worker)
        let before = limit.money(.wrongInRow)
        if isRight, before == 0 { return }
        limit[.wrongInRow] = .integer(isRight ? 0 : before + 1)
        save(limit)
        guard !isRight, (before + 1) % Int64(ConfirmationLimits.wrongInRowMax) == 0 else { return }
        try raiseAlone(
            .wrongCodesInRow, about: [worker], worker: worker, payment: row.key,
            detail: "\(before + 1) wrong codes in a row", amount: row.money(.amount))
    }

    /// As the tenant decided; a time or a number that makes no sense is the book's.
    mutating func codePolicy() throws -> OnlineCodePolicy {
        OnlineCodePolicy(try policy())
    }
}

extension OnlineCodePolicy {
    init(_ policy: Entry<TenantPolicyField>) {
        self.init()
        let seconds = policy.money(.otpExpirySeconds)
        if (30...3_600).contains(seconds) { expiry = seconds * 1_000 }
        let tries = policy.money(.otpAttempts)
        if (1...10).contains(tries) { triesMax = Int(tries) }
        let perHour = policy.money(.smsPerHour)
        if (1...Int64(CodeQuota.countMax)).contains(perHour) {
            perSubjectMax = Int(perHour)
            perHourMax = min(perHourMax, perSubjectMax)
        }
        digits = Self.digits(policy[.otpLength].integerValue)
    }
}

extension OnlineChallenge {
    /// As the tenant's file has it.
    init(_ row: Entry<OtpChallengeField>) {
        var digest: [UInt8] = []
        if case .blob(let bytes) = row[.digest] { digest = bytes }
        self.init(
            digest: digest, expiresAt: row.money(.expiresAt),
            attempts: Int(clamping: row.money(.attempts)),
            cooldownUntil: row.money(.cooldownUntil),
            failures: Int(clamping: row.money(.failures)), usedAt: row[.usedAt].integerValue,
            sentAt: row.text(.sentAt).split(separator: " ").compactMap { Int64($0) })
    }

    func put(into row: inout Entry<OtpChallengeField>) {
        row[.digest] = .blob(digest)
        row[.expiresAt] = .integer(expiresAt)
        row[.attempts] = .integer(Int64(attempts))
        row[.cooldownUntil] = .integer(cooldownUntil)
        row[.failures] = .integer(Int64(failures))
        row[.usedAt] = usedAt.map(Value.integer) ?? .null
        row[.sentAt] = .text(sentAt.map(String.init).joined(separator: " "))
    }
}
