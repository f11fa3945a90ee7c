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

    static let byCredit = IndexSchema(
        "by_credit", ["retailer", "has_credit", "posted_position"])
    static let byWorker = IndexSchema("by_worker_day", ["worker", "business_day"])
    static let table = TableSchema(
        7, "payment", .mutable, fields, indexes: [byCredit, byWorker], deletes: .forbidden)

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
        }
    }
}

/// Money for one invoice out of one payment; voided, never deleted.
enum AllocationField: UInt32, TableField {
    case payment = 1
    case invoice, retailer, amount, entry
    /// The journal entry that took it back; NULL while it stands.
    case voidedBy

    static let byInvoice = IndexSchema("by_invoice", ["invoice"])
    static let byPayment = IndexSchema("by_payment", ["payment"])
    static let table = TableSchema(
        8, "allocation", .mutable, fields, indexes: [byInvoice, byPayment], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: derived("payment", .key)
        case .invoice: derived("invoice", .key)
        case .retailer: derived("retailer", .key)
        case .amount: computed("amount")
        case .entry: derived("entry", .key)
        case .voidedBy: derived("voided_by", .key)
        }
    }
}

/// What one payment expected to cover of one invoice, and beside whom: the evidence by which
/// double collection is found in any order of arrival.
enum ClaimField: UInt32, TableField {
    case invoice = 1
    case payment, worker, amount
    /// What the author's confirmed data showed as open.
    case base
    /// Claims of the author itself that were not confirmed to it yet; keys in text.
    case own
    /// Earlier claims that the author did not know of; keys in text.
    case unknown
    case position

    static let byInvoice = IndexSchema("by_invoice", ["invoice", "position"])
    static let table = TableSchema(9, "claim", .appendOnly, fields, indexes: [byInvoice])

    var schema: FieldSchema {
        switch self {
        case .invoice: derived("invoice", .key)
        case .payment: derived("payment", .key)
        case .worker: derived("worker", .key)
        case .amount: computed("amount")
        case .base: computed("base")
        case .own: derived("own", .text, default: "")
        case .unknown: derived("unknown", .text, default: "")
        case .position: derived("position", .integer, default: 0)
        }
    }
}

/// What other workers see of a collection at a shop that they share.
enum CollectionNoticeField: UInt32, TableField {
    case retailer = 1
    case amount, method, day, workerLabel

    static let table = TableSchema(10, "collection_notice", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .retailer: derived("retailer", .key)
        case .amount: computed("amount")
        case .method: derived("method", .text)
        case .day: derived("day", .text)
        case .workerLabel: derived("worker_label", .text)
        }
    }
}
