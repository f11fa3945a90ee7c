import LynkCore

/// What a person should look at. The number is the rule's in the book.
enum ExceptionKind: String, CaseIterable {
    /// Rule 1.
    case concurrentSameInvoice = "CONCURRENT_SAME_INVOICE"
    /// Rule 2.
    case onAccountCredit = "ON_ACCOUNT_CREDIT"
    /// Rule 6.
    case suspectRetyped = "SUSPECT_RETYPED"
    /// Rules 7 and 10.
    case instrumentReused = "INSTRUMENT_REUSED"
    /// Rule 8.
    case sameLast4 = "SAME_LAST4"
    /// Rule 9.
    case instrumentReusedElsewhere = "INSTRUMENT_REUSED_ELSEWHERE"
    /// Rule 11.
    case cancelledButCollected = "CANCELLED_BUT_COLLECTED"
    /// Rule 11, for a payment that time had ended.
    case lateCompletion = "LATE_COMPLETION"
    /// Rule 12.
    case completedAfterKnownCancel = "COMPLETED_AFTER_KNOWN_CANCEL"
    /// Rule 13.
    case collectedByPreviousWorker = "COLLECTED_BY_PREVIOUS_WORKER"
    /// Rule 14.
    case retailerInactive = "RETAILER_INACTIVE"
    /// Rule 15.
    case workerInactive = "WORKER_INACTIVE"
    /// Rule 16.
    case deviceRevoked = "DEVICE_REVOKED"
    /// Rule 17.
    case allocationChanged = "ALLOCATION_CHANGED"
    /// Rule 18.
    case intentIgnored = "INTENT_IGNORED"
    /// Rule 19.
    case tenantLapsed = "TENANT_LAPSED"
    /// Rule 20.
    case planLimit = "PLAN_LIMIT"
    /// Rule 21.
    case clockBackdated = "CLOCK_BACKDATED"
    /// Rule 22.
    case clockAhead = "CLOCK_AHEAD"
    /// Rule 23.
    case lateAfterClose = "LATE_AFTER_CLOSE"
    /// Rule 24.
    case staleSync = "STALE_SYNC"
    /// Rule 25.
    case cashLimit = "CASH_LIMIT"
    /// Rule 26.
    case attestationFailed = "ATTESTATION_FAILED"
    /// Rule 26, for a tenant that always asks for a confirmation.
    case attestationMissing = "ATTESTATION_MISSING"
    /// Wrong codes of one worker, whatever the payments.
    case wrongCodesInRow = "WRONG_CODES_IN_A_ROW"
    /// Rule 27.
    case attestationReplay = "ATTESTATION_REPLAY"
    /// Rule 28.
    case attestationGap = "ATTESTATION_GAP"
    /// Rule 29.
    case attestedNotReported = "ATTESTED_NOT_REPORTED"
    /// Rule 30.
    case amountMismatch = "AMOUNT_MISMATCH"
    /// Rule 31.
    case deviceLogGap = "DEVICE_LOG_GAP"
    /// Rule 32.
    case lostDeviceRecovery = "LOST_DEVICE_RECOVERY"
    /// Rule 33.
    case retailerMerged = "RETAILER_MERGED"
    /// Rule 34.
    case disputed = "DISPUTED"
    /// Rule 35.
    case chequeBounced = "CHEQUE_BOUNCED"
    /// Rule 36.
    case chequePostdated = "CHEQUE_POSTDATED"
    case chequeStale = "CHEQUE_STALE"
    /// Rule 37.
    case cashShort = "CASH_SHORT"
    /// Rule 39.
    case proofMissing = "PROOF_MISSING"
    /// Rule 40.
    case upiNotFound = "UPI_NOT_FOUND"
    case creditLimit = "CREDIT_LIMIT"

    var severity: ExceptionSeverity {
        switch self {
        case .onAccountCredit, .allocationChanged, .intentIgnored, .sameLast4, .lateCompletion,
            .collectedByPreviousWorker, .planLimit, .clockAhead, .lateAfterClose,
            .retailerMerged, .chequePostdated, .proofMissing, .creditLimit:
            .info
        case .concurrentSameInvoice, .cancelledButCollected, .retailerInactive, .workerInactive,
            .clockBackdated, .staleSync, .cashLimit, .disputed, .chequeBounced, .chequeStale,
            .cashShort, .upiNotFound, .attestationFailed, .attestationGap, .lostDeviceRecovery:
            .warn
        case .suspectRetyped, .instrumentReused, .tenantLapsed, .attestationMissing: .hold
        case .completedAfterKnownCancel, .instrumentReusedElsewhere, .deviceRevoked,
            .deviceLogGap, .attestationReplay, .attestedNotReported, .amountMismatch,
            .wrongCodesInRow:
            .security
        }
    }

    /// The same for the same anomaly, in whatever order its subjects were found.
    func key(_ subjects: [RowKey]) -> RowKey {
        .derived("exception", [Array(rawValue.utf8)] + subjects.sorted().map(\.bytes))
    }

    /// For an anomaly of something that has no row: an instrument, or a day.
    func key(of name: String) -> RowKey {
        .derived("exception", [Array(rawValue.utf8), Array(name.utf8)])
    }
}

enum ExceptionSeverity: String {
    case info = "INFO"
    case warn = "WARN"
    case hold = "HOLD"
    case security = "SECURITY"
}

enum ExceptionState: String {
    case open = "OPEN"
    case autoResolved = "AUTO_RESOLVED"
    case resolved = "RESOLVED"
}

/// One anomaly of a payment, as a rule found it before the payment is booked.
struct Finding {
    let kind: ExceptionKind
    /// Whether the money waits for a person.
    var holds = false
    /// The other payment, when two are the subject.
    var rival: RowKey?
    /// What must not be used twice; the anomaly is then the instrument's and not the pair's.
    var instrument = ""
    var detail = ""
    var severity: ExceptionSeverity?
}
