import LynkCore

/// Who may say what, decided before anything is merged.
///
/// Facts about money are never refused: at worst their bytes are kept for people. Everything else
/// that is not allowed is rejected.
struct Judgement {
    let submission: Submission
    let view: any TenantView
    private let role: Role?

    init(_ submission: Submission, in view: any TenantView) {
        self.submission = submission
        self.view = view
        role = Role(rawValue: submission.principal.role)
    }

    /// The gravest of what its changes deserve: a change set is taken whole or not at all.
    func verdict() throws -> Verdict {
        var gravest = Verdict.accept
        var births: Set<RowKey> = []
        for change in submission.changes where change.kind == .insert { births.insert(change.key) }
        for change in submission.changes {
            gravest = try gravest.graver(judge(change, births: births))
            if case .quarantine = gravest { break }
        }
        return statesMoney ? Self.kept(gravest) : gravest
    }

    /// Money that came along with something forbidden is kept for people, not sent back.
    private static func kept(_ verdict: Verdict) -> Verdict {
        switch verdict {
        case .reject(let problem): .quarantine(problem)
        case .absent(let rows, let otherwise): .absent(rows, otherwise: kept(otherwise))
        case .accept, .hold, .quarantine: verdict
        }
    }

    /// What makes it impossible to book, whoever wrote it and whoever lets it pass.
    func flaw() -> Problem? {
        for change in submission.changes {
            guard let role = TableRole(change.table) else {
                return Problem(.valueInvalid, "an unknown table")
            }
            if role == .hub { return Problem(.notAuthorized, "only the hub writes this table") }
            guard change.kind == .insert else { continue }
            let isBill = change.table == InvoiceField.table.id
            let field: String? =
                switch role {
                case .money: PaymentForm.flaw(in: change).map { "payment.\($0.schema.name)" }
                case .evidence: EvidenceForm.flaw(in: change)
                case .master where isBill:
                    InvoiceForm.flaw(in: change).map { "invoice.\($0.schema.name)" }
                case .master, .hub: nil
                }
            if let field { return Problem(.valueInvalid, field) }
        }
        return nil
    }

    private var statesMoney: Bool {
        submission.changes.contains { TableRole($0.table) == .money }
    }

    private func judge(_ change: RowChange, births: Set<RowKey>) throws -> Verdict {
        switch TableRole(change.table) {
        case .money: try payment(change, births: births)
        case .master: try master(change, births: births)
        case .evidence: try EvidenceJudgement(submission, role, in: view).verdict(on: change)
        case .hub: .reject(Problem(.notAuthorized, "only the hub writes this table"))
        case nil: .reject(Problem(.valueInvalid, "an unknown table"))
        }
    }

    // MARK: payments

    private func payment(_ change: RowChange, births: Set<RowKey>) throws -> Verdict {
        guard let role, role == .worker || role.isOffice else {
            return .quarantine(Problem(.notAuthorized, "the role may not state payments"))
        }
        if change.kind == .delete {
            return .quarantine(Problem(.deleteUnsupported, "a payment"))
        }
        if let lifecycle = change.value(PaymentField.lifecycle),
            Lifecycle.lattice.rank(lifecycle) == nil
        {
            return .quarantine(Problem(.valueInvalid, "payment.lifecycle"))
        }
        let standing =
            try view.row(PaymentField.table.id, change.key).map { Entry($0) }
            as Entry<PaymentField>?
        switch (change.kind, standing) {
        case (.insert, nil):
            return try newPayment(change, by: role, births: births)
        case (.insert, let standing?):
            if try isRecovered(change, of: standing) {
                return step(change, of: standing, by: role)
            }
            return repeated(change, of: standing) ?? step(change, of: standing, by: role)
        case (_, let standing?):
            return step(change, of: standing, by: role)
        case (_, nil):
            // Its birth may be in the same change set.
            return births.contains(change.key)
                ? .accept : .quarantine(Problem(.rowUnknown, "a payment that is not there"))
        }
    }

    private func newPayment(
        _ change: RowChange, by role: Role, births: Set<RowKey>
    ) throws -> Verdict {
        if let field = PaymentForm.flaw(in: change) {
            return .quarantine(Problem(.valueInvalid, "payment.\(field.schema.name)"))
        }
        let worker = change.value(PaymentField.worker)?.keyValue
        let isOwn = worker.map { UserID(high: $0.high, low: $0.low) } == submission.principal.user
        if role == .worker, !isOwn {
            return .quarantine(Problem(.notAuthorized, "a payment in another worker's name"))
        }
        guard let retailer = change.value(PaymentField.retailer)?.keyValue else {
            return .quarantine(Problem(.rowUnknown, "payment.retailer"))
        }
        var verdict = Verdict.accept
        if try !exists(RetailerField.table, retailer, births) {
            verdict = .absent(
                [RowName(table: RetailerField.table.id, key: retailer)],
                otherwise: .quarantine(Problem(.rowUnknown, "payment.retailer")))
        }
        // Office staff collect too, and have no worker's row.
        let isOffice = role.isOffice && isOwn
        if let worker, !isOffice, try !exists(WorkerField.table, worker, births) {
            verdict = verdict.graver(
                .absent(
                    [RowName(table: WorkerField.table.id, key: worker)],
                    otherwise: .quarantine(Problem(.rowUnknown, "payment.worker"))))
        }
        return verdict
    }

