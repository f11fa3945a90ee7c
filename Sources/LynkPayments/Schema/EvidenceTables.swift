import LynkCore

/// One witness of a payment: what the payer confirmed. See the chapter on confirmation codes.
enum AttestationField: UInt32, TableField {
    /// The payment, by the key that its maker gave it; it may not be there yet.
    case payment = 1
    case retailer
    /// Who collected; NULL when the witness cannot know (typed codes).
    case worker, keyVersion, counter, challenge, amount, method
    /// ``AttestationKind``.
    case kind, code, signature
    /// The payment as the payer saw it, field by field, for recovery.
    case payload
    /// ``AttestationSource``.
    case uploadedBy, madeAt
    /// Empty until judged, then ``AttestationResult``.
    case result
    /// The counter that the code was made with.
    case matchedCounter, position
    /// ``AttestationRecord``: what time has still to tell of its counter.
    case record
    /// When the hub got it, in milliseconds; its own clock judges what is overdue.
    case receivedAt
    /// The version of the key that the code was made with, or that a wrong one counts against.
    case matchedVersion
    /// The payer's device that asked for the code; of codes that the hub gave.
    case device

    static let byPayment = IndexSchema(
        "attestation_by_payment", ["payment"])
    static let byCounter = IndexSchema(
        "attestation_by_counter", ["retailer", "key_version", "counter"])
    static let byRecord = IndexSchema(
        "attestation_by_record", ["record", "result"])
    static let table = TableSchema(
        24, "attestation", .mutable, fields, indexes: [byPayment, byCounter, byRecord],
        deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: stated("payment", .key, .immutable)
        case .retailer: stated("retailer", .key, .immutable)
        case .worker: stated("worker", .key, .immutable)
        case .keyVersion: stated("key_version", .integer, .immutable)
        case .counter: stated("counter", .integer, .immutable)
        case .challenge: stated("challenge", .text, .immutable, default: "")
        case .amount: stated("amount", .money, .immutable)
        case .method: stated("method", .text, .immutable, default: "")
        case .kind: stated("kind", .text, .immutable)
        case .code: stated("code", .text, .immutable, default: "")
        case .signature: stated("signature", .blob, .immutable)
        case .payload: stated("payload", .text, .immutable, default: "")
        case .uploadedBy: stated("uploaded_by", .text, .immutable)
        case .madeAt: stated("made_at", .integer, .immutable)
        case .result: derived("result", .text, default: "")
        case .matchedCounter: derived("matched_counter", .integer)
        case .position: derived("position", .integer, default: 0)
        case .record: derived("record", .text, default: "")
        case .receivedAt: derived("received_at", .integer, default: 0)
        case .matchedVersion: derived("matched_version", .integer)
        case .device: stated("device", .key, .immutable)
        }
    }
}

/// A code that was asked for while online.
enum OtpChallengeField: UInt32, TableField {
    case payment = 1
    case retailer, amount
    /// HMAC over payment, amount and code; never the code.
    case digest, expiresAt, attempts, cooldownUntil, failures, channel, usedAt
    /// When codes were given within the last hour, in milliseconds with a space between.
    case sentAt

    static let byPayment = IndexSchema(
        "otp_challenge_by_payment", ["payment"])
    static let table = TableSchema(
        25, "otp_challenge", .mutable, fields, indexes: [byPayment], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: derived("payment", .key)
        case .retailer: derived("retailer", .key)
        case .amount: derived("amount", .money, default: 0)
        case .digest: derived("digest", .blob)
        case .expiresAt: derived("expires_at", .integer, default: 0)
        case .attempts: derived("attempts", .integer, default: 0)
        case .cooldownUntil: derived("cooldown_until", .integer, default: 0)
        case .failures: derived("consecutive_failures", .integer, default: 0)
        case .channel: derived("channel", .text, default: "")
        case .usedAt: derived("used_at", .integer)
        case .sentAt: derived("sent_at", .text, default: "")
        }
    }
}

