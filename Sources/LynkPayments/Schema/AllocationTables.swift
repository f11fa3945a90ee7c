import LynkCore

/// Money for one invoice out of one payment; voided, never deleted.
enum AllocationField: UInt32, TableField {
    case payment = 1
    case invoice, retailer, amount, entry
    /// The journal entry that took it back; NULL while it stands.
    case voidedBy
    /// The credit note, when it is no payment's.
    case creditNote

    // Names of indexes are a database's, not a table's: each begins with its table.
    static let byInvoice = IndexSchema("allocation_by_invoice", ["invoice"])
    static let byPayment = IndexSchema("by_payment", ["payment"])
    static let byCreditNote = IndexSchema("allocation_by_credit_note", ["credit_note"])
    static let table = TableSchema(
        8, "allocation", .mutable, fields, indexes: [byInvoice, byPayment, byCreditNote],
        deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: derived("payment", .key)
        case .invoice: derived("invoice", .key)
        case .retailer: derived("retailer", .key)
        case .amount: computed("amount")
        case .entry: derived("entry", .key)
        case .voidedBy: derived("voided_by", .key)
        case .creditNote: derived("credit_note", .key)
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

    static let byInvoice = IndexSchema("claim_by_invoice", ["invoice", "position"])
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

    static let byRetailer = IndexSchema(
        "collection_notice_by_retailer", ["retailer", "day"])
    static let table = TableSchema(
        10, "collection_notice", .appendOnly, fields, indexes: [byRetailer])

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
