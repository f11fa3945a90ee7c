import Crypto

/// How codes that are asked for online behave; times in milliseconds.
package struct OnlineCodePolicy: Hashable, Sendable {
    /// Digits of a code; at least four, so that three tries in a row guess one in 3,333.
    package var digits = 6
    package var expiry: Int64 = 600_000
    package var triesMax = 3
    /// After that many wrong tries nothing is judged for this long; then they start afresh.
    package var cooldown: Int64 = 120_000
    /// Wrong tries in a row, cool-downs included, after which the challenge is over.
    package var failuresMax = 6
    /// Between two codes for the same payment.
    package var resendAfter: Int64 = 30_000
    /// Codes for one payment within an hour.
    package var perHourMax = 5
    /// Codes for all payments of one shop, and to one device, within an hour.
    package var perSubjectMax = 20

    package init() {}

    /// Digits of a code as the tenant decided; a number that makes no sense is the book's.
    package static func digits(_ decided: Int64?) -> Int {
        guard let decided, (4...10).contains(decided) else { return OnlineCodePolicy().digits }
        return Int(decided)
    }
}

/// What became of a try.
package enum OnlineCodeOutcome: Hashable, Sendable {
    case verified
    case wrong(triesLeft: Int)
    case coolingDown(until: Int64)
    case expired
    case used
    /// Too many in a row: only the retailer's app or the office can confirm it now.
    case breached
    /// The payment has no challenge, or one for another amount.
    case none
}

/// A code that was sent to a retailer, as the hub keeps it: its HMAC, never the code.
package struct OnlineChallenge: Hashable, Sendable {
    /// HMAC-SHA-256 of payment, amount and code.
    package var digest: [UInt8]
    package var expiresAt: Int64
    package var attempts: Int
    package var cooldownUntil: Int64
    package var failures: Int
    package var usedAt: Int64?
    /// When codes were sent within the last hour, rising.
    package var sentAt: [Int64]

    package init(
        digest: [UInt8], expiresAt: Int64, attempts: Int = 0, cooldownUntil: Int64 = 0,
        failures: Int = 0, usedAt: Int64? = nil, sentAt: [Int64] = []
    ) {
        self.digest = digest
        self.expiresAt = expiresAt
        self.attempts = attempts
        self.cooldownUntil = cooldownUntil
        self.failures = failures
        self.usedAt = usedAt
        self.sentAt = sentAt
    }

    /// A new code for a payment, in place of the one before.
    ///
    /// - Parameter code: drawn from the system's random source by the caller.
    /// - Returns: `nil` when it is too soon, too often, or the payment's challenge is over. Wrong
    ///   tries in a row outlive the code, so asking for another gives nobody more of them.
    package static func issue(
        _ code: String, for subject: Subject, key: [UInt8], after previous: OnlineChallenge?,
        now: Int64, policy: OnlineCodePolicy = OnlineCodePolicy()
    ) -> OnlineChallenge? {
        issue(
            digest: subject.digest(of: code, key: key), after: previous, now: now, policy: policy)
    }

    /// The same for a code of which only the HMAC is known here.
    static func issue(
        digest: [UInt8], after previous: OnlineChallenge?, now: Int64, policy: OnlineCodePolicy
    ) -> OnlineChallenge? {
        let sent = (previous?.sentAt ?? []).filter { now - $0 < ConfirmationLimits.hour }
        guard sent.count < policy.perHourMax, previous?.usedAt == nil,
            previous?.failures ?? 0 < policy.failuresMax, previous?.cooldownUntil ?? 0 <= now,
            sent.last.map({ now - $0 >= policy.resendAfter }) ?? true
        else { return nil }
        return OnlineChallenge(
            digest: digest, expiresAt: now + policy.expiry,
            failures: previous?.failures ?? 0, sentAt: sent + [now])
    }

    /// Judges a try and notes it; the caller keeps the result before it answers.
    package mutating func judge(
        _ code: String, for subject: Subject, key: [UInt8], now: Int64,
        policy: OnlineCodePolicy = OnlineCodePolicy()
    ) -> OnlineCodeOutcome {
        if usedAt != nil { return .used }
        if failures >= policy.failuresMax { return .breached }
        if now >= expiresAt { return .expired }
        if now < cooldownUntil { return .coolingDown(until: cooldownUntil) }
        if attempts >= policy.triesMax { attempts = 0 }
        if OneTimeCode.isEqual(digest, subject.digest(of: code, key: key)) {
            usedAt = now
            failures = 0
            return .verified
        }
        attempts += 1
        failures += 1
        if failures >= policy.failuresMax { return .breached }
        if attempts >= policy.triesMax {
            cooldownUntil = now + policy.cooldown
            return .coolingDown(until: cooldownUntil)
        }
        return .wrong(triesLeft: policy.triesMax - attempts)
    }

    /// What a code is for: another payment or another amount has another digest.
    package struct Subject: Hashable, Sendable {
        package let payment: String
        package let amount: Int64

        package init(payment: String, amount: Int64) {
            self.payment = payment
            self.amount = amount
        }

        func digest(of code: String, key: [UInt8]) -> [UInt8] {
            CodeHash.sha256.authenticate(
                PaymentStatement.join([payment, String(amount), code]),
                with: SymmetricKey(data: key))
        }
    }
}

/// Where challenges are kept for good.
package protocol ChallengeStore {
    func challenge(of payment: String) throws -> OnlineChallenge?
    mutating func keep(_ challenge: OnlineChallenge, of payment: String) throws
}

/// Challenges with a cache in front: losing the cache, or an entry of it, loses nothing.
package struct CachedChallenges<Store: ChallengeStore> {
    package private(set) var store: Store
    package private(set) var cache: BoundedCache<String, OnlineChallenge>

    package init(_ store: Store, cache: BoundedCache<String, OnlineChallenge>) {
        self.store = store
        self.cache = cache
    }

    /// Kept in the store before the cache shows it.
    package mutating func keep(_ challenge: OnlineChallenge, of payment: String) throws {
        try store.keep(challenge, of: payment)
        cache.set(challenge, for: payment)
    }

    /// From the cache, or else from the store.
    package mutating func challenge(of payment: String) throws -> OnlineChallenge? {
        if let known = cache.value(for: payment) { return known }
        guard let kept = try store.challenge(of: payment) else { return nil }
        cache.set(kept, for: payment)
        return kept
    }

    /// Judges a try; what it did to the challenge is kept before the answer is known.
    package mutating func judge(
        _ code: String, for subject: OnlineChallenge.Subject, key: [UInt8], now: Int64,
        policy: OnlineCodePolicy = OnlineCodePolicy()
    ) throws -> OnlineCodeOutcome {
        guard var challenge = try challenge(of: subject.payment) else { return .none }
        let before = challenge
        let outcome = challenge.judge(code, for: subject, key: key, now: now, policy: policy)
        if challenge != before { try keep(challenge, of: subject.payment) }
        return outcome
    }
}
