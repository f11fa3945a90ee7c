import LynkCore

/// One event in the books; its postings sum to zero. Never changed: corrections are new entries.
enum JournalEntryField: UInt32, TableField {
    case kind = 1
    /// The payment or invoice that it is about.
    case reference
    case retailer, effectiveDay, postedDay
    /// The entry that this one takes back.
    case reverses

    static let bySubject = IndexSchema("journal_entry_by_subject", ["subject"])
    static let byRetailer = IndexSchema(
        "journal_entry_by_retailer", ["retailer", "effective_day", "kind", "id"])
    static let table = TableSchema(
        11, "journal_entry", .appendOnly, fields, indexes: [bySubject, byRetailer])

    var schema: FieldSchema {
        switch self {
        case .kind: derived("kind", .text)
        case .reference: derived("subject", .key)
        case .retailer: derived("retailer", .key)
        case .effectiveDay: derived("effective_day", .text)
        case .postedDay: derived("posted_day", .text)
        case .reverses: derived("reverses", .key)
        }
    }
}

/// One side of an entry: a debit or a credit in minor units, never both.
enum PostingField: UInt32, TableField {
    case entry = 1
    case line, account
    /// The retailer or worker whose sub-account it is; NULL for the tenant's own accounts.
    case party
    case debit, credit

    static let byAccount = IndexSchema("posting_by_account", ["account", "party"])
    static let byEntry = IndexSchema("posting_by_entry", ["entry"])
    static let table = TableSchema(
        12, "posting", .appendOnly, fields, indexes: [byAccount, byEntry])

    var schema: FieldSchema {
        switch self {
        case .entry: derived("entry", .key)
        case .line: derived("line", .integer, default: 0)
        case .account: derived("account", .text)
        case .party: derived("party", .key)
        case .debit: computed("debit")
        case .credit: computed("credit")
        }
    }
}

/// Something that a person should look at. The key follows from kind and subjects, so the same
/// anomaly found in any order is one row.
enum ExceptionField: UInt32, TableField {
    case kind = 1
    case severity, state
    /// Keys in text, ascending, separated by a space.
    case subjects
    case retailer, payment
    /// The other payment, when two are the subject.
    case rival
    case detail, amount, openedPosition, openedAt
    case worker, day
    /// What must not be used twice.
    case instrument
    case resolution, resolvedBy

    static let byState = IndexSchema(
        "exception_by_state_severity", ["state", "severity", "opened_position", "id"])
    static let byWorker = IndexSchema("exception_by_worker", ["kind", "worker"])
    static let byPayment = IndexSchema("exception_by_payment", ["payment"])
    static let table = TableSchema(
        13, "exception", .mutable, fields, indexes: [byState, byWorker, byPayment],
        deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .kind: derived("kind", .text)
        case .severity: derived("severity", .text)
        case .state: derived("state", .text)
        case .subjects: derived("subjects", .text)
        case .retailer: derived("retailer", .key)
        case .payment: derived("payment", .key)
        case .rival: derived("rival", .key)
        case .detail: derived("detail", .text, default: "")
        case .amount: computed("amount")
        case .openedPosition: derived("opened_position", .integer, default: 0)
        case .openedAt: derived("opened_at", .integer, default: 0)
        case .worker: derived("worker", .key)
        case .day: derived("day", .text)
        case .instrument: derived("instrument", .text, default: "")
        case .resolution: derived("resolution", .text, default: "")
        case .resolvedBy: derived("resolved_by", .key)
        }
    }
}
