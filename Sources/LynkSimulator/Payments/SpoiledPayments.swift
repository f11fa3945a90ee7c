import LynkCore
import LynkEngine
import LynkPayments
import LynkStore

/// A slip in the books that is planted on purpose, to see that a checker finds it.
package enum PaymentSlip: String, CaseIterable, Sendable {
    /// One side of an entry is not written.
    case lostPosting = "lost-posting"
    /// Money that was collected is not booked.
    case unbookedPayment = "unbooked-payment"
    /// What a shop owes is kept wrong by one.
    case wrongOutstanding = "wrong-outstanding"
    /// Cash in a collector's hand is booked as the bank's.
    case wrongPlace = "wrong-place"
    /// An exception is about nothing.
    case lostSubject = "lost-subject"
    /// Money is sent back.
    case rejectedPayment = "rejected-payment"
    /// Collectors see everything.
    case widenedScopes = "widened-books"

    /// The checker that must find it.
    package var checker: String {
        switch self {
        case .lostPosting: TrialBalance.name
        case .unbookedPayment: FactsInBooks.name
        case .wrongOutstanding: MoneyPerRetailer.name
        case .wrongPlace: OrderFreeBooks.name
        case .lostSubject: ExceptionsHaveSubjects.name
        case .rejectedPayment: PaymentsOnce.name
        case .widenedScopes: PaymentVisibility.name
        }
    }
}

/// The payments application with one slip.
struct SpoiledPayments: Application {
    let slip: PaymentSlip
    private let application = Payments()

    init(_ slip: PaymentSlip) { self.slip = slip }

    var schema: Schema { application.schema }
    var roles: [String] { application.roles }
    var queries: [Query] { application.queries }
    var importers: [Importer] { application.importers }

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        application.scopes(of: key, values: values, in: table, effective: effective)
    }

    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        if slip == .widenedScopes { return .all }
        return try application.scopeSet(of: principal, now: now, in: view)
    }

    func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict {
        let hasMoney = submission.changes.contains { $0.table == BookTable.payment.id }
        if slip == .rejectedPayment, hasMoney { return .reject(Problem(.notAuthorized, "no")) }
        return try application.judge(submission, in: view)
    }

    func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange] {
        let hasMoney = submission.changes.contains { $0.table == BookTable.payment.id }
        if slip == .unbookedPayment, hasMoney { return [] }
        var changes = try application.consequences(of: submission, in: view)
        switch slip {
        case .lostPosting:
            if let last = changes.lastIndex(where: { $0.table == BookTable.posting.id }) {
                changes.remove(at: last)
            }
        case .wrongOutstanding:
            changes = changes.map { change in
                Self.replacing("outstanding", of: .retailer, in: change) {
                    .integer(($0.integerValue ?? 0) + 1)
                }
            }
        case .wrongPlace:
            changes = changes.map { change in
                Self.replacing("account", of: .posting, in: change) {
                    $0 == "CASH_IN_HAND" ? "BANK_CLEARING" : $0
                }
            }
        case .lostSubject:
            changes = changes.map { change in
                Self.replacing("subjects", of: .exception, in: change) { _ in "" }
            }
        default: break
        }
        return changes
    }

    private static func replacing(
        _ name: String, of table: BookTable, in change: RowChange, by other: (Value) -> Value
    ) -> RowChange {
        guard change.table == table.id, let ordinal = table.schema.ordinal(named: name) else {
            return change
        }
        let field = table.schema.fields[ordinal].id
        let puts = change.puts.map { put in
            put.field == field ? RowChange.Put(field, other(put.value)) : put
        }
        return RowChange(
            table: change.table, key: change.key, kind: change.kind, puts: puts,
            adds: change.adds, edits: change.edits)
    }
}
