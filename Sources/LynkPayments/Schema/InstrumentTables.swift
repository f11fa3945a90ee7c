import LynkCore

/// What the bank did with a cheque.
enum ChequeEventField: UInt32, TableField {
    case payment = 1
    /// ``ChequeStep``.
    case event, day, reason
    /// Empty until judged, then ``FactOutcome``.
    case outcome

    static let byPayment = IndexSchema(
        "cheque_event_by_payment", ["payment"])
    static let table = TableSchema(
        33, "cheque_event", .mutable, fields, indexes: [byPayment], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: stated("payment", .key, .immutable)
        case .event: stated("event", .text, .immutable)
        case .day: stated("day", .text, .immutable)
        case .reason: stated("reason", .text, .immutable, default: "")
        case .outcome: derived("outcome", .text, default: "")
        }
    }
}

/// One credit in a bank statement.
enum BankLineField: UInt32, TableField {
    case account = 1
    case day, amount, utr, narration
    /// The payment that it proves; NULL while nobody's.
    case payment

    static let byUtr = IndexSchema(
        "bank_line_by_utr", ["utr"])
    static let table = TableSchema(
        34, "bank_line", .mutable, fields, indexes: [byUtr], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .account: stated("account", .text, .immutable, default: "")
        case .day: stated("day", .text, .immutable)
        case .amount: stated("amount", .money, .immutable)
        case .utr: stated("utr", .text, .immutable, default: "")
        case .narration: stated("narration", .text, .immutable, default: "")
        case .payment: derived("payment", .key)
        }
    }
}

/// Somebody of the office says which payment a bank line is.
enum BankMatchField: UInt32, TableField {
    case line = 1
    case payment, by, reason
    /// Empty until judged, then ``FactOutcome``.
    case outcome

    static let byLine = IndexSchema(
        "bank_match_by_line", ["line"])
    static let table = TableSchema(
        35, "bank_match", .mutable, fields, indexes: [byLine], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .line: stated("line", .key, .immutable)
        case .payment: stated("payment", .key, .immutable)
        case .by: stated("by_user", .key, .immutable)
        case .reason: stated("reason", .text, .immutable, default: "")
        case .outcome: derived("outcome", .text, default: "")
        }
    }
}

/// The platform knows the instrument from another tenant, which it does not name.
enum InstrumentAlertField: UInt32, TableField {
    /// As in `payment.instrument`.
    case instrument = 1
    case reportedAt

    static let table = TableSchema(
        36, "instrument_alert", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .instrument: stated("instrument", .text, .immutable)
        case .reportedAt: stated("reported_at", .integer, .immutable)
        }
    }
}
