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
    /// Cash of one shop in a day, on this device alone.
    public var cashDayLimit: Int64 = 20_000_000
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
        public var today: CivilDay

        public init(today: CivilDay) { self.today = today }
    }

    /// Why the payment is not recorded: a sentence for the person at the device; `nil` when it is.
    public func refusal(
        of amount: Int64, by method: PaymentMethod, in situation: Situation
    ) -> String? {
        let single = method == .cash ? cashMax : instrumentMax
        if amount > single {
            return "one payment of this kind is at most \(Rupees.text(single)) without the hub"
        }
        if situation.unsyncedCount >= unsyncedCountMax {
            return "\(unsyncedCountMax) payments wait for the hub; sync first"
        }
        let (total, overflow) = situation.unsyncedTotal.addingReportingOverflow(amount)
        if overflow || total > unsyncedTotalMax {
            return "what waits for the hub would pass \(Rupees.text(unsyncedTotalMax)); sync first"
        }
        let cash = situation.cashToday.addingReportingOverflow(amount)
        if method == .cash, cash.overflow || cash.partialValue >= cashDayLimit {
            return "cash of one shop in a day stays below \(Rupees.text(cashDayLimit))"
        }
        if situation.hoursSinceSync >= stopHours {
            return "the hub was not reached for \(stopHours) hours; sync first"
        }
        if let leaseEnd, situation.today > leaseEnd {
            return "the subscription ended on \(leaseEnd)"
        }
        return nil
    }
}
