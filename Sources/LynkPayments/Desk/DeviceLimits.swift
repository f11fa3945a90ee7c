public import LynkCore

/// What a device refuses to record without the hub, by the tenant's policy (the book's P15).
///
/// A refusal comes before there is a fact; what was recorded is never refused, only told. Sending,
/// looking and exporting are never limited.
public struct DeviceLimits: Hashable, Sendable {
    /// The largest payment in paise, by what it is made with.
    public var cashMax: Int64 = 5_000_000
    public var instrumentMax: Int64 = 20_000_000
    /// All payments that the hub has not booked.
    public var unsyncedTotalMax: Int64 = 50_000_000
    public var unsyncedCountMax: Int64 = 200
    /// The largest payment that its payer has not confirmed; `nil` where nobody is asked to.
    public var unconfirmedMax: Int64?
    /// Cash of one shop in a day, on this device alone.
    public var cashDayLimit: Int64 = 20_000_000
    /// Hours without the hub after which a person is warned.
    public var warnHours: Int64 = 24
    /// Hours without the hub after which nothing new is recorded.
    public var stopHours: Int64 = 168
    /// The last day of the lease with its grace; `nil` has no end.
    public var leaseEnd: CivilDay?

    public init() {}

    /// What the device knows when somebody wants to record a payment.
    public struct Situation: Hashable, Sendable {
        public var unsyncedTotal: Int64 = 0
        public var unsyncedCount: Int64 = 0
        /// Cash that this device took from the same shop today.
        public var cashToday: Int64 = 0
        public var hoursSinceSync: Int64 = 0
        /// Whether the payer's word comes with the payment. Only the hub can tell what it is worth.
        public var isConfirmed = false
        public var today: CivilDay

        public init(today: CivilDay) { self.today = today }
    }

    /// Why a payment is not recorded.
    public enum Refusal: Hashable, Sendable, CustomStringConvertible {
        case tooLarge(most: Int64)
        case unconfirmed(most: Int64)
        case tooMany(most: Int64)
        case totalTooLarge(most: Int64, waiting: Int64)
        case cashOfDay(limit: Int64, taken: Int64)
        case tooLongAlone(hours: Int64)
        case leaseEnded(CivilDay)

        /// A sentence for the person at the device, with the mend.
        public var description: String {
            switch self {
            case .tooLarge(let most):
                "one payment of this kind is at most \(Rupees.text(most)) without the hub; take "
                    + "the rest by cheque or transfer"
            case .unconfirmed(let most):
                "without the payer's confirmation a payment is at most \(Rupees.text(most)); ask "
                    + "him for his code (lynk collect --draft new), or announce it with --initiate"
            case .tooMany(let most):
                "\(most) payments wait for the hub, and no more may; sync first"
            case .totalTooLarge(let most, let waiting):
                "\(Rupees.text(waiting)) wait for the hub, and with this it would be more than "
                    + "\(Rupees.text(most)); sync first"
            case .cashOfDay(let limit, let taken):
                "cash of one shop in a day stays below \(Rupees.text(limit)), and "
                    + "\(Rupees.text(taken)) were taken today; take a cheque or a transfer"
            case .tooLongAlone(let hours):
                "the hub was not reached for \(hours) hours; sync first"
            case .leaseEnded(let day):
                "the wholesaler's subscription ended on \(day); what is recorded is still sent"
            }
        }
    }

    /// Why the payment is not recorded; `nil` when it is.
    public func refusal(
        of amount: Int64, by method: PaymentMethod, in situation: Situation
    ) -> Refusal? {
        let single = method == .cash ? cashMax : instrumentMax
        if amount > single { return .tooLarge(most: single) }
        if !situation.isConfirmed, let refusal = refusal(ofUnconfirmed: amount) { return refusal }
        if situation.unsyncedCount >= unsyncedCountMax { return .tooMany(most: unsyncedCountMax) }
        let (total, overflow) = situation.unsyncedTotal.addingReportingOverflow(amount)
        if overflow || total > unsyncedTotalMax {
            return .totalTooLarge(most: unsyncedTotalMax, waiting: situation.unsyncedTotal)
        }
        let cash = situation.cashToday.addingReportingOverflow(amount)
        if method == .cash, cash.overflow || cash.partialValue >= cashDayLimit {
            return .cashOfDay(limit: cashDayLimit, taken: situation.cashToday)
        }
        if situation.hoursSinceSync >= stopHours { return .tooLongAlone(hours: stopHours) }
        if let leaseEnd, situation.today > leaseEnd { return .leaseEnded(leaseEnd) }
        return nil
    }

    /// Why money that nobody confirmed is not recorded; `nil` when it is.
    public func refusal(ofUnconfirmed amount: Int64) -> Refusal? {
        guard let unconfirmedMax, amount > unconfirmedMax else { return nil }
        return .unconfirmed(most: unconfirmedMax)
    }

