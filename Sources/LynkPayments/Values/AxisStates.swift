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
