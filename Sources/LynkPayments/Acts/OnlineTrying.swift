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
            if let challenge = OnlineChallenge.issue(
                digest: digest, after: before.map { OnlineChallenge($0) },
                now: submission.received.milliseconds, policy: try codePolicy())
            {
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
        return AttestationVerdict(result: result)
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
        if (1...Int64(perHourMax)).contains(perHour) { perHourMax = Int(perHour) }
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