    /// Rule 32: what the office booked from the payer's copy, and its worker sends after all. It is
    /// the same payment when both say what the payer confirmed, word for word.
    private func isRecovered(
        _ change: RowChange, of standing: Entry<PaymentField>
    ) throws -> Bool {
        let tenant = RowKey(
            high: submission.principal.tenant.high, low: submission.principal.tenant.low)
        guard let statement = PaymentStatement(standing, tenant: tenant),
            statement == PaymentStatement(change, tenant: tenant)
        else { return false }
        return try view.rows(
            AttestationField.table.id, index: AttestationField.byPayment.name,
            equals: [.key(change.key)], limit: PaymentLimits.scanRowsMax
        ).contains {
            ScanText.payment(Entry<AttestationField>($0).text(.payload)) == statement
        }
    }

    /// A key that is used again: without effect for the same fact, kept apart for another.
    private func repeated(
        _ change: RowChange, of standing: Entry<PaymentField>
    ) -> Verdict? {
        for put in change.puts {
            guard let field = PaymentField(rawValue: put.field),
                field.schema.policy == .immutable
            else { continue }
            if standing[field] != put.value {
                return .quarantine(Problem(.factReused, "payment.\(field.schema.name)"))
            }
        }
        return nil
    }

    /// A step of a payment that is there.
    private func step(
        _ change: RowChange, of standing: Entry<PaymentField>, by role: Role
    ) -> Verdict {
        let user = submission.principal.user
        let isOwn = standing[.worker] == .key(user)
        if role == .worker, !isOwn {
            return .quarantine(Problem(.notAuthorized, "another worker's payment"))
        }
        let completes =
            change.value(PaymentField.lifecycle) == .text(Lifecycle.completed.rawValue)
        let wasCancelled = standing.text(.lifecycle) == Lifecycle.cancelled.rawValue
        if completes, wasCancelled, let stamp = standing.stamp(.lifecycle),
            submission.writer.knew(stamp)
        {
            return .hold(Problem(.factHeld, "completed although its cancellation was known"))
        }
        return .accept
    }

    // MARK: what the office keeps

    private func master(_ change: RowChange, births: Set<RowKey>) throws -> Verdict {
        if role == .worker, let verdict = try proposal(change) { return verdict }
        let isBill = [InvoiceField.table.id, InvoiceLineField.table.id].contains(change.table)
        guard role == .admin || (role == .cashier && isBill) else {
            return .reject(Problem(.notAuthorized, "only the office writes this table"))
        }
        if change.kind == .delete { return .reject(Problem(.deleteUnsupported, "set it inactive")) }
        guard change.table == InvoiceField.table.id else { return .accept }
        if let state = change.value(InvoiceField.cancelled),
            Cancellation.lattice.rank(state) == nil
        {
            return .reject(Problem(.valueInvalid, "invoice.cancelled"))
        }
        guard change.kind == .insert else { return .accept }
        if let field = InvoiceForm.flaw(in: change) {
            return .reject(Problem(.valueInvalid, "invoice.\(field.schema.name)"))
        }
        let unknown = Verdict.reject(Problem(.rowUnknown, "invoice.retailer"))
        guard let retailer = change.value(InvoiceField.retailer)?.keyValue else { return unknown }
        return try exists(RetailerField.table, retailer, births)
            ? .accept
            : .absent(
                [RowName(table: RetailerField.table.id, key: retailer)], otherwise: unknown)
    }

    /// A worker may propose a shop that the tenant does not know, in an area of his own (rule 33).
    private func proposal(_ change: RowChange) throws -> Verdict? {
        guard change.table == RetailerField.table.id, change.kind == .insert,
            try view.row(change.table, change.key) == nil
        else { return nil }
        let allowed: Set<RetailerField> = [.name, .phone, .area, .zipcode]
        for put in change.puts {
            guard let field = RetailerField(rawValue: put.field), allowed.contains(field) else {
                return .reject(Problem(.notAuthorized, "a proposed shop has a name and a place"))
            }
        }
        guard change.value(RetailerField.phone)?.textValue?.isEmpty == false else {
            return .reject(Problem(.valueInvalid, "retailer.phone"))
        }
        return .accept
    }

    private func exists(
        _ table: TableSchema, _ key: RowKey, _ births: Set<RowKey>
    ) throws -> Bool {
        if births.contains(key) { return true }
        return try view.row(table.id, key) != nil
    }
}

extension Verdict {
    /// The graver of both. What waits for several rows waits for all of them.
    fileprivate func graver(_ other: Verdict) -> Verdict {
        if case .absent(let rows, let otherwise) = self,
            case .absent(let others, let instead) = other
        {
            return .absent(rows + others, otherwise: otherwise.graver(instead))
        }
        return other.gravity > gravity ? other : self
    }

    private var gravity: Int {
        switch self {
        case .accept: 0
        case .hold: 1
        case .absent: 2
        case .reject: 3
        case .quarantine: 4
        }
    }
}
