import LynkCore

/// Axis 2: what the payer's witness came to.
public enum AttestationState: String, Hashable, Sendable, CaseIterable {
    case none = "NONE"
    case pending = "PENDING"
    case verified = "VERIFIED"
    case failed = "FAILED"
    case stale = "STALE"
    case keyRevoked = "KEY_REVOKED"
    case disputed = "DISPUTED"
    case upheld = "UPHELD"
    case overturned = "OVERTURNED"
    /// The code was used for another payment.
    case replayed = "REPLAYED"
}

/// Who brought a confirmation to the hub.
public enum AttestationSource: String, Hashable, Sendable, CaseIterable {
    case worker = "WORKER_UPLOAD"
    /// The retailer's own device: his word, and the log of his phone.
    case retailer = "RETAILER_UPLOAD"
    /// The office, from a phone or a card that it was shown.
    case office = "OFFICE_UPLOAD"
    /// The hub itself, for a code that it gave: its HMAC, never the code.
    case hub = "HUB_ISSUE"
}

/// What one confirmation came to.
enum AttestationResult: String, CaseIterable {
    case verified = "VERIFIED"
    case failed = "FAILED"
    case stale = "STALE"
    case keyRevoked = "KEY_REVOKED"
    /// It confirmed another payment.
    case replayed = "REPLAYED"
    /// The same code for the same payment again.
    case repeated = "REPEATED"
    /// Three wrong codes came before.
    case paymentLocked = "PAYMENT_LOCKED"
    case keyLocked = "KEY_LOCKED"
    /// The retailer has no key yet.
    case noKey = "NO_KEY"
    /// The payment is not booked yet.
    case waiting = "WAITING"
    /// A code that the hub gave, or would not give: too soon, too often, or after its end.
    case issued = "ISSUED"
    case refused = "REFUSED"
    /// A try at a code that was asked for online, after three wrong ones or too late.
    case coolingDown = "COOLING_DOWN"
    case expired = "EXPIRED"
    /// A line of a retailer's phone.
    case witness = "WITNESS"
    /// Such a line, brought by his own device, that says of a payment what its worker says.
    case agrees = "AGREES"
    /// Such a line with another amount.
    case differs = "DIFFERS"

    /// Whether its counter is never free again.
    var usesCounter: Bool { [.verified, .stale, .keyRevoked].contains(self) }
    var isLine: Bool { [.witness, .agrees, .differs].contains(self) }
    /// Whether the payer's word is known.
    var confirms: Bool { self == .verified || self == .agrees }
}

/// What time has still to tell of a counter, or has told.
enum AttestationRecord: String {
    /// A lower counter has not come.
    case gap = "GAP"
    /// The phone has it, no worker reported it yet.
    case unreported = "UNREPORTED"
    /// No worker reported it: a record of money to recover.
    case claimed = "CLAIMED"
    case reported = "REPORTED"
}

/// How a payer confirms.
public enum AttestationKind: String, Hashable, Sendable, CaseIterable {
    case onlineCode = "ONLINE_OTP"
    case offlineCode = "OFFLINE_CODE"
    case signature = "QR_SIGNATURE"
    case tap = "APP_TAP"
    case paper = "PAPER_TAN"
}

/// Axis 4: where the money or the instrument is.
public enum Settlement: String, Hashable, Sendable, CaseIterable {
    case inHand = "IN_HAND"
    case handedOver = "HANDED_OVER"
    case banked = "BANKED"
    case deposited = "DEPOSITED"
    case cleared = "CLEARED"
    case bounced = "BOUNCED"
    case stale = "STALE"
    /// Somebody says that it was transferred.
    case claimed = "CLAIMED"
    case matched = "MATCHED"
    case notFound = "NOT_FOUND"

    init(_ method: PaymentMethod) {
        switch method {
        case .cash, .cheque: self = .inHand
        case .upi, .bank: self = .claimed
        }
    }
}

/// Axis 5: whether a person should look.
public enum ReviewState: String, Hashable, Sendable, CaseIterable {
    case clean = "CLEAN"
    case open = "OPEN"
    case resolved = "RESOLVED"
}

/// What became of a fact beside a payment. None is ever lost: what has no effect says why.
enum FactOutcome: String, CaseIterable {
    case applied = "APPLIED"
    /// A second person has to agree.
    case pending = "PENDING"
    /// What it is about has not arrived.
    case waiting = "WAITING"
    /// It had been done already.
    case moot = "MOOT"
    /// Not a legal step: kept and flagged, without effect.
    case flagged = "FLAGGED"
}

/// What the office may decide about a payment.
public enum DecisionAction: String, Hashable, Sendable, CaseIterable {
    case release = "RELEASE"
    case reject = "REJECT"
    case reverse = "REVERSE"
    case reallocate = "REALLOCATE"
    case resolve = "RESOLVE"
}

/// What a bank does with a cheque.
public enum ChequeStep: String, Hashable, Sendable, CaseIterable {
    case deposited = "DEPOSITED"
    case cleared = "CLEARED"
    case bounced = "BOUNCED"
    case returned = "RETURNED"
}

enum DeviceState {
    static let lattice = Lattice(["ACTIVE", "RETIRED", "LOST", "REVOKED"])
    static let ended: Set<String> = ["LOST", "REVOKED"]
}

enum KeyState {
    static let lattice = Lattice(["ACTIVE", "LOCKED", "REVOKED"])
}

enum ProofState {
    static let lattice = Lattice(["LOCAL", "UPLOADING", "STORED", "DELETED"])
}

enum DisputeState {
    static let lattice = Lattice(["OPEN", "RESOLVED"])
}
