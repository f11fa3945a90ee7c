/// Every failure that a peer, a file or a user can meet: a stable code, and what to do.
///
/// Protocol/09-problems.md lists each with its cause; a test finds each there.
public enum ProblemCode: String, Hashable, Sendable, CaseIterable {
    // who
    case enrolmentCodeUnknown = "enrolment_code_unknown"
    case enrolmentCodeUsed = "enrolment_code_used"
    case tokenMissing = "token_missing"
    case tokenInvalid = "token_invalid"
    case tokenExpired = "token_expired"
    case challengeInvalid = "challenge_invalid"
    case notFound = "not_found"
    case forbidden = "forbidden"
    case deviceRevoked = "device_revoked"
    case notEnrolled = "not_enrolled"
    case roleUnknown = "role_unknown"
    // form
    case bodyMalformed = "body_malformed"
    case bodyTooLarge = "body_too_large"
    case protocolUnsupported = "protocol_unsupported"
    case mediaTypeUnsupported = "media_type_unsupported"
    case schemaUnknown = "schema_unknown"
    case importInvalid = "import_invalid"
    case parameterInvalid = "parameter_invalid"
    case alreadyExists = "already_exists"
    case rangeUnsatisfiable = "range_unsatisfiable"
    case sessionUnknown = "session_unknown"
    case scopesChanged = "scopes_changed"
    // change sets
    case changeSetTooLarge = "change_set_too_large"
    case changeSetMalformed = "change_set_malformed"
    case changeSetReplaced = "change_set_replaced"
    case signatureInvalid = "signature_invalid"
    case chainGap = "chain_gap"
    case laneForked = "lane_forked"
    case hubBehind = "hub_behind"
    case hubRolledBack = "hub_rolled_back"
    case fieldNotWritable = "field_not_writable"
    case rowUnknown = "row_unknown"
    case factReused = "fact_reused"
    case factHeld = "fact_held"
    case valueInvalid = "value_invalid"
    case counterOverflow = "counter_overflow"
    case deleteUnsupported = "delete_unsupported"
    case notAuthorized = "not_authorized"
    case waitingForBirth = "waiting_for_birth"
    case rowForgotten = "row_forgotten"
    case referenceUnknown = "reference_unknown"
    case rowReferenced = "row_referenced"
    case parentDeleted = "parent_deleted"
    case uniqueTaken = "unique_taken"
    case confirmationLimit = "confirmation_limit"
    case deviceLimit = "device_limit"
    // edges
    case storeBusy = "store_busy"
    case storeFailed = "store_failed"
    case replicaLocked = "replica_locked"
    case unsentWork = "unsent_work"
    case directoryLocked = "directory_locked"
    case directoryNotEmpty = "directory_not_empty"
    case backupInvalid = "backup_invalid"
    case digestMismatch = "digest_mismatch"
    case responseInvalid = "response_invalid"
    case unreachable = "unreachable"
    case timedOut = "timed_out"
    case overloaded = "overloaded"
    case internalFailure = "internal_failure"
    case upgradeRequired = "upgrade_required"

