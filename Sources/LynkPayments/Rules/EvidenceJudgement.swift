import LynkCore

/// Who may state a fact beside a payment, and of what form.
///
/// What the office slips in is sent back to be mended; what comes from the field is kept, because
/// whoever wrote it may not be there again.
struct EvidenceJudgement {
    private let submission: Submission
    private let role: Role?
    private let view: any TenantView

    init(_ submission: Submission, _ role: Role?, in view: any TenantView) {
        self.submission = submission
        self.role = role
        self.view = view
    }

    private var user: Value {
        .key(RowKey(high: submission.principal.user.high, low: submission.principal.user.low))
    }

    func verdict(on change: RowChange) throws -> Verdict {
        guard let role, role != .auditor else {
            return refuse(.notAuthorized, "the role writes no facts")
        }
        if change.kind == .delete { return refuse(.deleteUnsupported, "a fact") }
        if let reason = try unauthorized(change, as: role) {
            return refuse(.notAuthorized, reason)
        }
        if change.kind == .insert, let field = EvidenceForm.flaw(in: change) {
            return refuse(.valueInvalid, field)
        }
        return try tooOften(change).map { .reject($0) } ?? .accept
    }

    private func refuse(_ code: ProblemCode, _ detail: String) -> Verdict {
        let problem = Problem(code, detail)
        return role?.isOffice ?? false ? .reject(problem) : .quarantine(problem)
    }

    /// Why the hub gives no other code now: half a minute, five in an hour, what the shop and its
    /// device had for other payments, or the end of all.
    private func tooOften(_ change: RowChange) throws -> Problem? {
        guard change.table == AttestationField.table.id,
            change.value(AttestationField.uploadedBy) == .text(AttestationSource.hub.rawValue),
            let payment = change.value(AttestationField.payment)?.keyValue
        else { return nil }
        let tenant = submission.principal.tenant
        let now = submission.received.milliseconds
        let policy =
            try view.row(TenantPolicyField.table.id, RowKey(high: tenant.high, low: tenant.low))
            .map { OnlineCodePolicy(Entry($0)) } ?? OnlineCodePolicy()
        for (field, name) in [(AttestationField.retailer, "shop"), (.device, "device")] {
            guard let subject = change.value(field)?.keyValue,
                let row = try view.row(CodeLimitField.table.id, CodeQuota.key(of: subject)),
                !CodeQuota(Entry(row)).admits(now, policy: policy)
            else { continue }
            return Problem(
                .confirmationLimit,
                "this \(name) had \(policy.perSubjectMax) codes within an hour; wait a while")
        }
        guard let row = try view.row(OtpChallengeField.table.id, Books.challengeKey(payment)),
            OnlineChallenge.issue(
                digest: [], after: OnlineChallenge(Entry(row)), now: now, policy: policy) == nil
        else { return nil }
        return Problem(
            .confirmationLimit, "another code for this payment comes later or never")
    }

    /// Each witness speaks for himself: a worker never for the payer.
    private func attestation(_ change: RowChange, as role: Role) throws -> String? {
        guard change.kind == .insert else { return "a confirmation stays as it was made" }
        let source = change.value(AttestationField.uploadedBy)?.textValue
            .flatMap { AttestationSource(rawValue: $0) }
        let isTap =
            change.value(AttestationField.kind) == .text(AttestationKind.tap.rawValue)
        switch (role, source) {
        case (.worker, .worker):
            guard !isTap else { return "only the payer or the office confirms without a code" }
            return change.value(AttestationField.worker) == user ? nil : "a code in another's name"
        case (.retailer, .retailer):
            return change.value(AttestationField.retailer) == user
                ? nil : "another shop's confirmation"
        case (.admin, .office): return nil
        case (.admin, .hub):
            // No device has this user: enrolments name people.
            let hub = UserID.derived("lynk-hub-operator", [submission.principal.tenant.bytes])
            return submission.writer.isHub && submission.principal.user == hub
                ? nil : "codes are given by the hub"
        case (.cashier, .office): return isTap ? "only an admin confirms for a payer" : nil
        case (_, nil): return nil  // EvidenceForm names the field.
        default: return "a confirmation in another witness's name"
        }
    }

    /// Why this person may not write it; `nil` when he may.
    private func unauthorized(_ change: RowChange, as role: Role) throws -> String? {
        func isOwn<Field: TableField>(_ field: Field) throws -> Bool {
            let stated =
                try change.value(field)
                ?? view.row(change.table, change.key)?.values[field.ordinal]
            return stated == user
        }
        switch change.table {
        case DecisionField.table.id:
            guard role == .admin else { return "decisions are an admin's" }
            return try isOwn(DecisionField.by) ? nil : "a decision in another's name"
        case BankMatchField.table.id:
            guard role.isOffice else { return "matching is the office's" }
            return try isOwn(BankMatchField.by) ? nil : "a match in another's name"
        case WorkerVisitField.table.id:
            return try role.isOffice || isOwn(WorkerVisitField.worker)
                ? nil : "a visit in another's name"
        case HandoverField.table.id:
            if role.isOffice { return nil }
            guard role == .worker, change.value(HandoverField.counted) == nil else {
                return "money is counted by who receives it"
            }
            return try isOwn(HandoverField.worker) ? nil : "a handover in another's name"
        case HandoverCountField.table.id:
            guard role.isOffice else { return "money is counted by who receives it" }
            return try isOwn(HandoverCountField.by) ? nil : "a count in another's name"
        case InstrumentCorrectionField.table.id:
            return try isOwn(InstrumentCorrectionField.by) && role != .retailer
                ? nil : "a correction in another's name"
        case ProofFileField.table.id:
            return try role.isOffice || (isOwn(ProofFileField.by) && role != .retailer)
                ? nil : "a proof in another's name"
        case DisputeField.table.id:
            return try role == .admin || (role == .retailer && isOwn(DisputeField.retailer))
                ? nil : "a dispute in another's name"
        case AttestationField.table.id:
            return try attestation(change, as: role)
        case DeviceReportField.table.id:
            let device = submission.principal.device
            let own = Value.key(RowKey(high: device.high, low: device.low))
            return change.value(DeviceReportField.device) == own ? nil : "another device's report"
        case InstrumentAlertField.table.id, ClockTickField.table.id:
            return role == .admin ? nil : "this is an admin's"
        default:
            return role.isOffice ? nil : "only the office writes this table"
        }
    }
}
