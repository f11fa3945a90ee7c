import LynkCore

/// What the office asks of a tenant's books.
enum PaymentQueries {
    static let all: [Query] =
        [
            collectedTotal, paymentsByMethod, outstandingByRetailer, outstandingTotal,
            invoicesOpen, concurrentPayments, exceptions, DashboardQuery.dashboard,
        ] + FieldQueries.all + OfficeQueries.all + LedgerQueries.all + ConfirmationQueries.all
        + [DriftQueries.derived, DriftQueries.cash]

    private static let office = [Role.admin.rawValue]

    /// How much was collected, and what of it is booked, held and not applied.
    static let collectedTotal = Query(
        "collected_total",
        sql: """
            SELECT count(*), coalesce(sum(amount), 0),
              coalesce(sum(CASE WHEN posting = 'POSTED' THEN amount END), 0),
              coalesce(sum(CASE WHEN posting = 'HELD' THEN amount END), 0),
              coalesce(sum(applied), 0), coalesce(sum(unapplied), 0)
            FROM payment WHERE lifecycle = 'COMPLETED'
            """,
        columns: [
            .init("payments", .integer), .init("collected", .money), .init("posted", .money),
            .init("held", .money), .init("applied", .money), .init("unapplied", .money),
        ],
        roles: office)

    static let paymentsByMethod = Query(
        "payments_by_method",
        sql: """
            SELECT method, count(*), sum(amount) FROM payment
            WHERE lifecycle = 'COMPLETED' GROUP BY method ORDER BY method
            """,
        columns: [
            .init("method", .text), .init("payments", .integer), .init("amount", .money),
        ],
        roles: office)

    static let outstandingByRetailer = Query(
        "outstanding_by_retailer",
        sql: """
            SELECT id, code, name, outstanding, unapplied_credit, held_amount, oldest_open_due,
              open_exceptions
            FROM retailer ORDER BY outstanding DESC, code, id
            """,
        columns: [
            .init("retailer", .key), .init("code", .text), .init("name", .text),
            .init("outstanding", .money), .init("unapplied_credit", .money),
            .init("held_amount", .money), .init("oldest_open_due", .text),
            .init("open_exceptions", .integer),
        ],
        roles: office)

    static let outstandingTotal = Query(
        "outstanding_total",
        sql: """
            SELECT count(*), coalesce(sum(outstanding), 0), coalesce(sum(unapplied_credit), 0),
              coalesce(sum(held_amount), 0)
            FROM retailer
            """,
        columns: [
            .init("retailers", .integer), .init("outstanding", .money),
            .init("unapplied_credit", .money), .init("held_amount", .money),
        ],
        roles: office)

    static let invoicesOpen = Query(
        "invoices_open",
        sql: """
            SELECT i.id, i.invoice_number, r.code, i.issue_date, i.due_date, i.total, i.open,
              i.status
            FROM invoice i LEFT JOIN retailer r ON r.id = i.retailer
            WHERE i.status IN ('OPEN', 'PARTIAL')
            ORDER BY r.code, i.issue_date, i.invoice_number, i.id
            """,
        columns: [
            .init("invoice", .key), .init("invoice_number", .text), .init("retailer", .text),
            .init("issue_date", .text), .init("due_date", .text), .init("total", .money),
            .init("open", .money), .init("status", .text),
        ],
        roles: office)

    /// Pairs of payments that were collected side by side for the same invoices, and what each
    /// went to: `invoice:amount` in the order of the books, then what stayed as credit.
    static let concurrentPayments = Query(
        "concurrent_payments",
        sql: """
            SELECT r.code, e.detail, e.amount,
              p.id, p.worker_name, p.amount, \(appliedTo("p")), p.unapplied,
              q.id, q.worker_name, q.amount, \(appliedTo("q")), q.unapplied
            FROM exception e
            JOIN payment p ON p.id = e.payment JOIN payment q ON q.id = e.rival
            LEFT JOIN retailer r ON r.id = e.retailer
            WHERE e.kind = 'CONCURRENT_SAME_INVOICE'
            ORDER BY r.code, e.subjects
            """,
        columns: [
            .init("retailer", .text), .init("invoices", .text), .init("contested", .money),
            .init("payment", .key), .init("worker", .text), .init("amount", .money),
            .init("applied_to", .text), .init("credit", .money),
            .init("other_payment", .key), .init("other_worker", .text),
            .init("other_amount", .money), .init("other_applied_to", .text),
            .init("other_credit", .money),
        ],
        roles: office)

    private static func appliedTo(_ payment: String) -> String {
        """
        coalesce((SELECT group_concat(part, ' ') FROM (
                SELECT i.invoice_number || ':' || a.amount AS part
                FROM allocation a JOIN invoice i ON i.id = a.invoice
                WHERE a.payment = \(payment).id AND a.voided_by IS NULL
                ORDER BY i.issue_date, i.invoice_number, i.id)), '')
        """
    }

    static let exceptions = Query(
        "exceptions",
        sql: """
            SELECT e.kind, e.severity, e.state, e.subjects, r.code, e.detail, e.amount,
              e.opened_position, e.opened_at
            FROM exception e LEFT JOIN retailer r ON r.id = e.retailer
            ORDER BY e.opened_position, e.kind, e.subjects
            """,
        columns: [
            .init("kind", .text), .init("severity", .text), .init("state", .text),
            .init("subjects", .text), .init("retailer", .text), .init("detail", .text),
            .init("amount", .money), .init("opened_position", .integer),
            .init("opened_at", .integer),
        ],
        roles: office)
}