    /// One sentence that says what to do.
    public var remedy: String {
        switch self {
        case .enrolmentCodeUnknown:
            "Check the code for typing slips, or ask the office for a new one."
        case .enrolmentCodeUsed: "Ask the office for a new code: each enrols one device once."
        case .tokenMissing: "Send the header Authorization: Bearer with a token from /v1/token."
        case .tokenInvalid: "Get a new token from /v1/token; the outbox is kept meanwhile."
        case .tokenExpired: "Get a new token from /v1/token and repeat the request."
        case .challengeInvalid: "Ask /v1/token/challenge for a new challenge and sign that."
        case .notFound: "Check the address: there is nothing here that this token may see."
        case .forbidden: "Ask an operator for the right to do this."
        case .deviceRevoked: "Ask the office; what was written before is kept and can be exported."
        case .notEnrolled: "Run lynk enroll with a code from the office first."
        case .roleUnknown: "Use one of the roles that the application declares."
        case .bodyMalformed:
            "Send a body in the format of Protocol/05-exchange.md; nothing was stored."
        case .bodyTooLarge: "Split the request: the limits are in Protocol/10-limits.md."
        case .protocolUnsupported: "Upgrade the older side; unsent work stays in the outbox."
        case .upgradeRequired:
            "Upgrade this device's program; what it writes is still taken and answered."
        case .mediaTypeUnsupported:
            "Send Content-Type application/vnd.lynk.sync+cbor or application/json."
        case .schemaUnknown: "Upgrade the server to the device's schema; the change set is kept."
        case .importInvalid: "Mend the named line and column and import again; nothing was stored."
        case .parameterInvalid: "Mend the named parameter and repeat the request."
        case .rangeUnsatisfiable: "Ask for a range inside the length that Content-Range names."
        case .sessionUnknown: "Send the full hello; the client does so by itself."
        case .scopesChanged: "Exchange again; the client does so by itself."
        case .alreadyExists: "Use the existing one, or choose another name."
        case .changeSetTooLarge: "Split the write into several transactions."
        case .changeSetMalformed: "Report it with the exported bytes; they are kept at the hub."
        case .changeSetReplaced:
            "Discard it: the other one took effect; write what is still missing anew."
        case .signatureInvalid: "Enrol the device again; its unsent work stays in the outbox."
        case .chainGap: "Send the missing predecessors first; the client does so by itself."
        case .laneForked: "The client continues under a new lane by itself; nothing is lost."
        case .hubBehind: "Repeat later or at another hub."
        case .hubRolledBack:
            "The client offers what it kept by itself; what no device kept is lost at the hub."
        case .fieldNotWritable: "Leave out the fields that only the hub writes."
        case .rowUnknown: "The row was never inserted, or its insert waits: sync and try again."
        case .factReused: "Give the new fact a key of its own; the first one stands."
        case .factHeld: "The office decides: the fact is recorded and shown as held."
        case .valueInvalid: "Mend the named field and write it again."
        case .counterOverflow: "Correct the amount: the sum does not fit 64 bits."
        case .deleteUnsupported: "State a correcting fact instead of deleting the row."
        case .notAuthorized: "Ask the office for the right; the change is kept for review."
        case .waitingForBirth:
            "Wait: the change set is kept and applied by itself when the row's birth arrives."
        case .rowForgotten: "Write the row again under a new key, or ask the office to restore it."
        case .referenceUnknown: "Write the row that the named field refers to, or clear the field."
        case .rowReferenced: "Delete or change the rows that name this row first."
        case .parentDeleted: "Name another row in the field, or ask the office to restore the row."
        case .uniqueTaken: "Choose another value: the first claim stands."
        case .deviceLimit:
            "Nothing was recorded: run lynk sync, or ask the office, whose policy the limits are."
        case .confirmationLimit:
            "Show the log to the office (lynk confirm log), or wait for the next code, then "
                + "confirm again."
        case .storeBusy: "Repeat the request."
        case .storeFailed:
            "Check disk space and permissions, then try again; nothing was acknowledged."
        case .unsentWork: "Sync first, or export what the hub has not taken."
        case .replicaLocked: "Close the other program that has this replica open."
        case .directoryLocked: "Stop the other lynkd that serves this data directory."
        case .directoryNotEmpty: "Name an empty directory, or repeat with --force to set it aside."
        case .backupInvalid: "Use another backup: this one is damaged or not whole."
        case .digestMismatch: "Sync again and report it if it stays; sync_incidents has both sides."
        case .responseInvalid: "Check that the address is a Lynk server and not a sign-in page."
        case .unreachable: "Check the network; everything written is kept and will be sent."
        case .timedOut: "Check the network; the request is repeated without double effect."
        case .overloaded: "Wait as long as Retry-After says and repeat."
        case .internalFailure: "Report it with the request's id; nothing was acknowledged."
        }
    }

    /// Whether the same request, unchanged, may succeed later.
    public var isTransient: Bool {
        switch self {
        case .storeBusy, .unreachable, .timedOut, .overloaded, .hubBehind, .responseInvalid,
            .tokenExpired, .storeFailed, .scopesChanged:
            true
        default: false
        }
    }
}
