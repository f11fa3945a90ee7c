import LynkCore

/// The roles of the application.
public enum Role: String, Hashable, Sendable, CaseIterable {
    case worker, admin
    /// Matches, deposits and counts money; and what an admin does with invoices.
    case cashier
    /// Reads everything and writes nothing.
    case auditor
    /// The shop itself: its own rows, and its word on them.
    case retailer

    /// Whether it collects and books for the tenant itself.
    var isOffice: Bool { self == .admin || self == .cashier }
}

/// The names of scopes: where a row is seen.
enum ScopeName {
    static let tenant: Scope = "tenant"
    static let admin: Scope = "admin"
    static let profile: Scope = "profile"

    static func retailer(_ key: RowKey) -> Scope { Scope("retailer/" + KeyText.of(key)) }
    static func phone(_ key: RowKey) -> Scope { Scope("retailer-phone/" + KeyText.of(key)) }
    static func worker(_ key: RowKey) -> Scope { Scope("worker/" + KeyText.of(key)) }
    static func worker(_ key: RowKey, month: String) -> Scope {
        Scope("worker/" + KeyText.of(key) + "/" + month)
    }
}

/// Which rows belong where, and who may see which.
enum Visibility {
    /// Months that a worker's device keeps beside the current one.
    static let monthsBack = 3

    static func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        switch TableRole(table.id) {
        case .money: payment(values, effective)
        case .master: master(key, values, table)
        case .evidence: EvidenceScopes.scopes(of: values, in: table, effective)
        case .hub: derived(values, table)
        case nil: [ScopeName.admin]
        }
    }

    private static func payment(_ values: [Value], _ effective: HybridTimestamp) -> [Scope] {
        guard let worker = values[PaymentField.worker.ordinal].keyValue,
            let retailer = values[PaymentField.retailer.ordinal].keyValue
        else { return [ScopeName.admin] }
        let month = CivilDay(milliseconds: effective.milliseconds).monthName
        return [ScopeName.worker(worker, month: month), ScopeName.phone(retailer)]
    }

    private static func master(
        _ key: RowKey, _ values: [Value], _ table: TableSchema
    ) -> [Scope] {
        switch table.id {
        case RetailerField.table.id: [ScopeName.retailer(key)]
        case InvoiceField.table.id: retailer(values[InvoiceField.retailer.ordinal])
        case InvoiceLineField.table.id: retailer(values[InvoiceLineField.retailer.ordinal])
        case RetailerKeyField.table.id: retailer(values[RetailerKeyField.retailer.ordinal])
        // What a shop's own phone has of its wholesaler.
        case TenantProfileField.table.id: [ScopeName.tenant, ScopeName.profile]
        case RetailerPrivateField.table.id, UserAccountField.table.id, DeviceStatusField.table.id,
            MonthlyTargetField.table.id, AssignmentChangeField.table.id:
            [ScopeName.admin]
        default: [ScopeName.tenant]
        }
    }

    private static func derived(_ values: [Value], _ table: TableSchema) -> [Scope] {
        switch table.id {
        case AllocationField.table.id: retailer(values[AllocationField.retailer.ordinal])
        case CollectionNoticeField.table.id:
            retailer(values[CollectionNoticeField.retailer.ordinal])
        case OtpChallengeField.table.id:
            [
                values[OtpChallengeField.retailer.ordinal].keyValue.map(ScopeName.phone)
                    ?? ScopeName.admin
            ]
        default: [ScopeName.admin]
        }
    }

    static func retailer(_ value: Value) -> [Scope] {
        [value.keyValue.map(ScopeName.retailer) ?? ScopeName.admin]
    }

    static func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        switch Role(rawValue: principal.role) {
        case .admin, .cashier, .auditor: return .all
        case .worker: return .only(try worker(principal, now: now, in: view))
        case .retailer:
            let key = RowKey(high: principal.user.high, low: principal.user.low)
            return .only([ScopeName.profile, ScopeName.retailer(key), ScopeName.phone(key)])
        case nil: return .only([])
        }
    }

    private static func worker(
        _ principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> Set<Scope> {
        let key = RowKey(high: principal.user.high, low: principal.user.low)
        var scopes: Set<Scope> = [ScopeName.tenant, ScopeName.worker(key)]
        let today = CivilDay(milliseconds: now.milliseconds)
        for back in 0...monthsBack {
            scopes.insert(
                ScopeName.worker(key, month: today.firstOfMonth(back: back).monthName))
        }
        guard let row = try view.row(WorkerField.table.id, key) else { return scopes }
        let worker = Entry<WorkerField>(row)
        let reach = Reach(worker)
        let limit = PaymentLimits.scanRowsMax
        let retailers = try view.rows(
            RetailerField.table.id, index: RetailerField.byActive.name, equals: [1], limit: limit)
        guard retailers.count < limit else {
            throw Problem(.internalFailure, "more than \(limit) active retailers")
        }
        for row in retailers where reach.covers(Entry(row)) {
            scopes.insert(ScopeName.retailer(row.key))
        }
        return scopes
    }
}

/// The shops that are a worker's to visit (the book's P7).
struct Reach {
    let worker: RowKey
    private let areas: Set<RowKey>
    private let zipcodes: Set<Substring>

    init(_ worker: Entry<WorkerField>) {
        self.worker = worker.key
        areas = Set(KeyText.keys(worker.text(.areas)))
        zipcodes = Set(worker.text(.zipcodes).split(separator: " "))
    }

    /// A retailer with workers of its own is theirs alone; the others go by area, then by PIN code.
    func covers(_ retailer: Entry<RetailerField>) -> Bool {
        let direct = KeyText.keys(retailer.text(.directWorkers))
        if !direct.isEmpty { return direct.contains(worker) }
        if let area = retailer.reference(.area), areas.contains(area) { return true }
        return zipcodes.contains(retailer.text(.zipcode)[...])
    }
}