/// What limits the codes of one shop, one device or one worker; the key follows from the subject.
enum CodeLimitField: UInt32, TableField {
    case subject = 1
    /// When codes were given to it within the last hour, in milliseconds with a space between.
    case sentAt
    /// Wrong codes of a worker since the last right one.
    case wrongInRow

    static let table = TableSchema(
        48, "code_limit", .mutable, fields, deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .subject: derived("subject", .key)
        case .sentAt: derived("sent_at", .text, default: "")
        case .wrongInRow: derived("wrong_in_row", .integer, default: 0)
        }
    }
}

/// A slip of the pen in a reference or a cheque's number. Amount and retailer have none.
enum InstrumentCorrectionField: UInt32, TableField {
    case payment = 1
    case reference, bank, chequeDate, reason
    /// Empty until judged, then ``FactOutcome``.
    case outcome
    /// Who wrote it.
    case by

    static let byPayment = IndexSchema(
        "instrument_correction_by_payment", ["payment"])
    static let table = TableSchema(
        26, "instrument_correction", .mutable, fields, indexes: [byPayment], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: stated("payment", .key, .immutable)
        case .reference: stated("reference", .text, .immutable, default: "")
        case .bank: stated("bank", .text, .immutable, default: "")
        case .chequeDate: stated("cheque_date", .text, .immutable)
        case .reason: stated("reason", .text, .immutable, default: "")
        case .outcome: derived("outcome", .text, default: "")
        case .by: stated("by_user", .key, .immutable)
        }
    }
}

/// The audit trail of a payment. Its first booking is told by the payment and its entry.
enum PaymentEventField: UInt32, TableField {
    case payment = 1
    case kind, from, to, actor, reason, at
    /// 1 for a step that was not allowed: it is kept and has no effect.
    case flagged

    static let byPayment = IndexSchema(
        "payment_event_by_payment", ["payment"])
    static let table = TableSchema(
        27, "payment_event", .appendOnly, fields, indexes: [byPayment])

    var schema: FieldSchema {
        switch self {
        case .payment: derived("payment", .key)
        case .kind: derived("kind", .text)
        case .from: derived("from_state", .text, default: "")
        case .to: derived("to_state", .text, default: "")
        case .actor: derived("actor", .key)
        case .reason: derived("reason", .text, default: "")
        case .at: derived("at", .integer, default: 0)
        case .flagged: derived("flagged", .integer, default: 0)
        }
    }
}

/// A photograph or document that a payment names.
enum ProofFileField: UInt32, TableField {
    case payment = 1
    case sha256, mime, bytes, state
    /// 1 when the office has looked at it.
    case checked
    /// Who wrote it.
    case by

    static let byPayment = IndexSchema(
        "proof_file_by_payment", ["payment"])
    static let byState = IndexSchema("proof_file_by_state", ["state"])
    static let table = TableSchema(
        28, "proof_file", .mutable, fields, indexes: [byPayment, byState], deletes: .forbidden)

    var schema: FieldSchema {
        switch self {
        case .payment: stated("payment", .key, .immutable)
        case .sha256: stated("sha256", .blob, .immutable)
        case .mime: stated("mime", .text, .immutable, default: "")
        case .bytes: stated("bytes", .integer, .immutable)
        case .state: stated("state", .text, .lattice(ProofState.lattice), default: "LOCAL")
        case .checked: stated("checked", .integer, default: 0)
        case .by: stated("by_user", .key, .immutable)
        }
    }
}

/// What a device says it has sent: two numbered witnesses of the same receipts.
enum DeviceReportField: UInt32, TableField {
    case device = 1
    /// Every receipt up to this counter was sent, the device says.
    case lastCounter, lastReceipt, worker

    static let table = TableSchema(
        29, "device_report", .appendOnly, fields)

    var schema: FieldSchema {
        switch self {
        case .device: stated("device", .key, .immutable)
        case .lastCounter: stated("last_counter", .integer, .immutable)
        case .lastReceipt: stated("last_receipt", .blob, .immutable)
        case .worker: stated("worker", .key, .immutable)
        }
    }
}