    /// What to tell a person before it comes to a refusal.
    public func warning(in situation: Situation) -> String? {
        guard situation.hoursSinceSync >= warnHours else { return nil }
        return "the hub was not reached for \(situation.hoursSinceSync) hours; at \(stopHours) "
            + "nothing more is recorded: run lynk sync"
    }
}

extension DeviceLimits {
    /// The tenant's policy and lease as this replica has them.
    package static let query = Query(
        "desk_limits",
        sql: """
            SELECT p.offline_max_cash, p.offline_max_instrument, p.unsynced_total_max,
              p.unsynced_count_max, p.cash_day_limit, p.warn_hours, p.stop_hours, s.end_day,
              coalesce(s.grace_days, 7), p.unattested_max, p.attestation_required,
              EXISTS (SELECT 1 FROM retailer_key)
            FROM (SELECT 1) LEFT JOIN tenant_policy p LEFT JOIN subscription s LIMIT 1
            """,
        columns: [
            .init("offline_max_cash", .money), .init("offline_max_instrument", .money),
            .init("unsynced_total_max", .money), .init("unsynced_count_max", .integer),
            .init("cash_day_limit", .money), .init("warn_hours", .integer),
            .init("stop_hours", .integer), .init("end_day", .text),
            .init("grace_days", .integer), .init("unattested_max", .money),
            .init("attestation_required", .text), .init("has_keys", .integer),
        ])

    /// The book's bound for what nobody confirmed: two thousand rupees.
    static let unconfirmedDefault: Int64 = 200_000

    /// Reads a row of ``query``; what the tenant did not decide has the book's default. A tenant
    /// that decided nothing and gave no shop a key takes no confirmations, so none is asked for.
    package init(_ row: [Value]) {
        self.init()
        guard row.count == 12 else { return }
        let required = row[10].textValue
        if required != "NONE", required != nil || row[11] == 1 {
            unconfirmedMax = max(row[9].integerValue ?? Self.unconfirmedDefault, 0)
        }
        cashMax = row[0].integerValue ?? cashMax
        instrumentMax = row[1].integerValue ?? instrumentMax
        unsyncedTotalMax = row[2].integerValue ?? unsyncedTotalMax
        unsyncedCountMax = row[3].integerValue ?? unsyncedCountMax
        cashDayLimit = row[4].integerValue ?? cashDayLimit
        warnHours = row[5].integerValue ?? warnHours
        stopHours = row[6].integerValue ?? stopHours
        leaseEnd = row[7].textValue.flatMap { CivilDay($0) }?
            .adding(days: Int(clamping: row[8].integerValue ?? 0))
    }
}

extension DeviceLimits.Situation {
    /// What waits for the hub, and the cash of one shop on one day.
    package static let query = Query(
        "desk_situation",
        sql: """
            SELECT
              (SELECT count(*) FROM payment INDEXED BY payment_by_posting
                WHERE posting = '' AND lifecycle = 'COMPLETED'),
              (SELECT coalesce(sum(amount), 0) FROM payment INDEXED BY payment_by_posting
                WHERE posting = '' AND lifecycle = 'COMPLETED'),
              (SELECT coalesce(sum(amount), 0) FROM payment INDEXED BY payment_by_retailer_claimed
                WHERE retailer = :retailer AND worker = :worker AND method = 'CASH'
                  AND lifecycle = 'COMPLETED' AND posting <> 'REVERSED'
                  AND claimed_at >= \(DaySQL.start(":day")) AND claimed_at < \(DaySQL.end(":day")))
            """,
        parameters: [.init("retailer", .key), .init("worker", .key), .init("day", .text)],
        columns: [
            .init("unsynced_count", .integer), .init("unsynced_total", .money),
            .init("cash_today", .money),
        ])

    /// Reads a row of ``query``.
    ///
    /// - Parameter syncedMilliseconds: when this device last heard all that the hub had; a clock
    ///   that was set back since is no proof of anything and counts as no time.
    package init(_ row: [Value], nowMilliseconds: Int64, syncedMilliseconds: Int64?) {
        self.init(today: CivilDay(milliseconds: nowMilliseconds))
        guard row.count == 3 else { return }
        unsyncedCount = row[0].integerValue ?? 0
        unsyncedTotal = row[1].integerValue ?? 0
        cashToday = row[2].integerValue ?? 0
        if let synced = syncedMilliseconds, synced > 0 {
            let (elapsed, overflow) = nowMilliseconds.subtractingReportingOverflow(synced)
            hoursSinceSync = overflow ? 0 : max(0, elapsed / 3_600_000)
        }
    }
}
