import LynkCore

/// A version of a retailer's key, as the hub has it.
struct PhoneKey: Sendable {
    let version: Int64
    let key: [UInt8]
    /// Counters up to this one were used before; none of them counts again.
    var floor: Int64 = 0
    var isLocked = false
    var revocation: Revocation?

    /// When the phone was lost, and whether the payment's author had been told.
    struct Revocation: Sendable {
        /// Effective time in milliseconds.
        let at: Int64
        let wasKnown: Bool

        /// By what the author knew first, and only then by time: clocks can be set.
        func precedes(_ effective: Int64) -> Bool { wasKnown || at <= effective }
    }
}

/// A code that confirmed a payment: its counter is never free again.
struct UsedCode: Hashable, Sendable {
    let keyVersion: Int64
    let counter: Int64
    /// Nine digits; empty for a signature.
    let code: String
    let payment: RowKey
}

/// A code that fitted nothing.
struct WrongCode: Hashable, Sendable {
    let payment: RowKey
    let keyVersion: Int64
    /// When the hub received it, in milliseconds.
    let at: Int64
}

/// What a code was worth.
enum CodeOutcome: Hashable, Sendable {
    case verified(keyVersion: Int64, counter: Int64)
    /// The same code for the same payment again: nothing new.
    case repeated
    case failed(triesLeft: Int)
    /// Three wrong codes: only the retailer's own app, or the office, can confirm it now.
    case paymentLocked
    case keyLocked(keyVersion: Int64)
    /// The code confirmed another payment.
    case replayed(of: RowKey)
    /// It fits, and the phone had been reported lost before.
    case keyRevoked(keyVersion: Int64, counter: Int64)
    /// It fits, and came too late to say much.
    case stale(keyVersion: Int64, counter: Int64)
    /// The retailer has no key to judge by.
    case noKey
}

/// Judges one code for one payment by what the hub knows of the retailer's keys.
struct CodeCheck {
    let statement: PaymentStatement
    let payment: RowKey
    /// What the worker typed; anything but digits is left out.
    let code: String
    /// Effective time of the payment in milliseconds.
    let effective: Int64
    let received: Int64
    let keys: [PhoneKey]
    let used: [UsedCode]
    let wrong: [WrongCode]
    /// Counters that the retailer's own log gives for this challenge, by version: they count
    /// however far from the window they are.
    var logged: [Int64: Set<Int64>] = [:]

    func outcome() -> CodeOutcome {
        // A replay is told before the window is searched: there it would only be a wrong code.
        if let other = used.first(where: { $0.code.isSame(code) }) {
            return other.payment == payment ? .repeated : .replayed(of: other.payment)
        }
        if wrong.count(where: { $0.payment == payment }) >= ConfirmationLimits.wrongPerPaymentMax {
            return .paymentLocked
        }
        guard let newest = keys.max(by: { $0.version < $1.version }) else { return .noKey }
        for key in keys.sorted(by: { $0.version > $1.version }) {
            guard let counter = match(key) else { continue }
            if isLocked(key) { return .keyLocked(keyVersion: key.version) }
            if let revocation = key.revocation, revocation.precedes(effective) {
                return .keyRevoked(keyVersion: key.version, counter: counter)
            }
            if received - effective > ConfirmationLimits.staleAge {
                return .stale(keyVersion: key.version, counter: counter)
            }
            return .verified(keyVersion: key.version, counter: counter)
        }
        if isLocked(newest) { return .keyLocked(keyVersion: newest.version) }
        let tries = wrong.count { $0.payment == payment } + 1
        return .failed(triesLeft: ConfirmationLimits.wrongPerPaymentMax - tries)
    }

    /// Whether a wrong code that comes now is the one too many for a key.
    static func locks(_ keyVersion: Int64, wrong: [WrongCode], now: Int64) -> Bool {
        wrong.count {
            $0.keyVersion == keyVersion && now - $0.at < ConfirmationLimits.wrongPerKeyPeriod
        } >= ConfirmationLimits.wrongPerKeyMax
    }

    private func isLocked(_ key: PhoneKey) -> Bool {
        key.isLocked || Self.locks(key.version, wrong: wrong, now: received)
    }

    /// The free counter near the highest used one that gives this code. Every candidate is
    /// computed, so that the time does not tell which one fitted.
    private func match(_ key: PhoneKey) -> Int64? {
        guard code.utf8.count == 9, Damm.isValid(code) else { return nil }
        let taken = Set(used.lazy.filter { $0.keyVersion == key.version }.map(\.counter))
        let highest = max(taken.max() ?? 0, key.floor)
        guard highest <= Int64.max - ConfirmationLimits.window else { return nil }
        let first = max(key.floor + 1, highest - ConfirmationLimits.window)
        let (challenge, session) = (statement.challenge, statement.session)
        var found: Int64?
        let window = max(1, first)...(highest + ConfirmationLimits.window)
        let others = (logged[key.version] ?? []).filter {
            !window.contains($0) && $0 > max(key.floor, 0)
        }.sorted()
        for counter in Array(window) + others where !taken.contains(counter) {
            let expected = session.code(
                key: key.key, counter: UInt64(counter), challenge: challenge)
            if let expected, OneTimeCode.isEqual(expected, code), found == nil { found = counter }
        }
        return found
    }
}

extension String {
    fileprivate func isSame(_ other: String) -> Bool {
        !isEmpty && OneTimeCode.isEqual(self, other)
    }
}
