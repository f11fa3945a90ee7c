import LynkCore

/// The tenant as its devices know it; the key is the tenant's id.
enum TenantProfileField: UInt32, TableField {
    case name = 1
    case district, state, phone, currency, zone, status, plan, allocationOrder
    case legalName, address, gstin
    /// UPI addresses, separated by a space; the first is the usual one.
    case upiIDs
    case qrFile, logoFile

    static let table = TableSchema(1, "tenant_profile", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .name: stated("name", .text)
        case .district: stated("district", .text)
        case .state: stated("state", .text)
        case .phone: stated("phone", .text)
        case .currency: stated("currency", .text, default: "INR")
        case .zone: stated("zone", .text, default: "Asia/Kolkata")
        case .status: stated("status", .text, default: "ACTIVE")
        case .plan: stated("subscription_plan", .text, default: "STANDARD")
        case .allocationOrder:
            stated("allocation_order", .text, default: .text(AllocationOrder.issueDate.rawValue))
        case .legalName: stated("legal_name", .text, default: "")
        case .address: stated("address", .text, default: "")
        case .gstin: stated("gstin", .text, default: "")
        case .upiIDs: stated("upi_ids", .text, default: "")
        case .qrFile: stated("qr_file", .blob)
        case .logoFile: stated("logo_file", .blob)
        }
    }
}

enum AreaField: UInt32, TableField {
    case name = 1
    /// PIN codes of six digits, separated by a space.
    case zipcodes
    case active

    static let table = TableSchema(2, "area", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .name: stated("name", .text)
        case .zipcodes: stated("zipcodes", .text, default: "")
        case .active: stated("active", .integer, default: 1)
        }
    }
}

enum WorkerField: UInt32, TableField {
    case name = 1
    case phone
    /// Keys of areas in text, separated by a space.
    case areas
    case active
    /// PIN codes of six digits, separated by a space.
    case zipcodes

    static let table = TableSchema(3, "worker", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .name: stated("name", .text)
        case .phone: stated("phone", .text)
        case .areas: stated("area_ids", .text, default: "")
        case .active: stated("active", .integer, default: 1)
        case .zipcodes: stated("zipcodes", .text, default: "")
        }
    }
}

/// A shop as one tenant knows it: the link, a copy of its identity, and what it owes.
enum RetailerField: UInt32, TableField {
    case code = 1
    case name, phone, area, zipcode, creditLimit, paymentTermsDays
    /// Keys of workers in text, separated by a space; empty means visible by area.
    case directWorkers
    case active
    case outstanding, unappliedCredit, heldAmount, totalInvoiced, totalPaid
    case paymentsCount, invoicesCount, lastPaymentAt, lastInvoiceAt
    /// The earliest due day of an unpaid invoice; NULL when all are paid.
    case oldestOpenDue
    case openExceptions
    /// The shop that this one turned out to be: the first of the log with the same phone number.
    case aliasOf
    case creditLeft
    /// The last five, newest first: keys, separated by a space.
    case recentPayments, recentInvoices
    /// The hub's position of the last change to the figures.
    case computedPosition

    static let byActive = IndexSchema("by_active", ["active", "area"])
    static let byPhone = IndexSchema("retailer_by_phone", ["phone"])
    static let byAlias = IndexSchema("retailer_by_alias", ["alias_of"])
    static let byOutstanding = IndexSchema(
        "retailer_by_active_outstanding", ["active", "outstanding", "id"])
    static let table = TableSchema(
        4, "retailer", .mutable, fields, indexes: [byActive, byPhone, byAlias, byOutstanding],
        deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .code: stated("code", .text)
        case .name: stated("name", .text)
        case .phone: stated("phone", .text)
        case .area: stated("area", .key)
        case .zipcode: stated("zipcode", .text)
        case .creditLimit: stated("credit_limit", .money, default: 0)
        case .paymentTermsDays: stated("payment_terms_days", .integer, default: 0)
        case .directWorkers: stated("direct_worker_ids", .text, default: "")
        case .active: stated("active", .integer, default: 1)
        case .outstanding: computed("outstanding")
        case .unappliedCredit: computed("unapplied_credit")
        case .heldAmount: computed("held_amount")
        case .totalInvoiced: computed("total_invoiced")
        case .totalPaid: computed("total_paid")
        case .paymentsCount: derived("payments_count", .integer, default: 0)
        case .invoicesCount: derived("invoices_count", .integer, default: 0)
        case .lastPaymentAt: derived("last_payment_at", .integer)
        case .lastInvoiceAt: derived("last_invoice_at", .integer)
        case .oldestOpenDue: derived("oldest_open_due", .text)
        case .openExceptions: derived("open_exceptions", .integer, default: 0)
        case .aliasOf: derived("alias_of", .key)
        case .creditLeft: computed("credit_left")
        case .recentPayments: derived("recent_payments", .text, default: "")
        case .recentInvoices: derived("recent_invoices", .text, default: "")
        case .computedPosition: derived("computed_position", .integer, default: 0)
        }
    }
}
