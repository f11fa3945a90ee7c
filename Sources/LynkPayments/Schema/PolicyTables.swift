import LynkCore

/// What a tenant decided; the key is the tenant's id. A column that nobody wrote has the default
/// of the book, and a tenant without the row has all defaults.
enum TenantPolicyField: UInt32, TableField {
    case otpLength = 1
    case otpExpirySeconds, otpAttempts, smsPerHour, offlineCash, offlineInstrument
    case unsyncedTotal, unsyncedCount, warnHours, stopHours, unattested
    /// NONE, ABOVE (``attestationAbove``) or ALWAYS.
    case attestation, attestationAbove
    /// Cash of one retailer in a day from which on rule 25 speaks.
    case cashDayLimit, chequeEditHours, utrPolicy, showPeers, dualControlAbove
    /// How long a worker may not have heard of a revocation.
    case graceHours
    /// What a bounced cheque costs the retailer; 0 charges nothing.
    case bounceCharge, upiDays, returnsEnabled

    static let table = TableSchema(
        14, "tenant_policy", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .otpLength: stated("otp_length", .integer, default: 6)
        case .otpExpirySeconds: stated("otp_expiry_seconds", .integer, default: 600)
        case .otpAttempts: stated("max_otp_attempts", .integer, default: 3)
        case .smsPerHour: stated("sms_rate_limit_per_hour", .integer, default: 20)
        case .offlineCash: stated("offline_max_cash", .money, default: 5_000_000)
        case .offlineInstrument: stated("offline_max_instrument", .money, default: 20_000_000)
        case .unsyncedTotal: stated("unsynced_total_max", .money, default: 50_000_000)
        case .unsyncedCount: stated("unsynced_count_max", .integer, default: 200)
        case .warnHours: stated("warn_hours", .integer, default: 24)
        case .stopHours: stated("stop_hours", .integer, default: 168)
        case .unattested: stated("unattested_max", .money, default: 200_000)
        case .attestation: stated("attestation_required", .text, default: "ABOVE")
        case .attestationAbove: stated("attestation_above", .money, default: 500_000)
        case .cashDayLimit: stated("cash_day_limit", .money, default: 20_000_000)
        case .chequeEditHours: stated("cheque_edit_hours", .integer, default: 48)
        case .utrPolicy: stated("utr_policy", .text, default: "LAST4_OR_PROOF")
        case .showPeers: stated("show_peer_collections", .integer, default: 1)
        case .dualControlAbove: stated("reversal_dual_control_above", .money, default: 5_000_000)
        case .graceHours: stated("grace_hours", .integer, default: 72)
        case .bounceCharge: stated("bounce_charge", .money, default: 0)
        case .upiDays: stated("upi_not_found_days", .integer, default: 7)
        case .returnsEnabled: stated("returns_enabled", .integer, default: 0)
        }
    }
}

/// The contract between the platform and a tenant; the key is the tenant's id.
enum SubscriptionField: UInt32, TableField {
    case plan = 1
    case term, startDay
    /// The last paid day; NULL has no end.
    case endDay, graceDays
    /// Payments in a calendar month; 0 is no limit.
    case paymentsMax, retailersMax, workersMax, assignedBy, leaseKeyVersion

    static let table = TableSchema(
        15, "subscription", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .plan: stated("plan", .text, default: "STANDARD")
        case .term: stated("term", .text, default: "1_YEAR")
        case .startDay: stated("start_day", .text)
        case .endDay: stated("end_day", .text)
        case .graceDays: stated("grace_days", .integer, default: 7)
        case .paymentsMax: stated("payments_max", .integer, default: 0)
        case .retailersMax: stated("retailers_max", .integer, default: 0)
        case .workersMax: stated("workers_max", .integer, default: 0)
        case .assignedBy: stated("assigned_by", .key)
        case .leaseKeyVersion: stated("lease_key_version", .integer, default: 0)
        }
    }
}

/// How much of the plan a month has used; apart from the subscription, which devices have.
enum PlanUsageField: UInt32, TableField {
    /// `yyyy-mm` of the effective day.
    case period = 1
    case payments

    static let table = TableSchema(
        16, "plan_usage", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .period: derived("period", .text)
        case .payments: derived("payments", .integer, default: 0)
        }
    }
}

/// What a tenant means to collect in a month.
enum MonthlyTargetField: UInt32, TableField {
    case year = 1
    case month, target

    static let table = TableSchema(
        17, "monthly_target", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .year: stated("year", .integer, .immutable)
        case .month: stated("month", .integer, .immutable)
        case .target: stated("target", .money, default: 0)
        }
    }
}
