import LynkCore

/// Money that somebody says was handed over. What was said never changes; how far the
/// conversation came is ``Lifecycle``; what the books made of it is the hub's.
enum PaymentField: UInt32, TableField {
    case retailer = 1
    case worker, amount, currency, method, reference, receiptNumber, claimedAt
    /// Keys of invoices that the payer named, in text, separated by a comma.
    case intent
    /// What the device's own allocation would touch: `invoice:amount`, separated by a comma.
    case provisional
    case retailerName, workerName, area
    case lifecycle
    /// Empty until it is booked, then ``PaymentPosting``.
    case posting
    /// The day in the tenant's zone when the collection took effect.
    case businessDay
    case applied, unapplied
    /// 1 while ``unapplied`` is more than zero; for the index.
    case hasCredit
    /// The hub's position of the booking: the order among payments.
    case postedPosition
    /// The hub's position at which a cancellation was merged; 0 when none was.
    case cancelledPosition
    /// Of a cheque: whose it is and what it says.
    case bank, chequeDate, micr
    /// The payer's address of a UPI transfer.
    case vpa
    /// ONLINE or OFFLINE, as the device was.
    case origin
    /// Names the installation of the program; the device's id when it is empty.
    case install
    /// The latest hub time that the device had seen, in milliseconds since 1970.
    case serverToken
    /// The receipt's place in the device's own count, from 1; 0 for a device without one.
    case receiptCounter
    case previousReceipt
    case notes
    /// Hashes of proofs in text, separated by a space.
    case proofs
    case retailerCode
    /// The payment whose reversal was a mistake, when this one puts it back.
    case reinstates
    /// The six familiar states: ``PaymentState``. Empty until it is booked.
    case state
    /// Axis 2: ``AttestationState``.
    case attestation
    /// Axis 4: ``Settlement``. Empty until it is booked.
    case settlement
    /// Axis 5: ``ReviewState``.
    case review
    case openExceptions
    /// The kinds of exception that hold it, separated by a space.
    case heldFor
    /// What must not be used twice, as corrected: ``InstrumentKey``. Empty for cash.
    case instrument
    case effectiveDay, effectiveAt
    /// The retailer in whose account it is, when the named one is an alias.
    case account
    case device
    /// The hub's position at which it expired, or at which it was reversed; 0 when it was not.
    case expiredPosition, reversedPosition
    case bankLine, handover
    /// Where a closed day moved it: 1 when ``businessDay`` is not the effective one.
    case isLate
    /// ``reference``, ``bank`` and ``chequeDate`` as corrected; NULL as stated.
    case currentReference, currentBank, currentChequeDate

