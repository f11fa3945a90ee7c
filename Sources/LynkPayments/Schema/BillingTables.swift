import LynkCore

/// What a retailer owes less: it is applied like money.
enum CreditNoteField: UInt32, TableField {
    case retailer = 1
    case number
    /// RETURN, EXPIRY, DISCOUNT or CORRECTION.
    case reason, taxable, gst, total, against, day, applied, unapplied, hasCredit, position

    static let byCredit = IndexSchema(
        "credit_note_by_credit", ["retailer", "has_credit", "posted_position"])
    static let table = TableSchema(
        43, "credit_note", .mutable, fields, indexes: [byCredit], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .retailer: stated("retailer", .key, .immutable)
        case .number: stated("number", .text, .immutable)
        case .reason: stated("reason", .text, .immutable)
        case .taxable: stated("taxable", .money, .immutable, default: 0)
        case .gst: stated("gst", .money, .immutable, default: 0)
        case .total: stated("total", .money, .immutable, default: 0)
        case .against: stated("against_invoice", .key, .immutable)
        case .day: stated("day", .text, .immutable)
        case .applied: derived("applied", .money, default: 0)
        case .unapplied: derived("unapplied", .money, default: 0)
        case .hasCredit: derived("has_credit", .integer, default: 0)
        case .position: derived("posted_position", .integer, default: 0)
        }
    }
}

/// New figures of an invoice; the old ones stay on it.
enum InvoiceAmendmentField: UInt32, TableField {
    case invoice = 1
    case retailer, taxable, gst, roundOff, total, reason
    /// Empty until judged, then ``FactOutcome``.
    case outcome

    static let byInvoice = IndexSchema(
        "invoice_amendment_by_invoice", ["invoice"])
    static let table = TableSchema(
        44, "invoice_amendment", .mutable, fields, indexes: [byInvoice], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .invoice: stated("invoice", .key, .immutable)
        case .retailer: stated("retailer", .key, .immutable)
        case .taxable: stated("taxable", .money, .immutable, default: 0)
        case .gst: stated("gst", .money, .immutable, default: 0)
        case .roundOff: stated("round_off", .money, .immutable, default: 0)
        case .total: stated("total", .money, .immutable, default: 0)
        case .reason: stated("reason", .text, .immutable, default: "")
        case .outcome: derived("outcome", .text, default: "")
        }
    }
}

/// What will never be paid of an invoice.
enum WriteOffField: UInt32, TableField {
    case invoice = 1
    case retailer, amount, reason
    /// Empty until judged, then ``FactOutcome``.
    case outcome

    static let byInvoice = IndexSchema(
        "write_off_by_invoice", ["invoice"])
    static let table = TableSchema(
        45, "write_off", .mutable, fields, indexes: [byInvoice], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .invoice: stated("invoice", .key, .immutable)
        case .retailer: stated("retailer", .key, .immutable)
        case .amount: stated("amount", .money, .immutable)
        case .reason: stated("reason", .text, .immutable, default: "")
        case .outcome: derived("outcome", .text, default: "")
        }
    }
}
