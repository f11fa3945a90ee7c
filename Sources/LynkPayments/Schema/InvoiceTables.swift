import LynkCore

/// What a retailer owes for one delivery. The figures never change; only the standing does.
enum InvoiceField: UInt32, TableField {
    case retailer = 1
    case number, issueDate, dueDate, taxable, gst, roundOff, total
    /// NO or YES; an invoice once cancelled stays so.
    case cancelled
    /// What is not covered by allocations yet.
    case open
    /// Empty until the hub has booked the invoice, then ``InvoiceStatus``.
    case status
    /// What it comes to as amended; NULL while it never was.
    case billed
    case writtenOff
    /// Amendments so far.
    case version

    static let byDue = IndexSchema("invoice_by_due", ["status", "due_date"])
    static let byRetailer = IndexSchema(
        "invoice_by_retailer_status",
        ["retailer", "status", "issue_date", "invoice_number", "id"])
    static let table = TableSchema(
        5, "invoice", .mutable, fields, indexes: [byRetailer, byDue], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .retailer: stated("retailer", .key, .immutable)
        case .number: stated("invoice_number", .text, .immutable)
        case .issueDate: stated("issue_date", .text, .immutable)
        case .dueDate: stated("due_date", .text, .immutable)
        case .taxable: stated("taxable", .money, .immutable, default: 0)
        case .gst: stated("gst", .money, .immutable, default: 0)
        case .roundOff: stated("round_off", .money, .immutable, default: 0)
        case .total: stated("total", .money, .immutable, default: 0)
        case .cancelled: stated("cancelled", .text, .lattice(Cancellation.lattice), default: "NO")
        case .open: computed("open")
        case .status: derived("status", .text, default: "")
        case .billed: derived("billed", .money)
        case .writtenOff: computed("written_off")
        case .version: derived("version", .integer, default: 0)
        }
    }
}

/// The states of `invoice.cancelled`.
enum Cancellation {
    static let lattice = Lattice(["NO", "YES"])
    static let yes: Value = "YES"
}

/// Where an invoice stands, by what is open of it.
enum InvoiceStatus: String, CaseIterable {
    case open = "OPEN"
    case partial = "PARTIAL"
    case paid = "PAID"
    case cancelled = "CANCELLED"

    init(open: Int64, total: Int64) {
        self = open == 0 ? .paid : open == total ? .open : .partial
    }
}

enum InvoiceLineField: UInt32, TableField {
    case invoice = 1
    /// A copy of the invoice's, because it decides who sees the line.
    case retailer
    case line, item, hsn, batch, expiry, quantity, unitPrice, gstBasisPoints, taxable, tax

    static let byInvoice = IndexSchema("by_invoice", ["invoice", "line"])
    static let table = TableSchema(6, "invoice_line", .appendOnly, fields, indexes: [byInvoice])

    var schema: FieldSchema {
        switch self {
        case .invoice: stated("invoice", .key, .immutable)
        case .retailer: stated("retailer", .key, .immutable)
        case .line: stated("line", .integer, .immutable)
        case .item: stated("item", .text, .immutable)
        case .hsn: stated("hsn", .text, .immutable)
        case .batch: stated("batch", .text, .immutable)
        case .expiry: stated("expiry", .text, .immutable)
        case .quantity: stated("quantity", .integer, .immutable)
        case .unitPrice: stated("unit_price", .money, .immutable)
        case .gstBasisPoints: stated("gst_bps", .integer, .immutable)
        case .taxable: stated("taxable", .money, .immutable)
        case .tax: stated("tax", .money, .immutable)
        }
    }
}
