public import LynkCore

/// Collecting money on credit sales: a wholesaler, its line workers and its retailers.
///
/// Facts (who handed what to whom) come from devices and merge by set union; decisions (posting,
/// applying to invoices, exceptions) are derived by the hub, in the order of its log, from the
/// facts and from what their authors knew. See Protocol/11-payments.md.
public struct Payments: Application {
    private let secret: ConfirmationSecret?
    private let recentCodes = RecentCodes()

    /// - Parameter confirmation: the hub's secret, with which codes of retailers verify. Without
    ///   it, as on a device, confirmations are kept and not judged.
    public init(confirmation secret: ConfirmationSecret? = nil) { self.secret = secret }

    public var schema: Schema { .payments }
    public var roles: [String] { Role.allCases.map(\.rawValue) }
    public var queries: [Query] { PaymentQueries.all }
    public var importers: [Importer] { PaymentImporters.all }

    public var codes: CodeMint? {
        secret.map { secret in
            CodeMint(
                roles: [Role.retailer.rawValue], lookup: ConfirmationQueries.paymentToConfirm,
                issue: { [recentCodes] request, drawn in
                    let issued = try OnlineCodes.issue(request, secret: secret, drawn: drawn)
                    try recentCodes.check(request)
                    return issued
                },
                kept: { [recentCodes] in recentCodes.note($0) })
        }
    }

    public func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        Visibility.scopes(of: key, values: values, in: table, effective: effective)
    }

    public func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        try Visibility.scopeSet(of: principal, now: now, in: view)
    }

    public func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict {
        try Judgement(submission, in: view).verdict()
    }

    public func flaw(in submission: Submission, in view: any TenantView) throws -> Problem? {
        Judgement(submission, in: view).flaw()
    }

    public func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange] {
        var books = Books(submission, in: view, confirmation: secret)
        try books.book()
        return books.changes
    }
}