    static let byCredit = IndexSchema(
        "by_credit", ["retailer", "has_credit", "posted_position"])
    static let byWorker = IndexSchema(
        "payment_by_worker_day", ["worker", "business_day", "method", "claimed_at", "id"])
    static let byWorkerEffective = IndexSchema(
        "payment_by_worker_effective", ["worker", "effective_day", "id"])
    static let byRetailerClaimed = IndexSchema(
        "payment_by_retailer_claimed", ["retailer", "claimed_at", "id"])
    static let byPosition = IndexSchema("payment_by_position", ["posted_position", "id"])
    static let byInstrument = IndexSchema("payment_by_instrument", ["instrument"])
    static let byRetailerDay = IndexSchema(
        "payment_by_retailer_day", ["retailer", "effective_day"])
    static let bySettlement = IndexSchema(
        "payment_by_settlement", ["settlement", "effective_day"])
    static let byPosting = IndexSchema("payment_by_posting", ["posting", "held_for"])
    static let byLifecycle = IndexSchema(
        "payment_by_lifecycle_worker", ["lifecycle", "worker", "claimed_at"])
    static let byReceipt = IndexSchema("payment_by_receipt", ["device", "receipt_counter"])
    /// Cash of one collector by where it is, oldest first.
    static let byCash = IndexSchema(
        "payment_by_cash",
        ["worker", "method", "posting", "settlement", "effective_day", "id"])
    static let table = TableSchema(
        7, "payment", .mutable, fields,
        indexes: [
            byCredit, byWorker, byInstrument, byRetailerDay, bySettlement, byPosting, byLifecycle,
            byReceipt, byWorkerEffective, byRetailerClaimed, byPosition, byCash,
        ], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .retailer: stated("retailer", .key, .immutable)
        case .worker: stated("worker", .key, .immutable)
        case .amount: stated("amount", .money, .immutable)
        case .currency: stated("currency", .text, .immutable, default: "INR")
        case .method: stated("method", .text, .immutable)
        case .reference: stated("reference", .text, .immutable, default: "")
        case .receiptNumber: stated("receipt_no", .text, .immutable, default: "")
        case .claimedAt: stated("claimed_at", .integer, .immutable)
        case .intent: stated("intent", .text, .immutable, default: "")
        case .provisional: stated("provisional", .text, .immutable, default: "")
        case .retailerName: stated("retailer_name", .text, .immutable, default: "")
        case .workerName: stated("worker_name", .text, .immutable, default: "")
        case .area: stated("area", .key, .immutable)
        case .lifecycle:
            stated("lifecycle", .text, .lattice(Lifecycle.lattice), default: "INITIATED")
        case .posting: derived("posting", .text, default: "")
        case .businessDay: derived("business_day", .text)
        case .applied: computed("applied")
        case .unapplied: computed("unapplied")
        case .hasCredit: derived("has_credit", .integer, default: 0)
        case .postedPosition: derived("posted_position", .integer, default: 0)
        case .cancelledPosition: derived("cancelled_position", .integer, default: 0)
        default: laterSchema
        }
    }
}

extension PaymentField {
    /// The fields that came with version 2.
    private var laterSchema: FieldSchema {
        switch self {
        case .bank: stated("bank", .text, .immutable, default: "")
        case .chequeDate: stated("cheque_date", .text, .immutable)
        case .micr: stated("micr", .text, .immutable, default: "")
        case .vpa: stated("vpa", .text, .immutable, default: "")
        case .origin: stated("origin", .text, .immutable, default: "")
        case .install: stated("install", .text, .immutable, default: "")
        case .serverToken: stated("server_token", .integer, .immutable)
        case .receiptCounter: stated("receipt_counter", .integer, .immutable, default: 0)
        case .previousReceipt: stated("previous_receipt", .blob, .immutable)
        case .notes: stated("notes", .text, .immutable, default: "")
        case .proofs: stated("proofs", .text, .immutable, default: "")
        case .retailerCode: stated("retailer_code", .text, .immutable, default: "")
        case .reinstates: stated("reinstates", .key, .immutable)
        case .state: derived("state", .text, default: "")
        case .attestation: derived("attestation", .text, default: "NONE")
        case .settlement: derived("settlement", .text, default: "")
        case .review: derived("review", .text, default: "CLEAN")
        case .openExceptions: derived("open_exceptions", .integer, default: 0)
        case .heldFor: derived("held_for", .text, default: "")
        case .instrument: derived("instrument", .text, default: "")
        case .effectiveDay: derived("effective_day", .text)
        case .effectiveAt: derived("effective_at", .integer, default: 0)
        case .account: derived("account", .key)
        case .device: derived("device", .key)
        case .expiredPosition: derived("expired_position", .integer, default: 0)
        case .reversedPosition: derived("reversed_position", .integer, default: 0)
        case .bankLine: derived("bank_line", .key)
        case .handover: derived("handover", .key)
        case .isLate: derived("is_late", .integer, default: 0)
        case .currentReference: derived("current_reference", .text)
        case .currentBank: derived("current_bank", .text)
        case .currentChequeDate: derived("current_cheque_date", .text)
        // No declared field: the schema's own check finds the empty name.
        default: derived("", .text)
        }
    }
}
