import LynkCore

/// Money that leaves a worker's hands.
enum HandoverField: UInt32, TableField {
    case worker = 1
    /// CASHIER or BANK.
    case to
    /// What the worker says he hands over.
    case cash
    /// Keys of payments, separated by a space.
    case cheques
    /// What the receiver counted on the spot. NULL when it is counted later, which is a fact of
    /// its own: ``HandoverCountField``. Nothing is booked before.
    case counted, slip, acceptedBy, difference
    /// The hub's position at which it was accepted; 0 until then.
    case position

    static let byWorker = IndexSchema(
        "handover_by_worker", ["worker", "position", "id"])
    static let byPosition = IndexSchema("handover_by_position", ["position", "id"])
    static let table = TableSchema(
        37, "handover", .mutable, fields, indexes: [byWorker, byPosition], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .worker: stated("worker", .key, .immutable)
        case .to: stated("to_kind", .text, .immutable, default: "CASHIER")
        case .cash: stated("cash", .money, .immutable, default: 0)
        case .cheques: stated("cheques", .text, .immutable, default: "")
        case .counted: stated("counted", .money, .immutable)
        case .slip: stated("slip", .text, .immutable, default: "")
        case .acceptedBy: derived("accepted_by", .key)
        case .difference: derived("difference", .money, default: 0)
        case .position: derived("position", .integer, default: 0)
        }
    }
}

/// What the office counted of a handover. The first count in the hub's order stands.
enum HandoverCountField: UInt32, TableField {
    /// It may arrive before the handover does.
    case handover = 1
    case counted
    /// Keys of cheques that were said and were not there, separated by a space.
    case missing
    case slip
    /// Who counted.
    case by
    /// Empty until judged, then ``FactOutcome``.
    case outcome, position

    static let byHandover = IndexSchema("handover_count_by_handover", ["handover"])
    static let table = TableSchema(
        46, "handover_count", .mutable, fields, indexes: [byHandover], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .handover: stated("handover", .key, .immutable)
        case .counted: stated("counted", .money, .immutable)
        case .missing: stated("missing", .text, .immutable, default: "")
        case .slip: stated("slip", .text, .immutable, default: "")
        case .by: stated("by_user", .key, .immutable)
        case .outcome: derived("outcome", .text, default: "")
        case .position: derived("position", .integer, default: 0)
        }
    }
}

/// How much cash went on from one hand, and how much of it stands on payments. The key is the
/// worker's for what he handed over, the tenant's for what came to the bank.
enum CashCoverField: UInt32, TableField {
    /// All that went on; what no payment stands for is this less ``covered``.
    case total = 1
    /// Sum of the payments that went on with it, oldest first.
    case covered

    static let table = TableSchema(
        47, "cash_cover", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .total: computed("total")
        case .covered: computed("covered")
        }
    }
}

/// Cash that went from the office's box to the bank.
enum DepositField: UInt32, TableField {
    case account = 1
    case amount, day, slip

    static let table = TableSchema(
        38, "deposit", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .account: stated("account", .text, .immutable, default: "")
        case .amount: stated("amount", .money, .immutable)
        case .day: stated("day", .text, .immutable)
        case .slip: stated("slip", .text, .immutable, default: "")
        }
    }
}

/// A day that is counted: what arrives later is on the next open day, as late.
enum DayCloseField: UInt32, TableField {
    /// NULL closes the day of the whole tenant.
    case worker = 1
    case day, reopened, lockedBy, lockedAt, cash, cheque, upi, bank

    static let byDay = IndexSchema(
        "day_close_by_day", ["day"])
    static let table = TableSchema(
        39, "day_close", .mutable, fields, indexes: [byDay], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .worker: stated("worker", .key, .immutable)
        case .day: stated("day", .text, .immutable)
        case .reopened: stated("reopened", .integer, default: 0)
        case .lockedBy: derived("locked_by", .key)
        case .lockedAt: derived("locked_at", .integer, default: 0)
        case .cash: derived("cash", .money, default: 0)
        case .cheque: derived("cheque", .money, default: 0)
        case .upi: derived("upi", .money, default: 0)
        case .bank: derived("bank", .money, default: 0)
        }
    }
}

/// What a worker collected on a business day by one method.
enum WorkerDayField: UInt32, TableField {
    case worker = 1
    case day, method, count, amount, held, reversed

    static let byWorker = IndexSchema(
        "worker_day_by_worker", ["worker", "day"])
    static let byDay = IndexSchema("worker_day_by_day", ["day", "method"])
    static let table = TableSchema(
        40, "worker_day", .mutable, fields, indexes: [byWorker, byDay], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .worker: derived("worker", .key)
        case .day: derived("day", .text)
        case .method: derived("method", .text)
        case .count: derived("payments", .integer, default: 0)
        case .amount: derived("amount", .money, default: 0)
        case .held: derived("held", .money, default: 0)
        case .reversed: derived("reversed", .money, default: 0)
        }
    }
}

/// What was collected in an area, by the area of the payment and not the shop's present one.
enum AreaDayField: UInt32, TableField {
    case area = 1
    case day, count, amount

    static let byArea = IndexSchema("area_day_by_area", ["area", "day"])
    static let byDay = IndexSchema("area_day_by_day", ["day", "area"])
    static let table = TableSchema(
        41, "area_day", .mutable, fields, indexes: [byArea, byDay], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .area: derived("area", .key)
        case .day: derived("day", .text)
        case .count: derived("payments", .integer, default: 0)
        case .amount: derived("amount", .money, default: 0)
        }
    }
}

/// The office's clock struck: whatever is due by now is looked at.
enum ClockTickField: UInt32, TableField {
    /// Milliseconds since 1970; rules of time are judged as of the hub's own clock.
    case at = 1

    static let table = TableSchema(
        42, "clock_tick", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .at: stated("at", .integer, .immutable)
        }
    }
}
