import LynkCore

/// What one person of the office decided about a payment. Dual control is two rows of two people.
enum DecisionField: UInt32, TableField {
    /// It may arrive before the payment does. An exception's id stands here where that alone is
    /// resolved, as it must be when it is about no payment.
    case payment = 1
    /// ``DecisionAction``.
    case action, reason, by
    /// For REALLOCATE: `invoice:amount`, separated by a comma.
    case pieces
    /// Empty until judged, then ``FactOutcome``.
    case outcome, position

    static let byPayment = IndexSchema(
        "decision_by_payment", ["payment"])
    static let table = TableSchema(
        30, "decision", .mutable, fields, indexes: [byPayment], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: stated("payment", .key, .immutable)
        case .action: stated("action", .text, .immutable)
        case .reason: stated("reason", .text, .immutable, default: "")
        case .by: stated("by_user", .key, .immutable)
        case .pieces: stated("pieces", .text, .immutable, default: "")
        case .outcome: derived("outcome", .text, default: "")
        case .position: derived("position", .integer, default: 0)
        }
    }
}

/// A retailer does not agree with a payment. Nothing moves until the office decides.
enum DisputeField: UInt32, TableField {
    case payment = 1
    case retailer
    /// AMOUNT or NOT_MINE.
    case claim
    /// What the retailer says was paid.
    case amount, notes, state, resolution

    static let byPayment = IndexSchema(
        "dispute_by_payment", ["payment"])
    static let table = TableSchema(
        31, "dispute", .mutable, fields, indexes: [byPayment], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: stated("payment", .key, .immutable)
        case .retailer: stated("retailer", .key, .immutable)
        case .claim: stated("claim", .text, .immutable, default: "")
        case .amount: stated("amount", .money, .immutable)
        case .notes: stated("notes", .text, .immutable, default: "")
        case .state: stated("state", .text, .lattice(DisputeState.lattice), default: "OPEN")
        case .resolution: stated("resolution", .text, default: "")
        }
    }
}

/// Something that a person is told once; the key follows from kind, subject and recipient.
enum NotificationField: UInt32, TableField {
    case recipient = 1
    case kind, subject, at, read

    static let table = TableSchema(
        32, "notification", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .recipient: derived("recipient", .key)
        case .kind: derived("kind", .text)
        case .subject: derived("subject", .key)
        case .at: derived("at", .integer, default: 0)
        case .read: stated("read_at", .integer)
        }
    }
}
