import LynkCore

/// A person of the office: admin, cashier or auditor. The key is the user's id.
enum UserAccountField: UInt32, TableField {
    case name = 1
    case email, phone
    /// Names of roles, separated by a space.
    case roles, active

    static let table = TableSchema(
        18, "user_account", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .name: stated("name", .text)
        case .email: stated("email", .text)
        case .phone: stated("phone", .text)
        case .roles: stated("roles", .text, default: "")
        case .active: stated("active", .integer, default: 1)
        }
    }
}

/// A device as the office judges it; the key is the device's id.
enum DeviceStatusField: UInt32, TableField {
    case user = 1
    case state
    /// When it was lost or revoked, in milliseconds since 1970; NULL is when it was said.
    case since, receiptPrefix, platform, reason

    static let byUser = IndexSchema("device_status_by_user", ["user"])
    static let table = TableSchema(
        19, "device_status", .mutable, fields, indexes: [byUser], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .user: stated("user", .key)
        case .state: stated("state", .text, .lattice(DeviceState.lattice), default: "ACTIVE")
        case .since: stated("since", .integer)
        case .receiptPrefix: stated("receipt_prefix", .text, default: "")
        case .platform: stated("platform", .text, default: "")
        case .reason: stated("reason", .text, default: "")
        }
    }
}

/// What only the office knows of a shop; the key is the shop's. Apart, because fields of one row
/// are all seen by the same people.
enum RetailerPrivateField: UInt32, TableField {
    case notes = 1
    /// The limit that the office keeps to itself; NULL is the one that workers see.
    case creditLimit, ownerName, email, gstin, drugLicence, rating

    static let table = TableSchema(
        20, "retailer_private", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .notes: stated("notes", .text, default: "")
        case .creditLimit: stated("credit_limit", .money)
        case .ownerName: stated("owner_name", .text, default: "")
        case .email: stated("email", .text, default: "")
        case .gstin: stated("gstin", .text, default: "")
        case .drugLicence: stated("drug_licence", .text, default: "")
        case .rating: stated("rating", .text, default: "")
        }
    }
}

/// A retailer's confirmation key: what is public of it.
enum RetailerKeyField: UInt32, TableField {
    case retailer = 1
    case version, kdf
    /// Ed25519, 32 bytes.
    case publicKey, state, issuedAt, revokedAt
    /// Counters up to this one were used under an earlier card.
    case floor

    static let byRetailer = IndexSchema(
        "retailer_key_by_retailer", ["retailer", "key_version"])
    static let table = TableSchema(
        21, "retailer_key", .mutable, fields, indexes: [byRetailer], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .retailer: stated("retailer", .key, .immutable)
        case .version: stated("key_version", .integer, .immutable)
        case .kdf: stated("kdf", .text, .immutable, default: "")
        case .publicKey: stated("public_key", .blob, .immutable)
        case .state: stated("state", .text, .lattice(KeyState.lattice), default: "ACTIVE")
        case .issuedAt: stated("issued_at", .integer, .immutable)
        case .revokedAt: stated("revoked_at", .integer)
        case .floor: stated("floor", .integer, default: 0)
        }
    }
}

/// Who was to collect where from now on, and why: for people. Judgement goes by the stamps of
/// the assigned columns themselves.
enum AssignmentChangeField: UInt32, TableField {
    case retailer = 1
    case area, from, to, reason, by

    static let table = TableSchema(
        22, "assignment_change", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .retailer: stated("retailer", .key, .immutable)
        case .area: stated("area", .key, .immutable)
        case .from: stated("from_workers", .text, .immutable, default: "")
        case .to: stated("to_workers", .text, .immutable, default: "")
        case .reason: stated("reason", .text, .immutable, default: "")
        case .by: stated("by_user", .key, .immutable)
        }
    }
}

/// A visit, also one without money.
enum WorkerVisitField: UInt32, TableField {
    case worker = 1
    case retailer, at
    /// PAID, NOT_PAID, CLOSED or PROMISED.
    case outcome, promisedDay, promisedAmount

    static let table = TableSchema(
        23, "worker_visit", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .worker: stated("worker", .key, .immutable)
        case .retailer: stated("retailer", .key, .immutable)
        case .at: stated("at", .integer, .immutable)
        case .outcome: stated("outcome", .text, .immutable)
        case .promisedDay: stated("promised_day", .text, .immutable)
        case .promisedAmount: stated("promised_amount", .money, .immutable)
        }
    }
}
