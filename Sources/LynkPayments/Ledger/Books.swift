import LynkCore

/// What one change set does to a tenant's books.
///
/// It reads through the view and keeps its own rows in front of it, so that a later payment of
/// the same change set sees what an earlier one did.
struct Books {
    let view: any TenantView
    let submission: Submission
    let effectiveDay: String
    let postedDay: String
    let role: Role?
    /// What codes of retailers verify with; `nil` where nobody has it.
    let secret: ConfirmationSecret?
    /// Rows that are born here and never read again, in order.
    private var births: [RowChange] = []
    private var drafts: [DraftID: Draft] = [:]
    private(set) var draftOrder: [DraftID] = []
    private var accounts: [RowKey: RetailerAccount] = [:]
    private var accountOrder: [RowKey] = []
    /// Claims by invoice, with those of this change set.
    var claims: [RowKey: [StandingClaim]] = [:]
    private var order: AllocationOrder?
    /// How many more exceptions each payment has open.
    var reviews: [RowKey: Int64] = [:]
    var reviewOrder: [RowKey] = []
    /// Entries of this change set by their plain key, so that a second one has its own.
    var entries: [RowKey: UInt8] = [:]
    /// Collectors whose cash came, went on or was taken back, and whether what is at the bank did.
    var cash = CashMoves()
    private var knownPolicy: Entry<TenantPolicyField>?

    struct DraftID: Hashable {
        let table: TableID
        let key: RowKey
    }

    private struct Draft {
        var values: [Value]
        let original: StampedRow?
        var change: RowChange?
    }

    init(
        _ submission: Submission, in view: any TenantView,
        confirmation secret: ConfirmationSecret? = nil
    ) {
        self.secret = secret
        self.view = view
        self.submission = submission
        effectiveDay = CivilDay(milliseconds: submission.effective.milliseconds).description
        role = Role(rawValue: submission.principal.role)
        postedDay = CivilDay(milliseconds: submission.received.milliseconds).description
    }

    /// Everything the hub has to write, the same for the same input.
    var changes: [RowChange] {
        births + draftOrder.compactMap { drafts[$0]?.change }
            + accountOrder.flatMap { accounts[$0]?.changes ?? [] }
    }

    // MARK: rows

    /// The row with what this change set did to it so far.
    func find<Field: TableField>(_: Field.Type, _ key: RowKey) throws -> Entry<Field>? {
        if let draft = drafts[DraftID(table: Field.table.id, key: key)] {
            return Entry(key: key, values: draft.values, original: draft.original)
        }
        return try view.row(Field.table.id, key).map { Entry($0) }
    }

    mutating func save<Field: TableField>(_ entry: Entry<Field>) {
        let id = DraftID(table: Field.table.id, key: entry.key)
        if drafts[id] == nil { draftOrder.append(id) }
        drafts[id] = Draft(values: entry.values, original: entry.original, change: entry.change)
    }

    /// Adds a row that nothing here reads again.
    mutating func add(_ birth: RowChange) { births.append(birth) }

    /// Every row with these leading index values.
    ///
    /// - Throws: `internal_failure` rather than a silent cut.
    func scan<Field: TableField>(
        _: Field.Type, _ index: IndexSchema, _ values: [Value]
    ) throws -> [Entry<Field>] {
        let limit = PaymentLimits.scanRowsMax
        let rows = try view.rows(
            Field.table.id, index: index.name, equals: values, limit: limit)
        guard rows.count < limit else {
            throw Problem(.internalFailure, "more than \(limit) rows of \(Field.table.name)")
        }
        return rows.map { Entry($0) }
    }

    /// Every row with these leading index values, with what this change set did to them.
    ///
    /// - Parameter matches: the same condition, for rows that this change set brought in.
    func current<Field: TableField>(
        _ type: Field.Type, _ index: IndexSchema, _ values: [Value],
        where matches: (Entry<Field>) -> Bool
    ) throws -> [Entry<Field>] {
        var rows: [Entry<Field>] = []
        var seen: Set<RowKey> = []
        for row in try scan(type, index, values) {
            seen.insert(row.key)
            if let row = try find(type, row.key), matches(row) { rows.append(row) }
        }
        for id in draftOrder where id.table == Field.table.id && !seen.contains(id.key) {
            if let row = try find(type, id.key), matches(row) { rows.append(row) }
        }
        return rows
    }

    /// What the tenant decided, or the book's defaults.
    mutating func policy() throws -> Entry<TenantPolicyField> {
        if let knownPolicy { return knownPolicy }
        let policy =
            try find(TenantPolicyField.self, tenantKey)
            ?? Entry(birth: tenantKey, [:])
        knownPolicy = policy
        return policy
    }

    var tenantKey: RowKey {
        RowKey(high: submission.principal.tenant.high, low: submission.principal.tenant.low)
    }

    /// The person on whose behalf this change set is.
    var actor: RowKey {
        RowKey(high: submission.principal.user.high, low: submission.principal.user.low)
    }

    // MARK: accounts

    /// Takes out a retailer's account to work on; ``put(_:)`` brings it back.
    ///
    /// - Returns: `nil` for a retailer that the tenant does not have.
    mutating func account(of key: RowKey) throws -> RetailerAccount? {
        if let account = accounts.removeValue(forKey: key) { return account }
        guard let retailer = try find(RetailerField.self, key) else { return nil }
        // An alias has no account of its own (rule 33).
        if let canonical = retailer.reference(.aliasOf), canonical != key {
            return try account(of: canonical)
        }
        var invoices: [Entry<InvoiceField>] = []
        for status in [InvoiceStatus.open, .partial] {
            invoices += try scan(
                InvoiceField.self, InvoiceField.byRetailer, [.key(key), .text(status.rawValue)])
        }
        accountOrder.append(key)
        return RetailerAccount(
            retailer, invoices: invoices, order: try allocationOrder(for: invoices),
            position: submission.position)
    }

    mutating func put(_ account: RetailerAccount) { accounts[account.key] = account }

    /// The accounts that this change set touched, in the order of first touch.
    var touchedAccounts: [RowKey] { accountOrder }

    /// The tenant's policy; read only once there is something to choose.
    private mutating func allocationOrder(
        for invoices: [Entry<InvoiceField>]
    ) throws -> AllocationOrder {
        if let order { return order }
        let profile = try find(TenantProfileField.self, tenantKey)
        let chosen = profile.flatMap { AllocationOrder(rawValue: $0.text(.allocationOrder)) }
        order = chosen ?? .issueDate
        return chosen ?? .issueDate
    }
}
