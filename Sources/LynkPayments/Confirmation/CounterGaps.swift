import LynkCore

/// Counters of a retailer's phone that were passed over: confirmations that nobody reported.
struct CounterGaps {
    /// A counter that a worker reported or the retailer's own log holds.
    struct Seen: Hashable, Sendable {
        let counter: Int64
        /// When the hub heard of it, in milliseconds.
        let at: Int64
    }

    let floor: Int64
    let seen: [Seen]

    /// Counters below a seen one that did not come within three days of it, rising.
    func overdue(now: Int64) -> [Int64] {
        let known = Set(seen.map(\.counter))
        let old = seen.lazy.filter { now - $0.at >= ConfirmationLimits.gapAge }.map(\.counter)
        guard let highest = old.max(), highest > floor + 1 else { return [] }
        return (floor + 1..<highest).filter { !known.contains($0) }
    }
}

/// One line of what a retailer's phone keeps of its own confirmations.
package struct PhoneLogLine: Hashable, Sendable {
    package let keyVersion: Int64
    package let counter: Int64
    package let amount: Int64
    package let method: String
    /// Seven digits.
    package let challenge: String
    /// `yyyy-mm-ddThh:mm:ssZ`.
    package let time: String
    /// The canonical payment, when it was scanned: then the worker is known.
    package var statement: PaymentStatement?

    package init(
        keyVersion: Int64, counter: Int64, amount: Int64, method: String, challenge: String,
        time: String, statement: PaymentStatement? = nil
    ) {
        self.keyVersion = keyVersion
        self.counter = counter
        self.amount = amount
        self.method = method
        self.challenge = challenge
        self.time = time
        self.statement = statement
    }
}

/// What two witnesses of the same counter say of each other.
enum WitnessFinding: Hashable, Sendable {
    /// Both tell the same.
    case agrees(RowKey)
    /// The worker reported another amount.
    case amountDiffers(payment: RowKey, attested: Int64, reported: Int64)
    /// Nobody reported it; too early to say more.
    case waiting
    /// Nobody reported it in three days; the worker is known only from a scanned payment.
    case notReported(amount: Int64, worker: String?)

    /// - Parameter reported: payments and their amounts whose code used this very counter.
    /// - Parameter heard: when the hub got the line, in milliseconds.
    static func of(
        _ line: PhoneLogLine, reported: (payment: RowKey, amount: Int64)?, heard: Int64, now: Int64
    ) -> WitnessFinding {
        if let reported {
            return reported.amount == line.amount
                ? .agrees(reported.payment)
                : .amountDiffers(
                    payment: reported.payment, attested: line.amount, reported: reported.amount)
        }
        guard now - heard >= ConfirmationLimits.gapAge else { return .waiting }
        return .notReported(amount: line.amount, worker: line.statement?.worker)
    }
}
