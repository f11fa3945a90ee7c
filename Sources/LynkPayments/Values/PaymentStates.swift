public import LynkCore

/// How far a collection came, by rank; the higher fact wins over a concurrent lower one.
public enum Lifecycle: String, Hashable, Sendable, CaseIterable {
    case initiated = "INITIATED"
    case otpSent = "OTP_SENT"
    case otpVerified = "OTP_VERIFIED"
    case expired = "EXPIRED"
    case cancelled = "CANCELLED"
    /// The money or the instrument is in the collector's hand.
    case completed = "COMPLETED"

    /// In the order of the declaration above.
    public static let lattice = Lattice(allCases.map(\.rawValue))
}

/// What the books made of a completed payment.
public enum PaymentPosting: String, Hashable, Sendable, CaseIterable {
    /// Booked apart until a person decides; it does not reduce what the retailer owes.
    case held = "HELD"
    case posted = "POSTED"
    case reversed = "REVERSED"
}

/// The six familiar states, computed from the axes.
public enum PaymentState: String, Hashable, Sendable, CaseIterable {
    case initiated = "INITIATED"
    case otpSent = "OTP_SENT"
    case otpVerified = "OTP_VERIFIED"
    case completed = "COMPLETED"
    case cancelled = "CANCELLED"
    case expired = "EXPIRED"

    /// What was reversed counts as cancelled; else how far the collection came.
    init(lifecycle: String, posting: String) {
        if posting == PaymentPosting.reversed.rawValue {
            self = .cancelled
        } else {
            self = PaymentState(rawValue: lifecycle) ?? .initiated
        }
    }
}

/// How money changes hands.
public enum PaymentMethod: String, Hashable, Sendable, CaseIterable {
    case cash = "CASH"
    case upi = "UPI"
    case cheque = "CHEQUE"
    case bank = "BANK"

    /// Reads the name in a file: its own, or BANK_TRANSFER as banks' exports call it.
    public init?(inFile text: String) {
        if text == "BANK_TRANSFER" { self = .bank } else { self.init(rawValue: text) }
    }
}

/// Which unpaid invoice money goes to first; a policy of the tenant.
public enum AllocationOrder: String, Hashable, Sendable, CaseIterable {
    case issueDate = "ISSUE_DATE"
    case dueDate = "DUE_DATE"
}

/// Bounds of the domain, in minor units.
enum PaymentLimits {
    /// 10^13: ten thousand crore rupees; far above any payment, far below 64 bits.
    static let amountMax: Int64 = 10_000_000_000_000
    /// What one scan of the tenant's rows may return; more is an error, never a cut.
    static let scanRowsMax = 10_000
    static let currency = "INR"
}
