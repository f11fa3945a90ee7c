package import LynkCore

/// What a worker asks on his device, and the office of him.
///
/// Each names the index that answers it, so that a plan which reads a whole growing table cannot
/// even be prepared; all are read page by page.
package enum FieldQueries {
    static let all = [retailersToVisit, openInvoices, daySheet, daySheetWaiting, daySheetLate]

    /// At the hub they are the office's: a worker asks his own replica, which has his rows alone.
    static let office = [Role.admin.rawValue, Role.cashier.rawValue, Role.auditor.rawValue]

    /// The shops of a day: with `paid` 0 those from which nothing was collected yet, with 1 the
    /// others; who owes most comes first.
    ///
    /// "here" is what this replica's own people took today; "others" what colleagues did, of whom
    /// a worker's device knows the amount alone.
    package static let retailersToVisit = Query(
        "retailers_to_visit",
        sql: """
            WITH bounds AS (
              SELECT \(DaySQL.start(":day")) AS first, \(DaySQL.end(":day")) AS past)
            SELECT r.id AS retailer, r.code, r.name, r.phone, r.outstanding,
              (SELECT coalesce(sum(i.open), 0)
                FROM invoice i INDEXED BY invoice_by_retailer_status
                WHERE i.retailer = r.id AND i.status IN ('OPEN', 'PARTIAL')
                  AND i.due_date < :day) AS overdue,
              r.unapplied_credit, r.held_amount, r.credit_left, r.last_payment_at,
              (SELECT coalesce(sum(p.amount), 0)
                FROM bounds b CROSS JOIN payment p INDEXED BY payment_by_retailer_claimed
                WHERE p.retailer = r.id AND p.claimed_at >= b.first AND p.claimed_at < b.past
                  AND p.lifecycle = 'COMPLETED' AND p.posting <> 'REVERSED') AS here,
              max(0, (SELECT coalesce(sum(n.amount), 0)
                FROM collection_notice n INDEXED BY collection_notice_by_retailer
                WHERE n.retailer = r.id AND n.day = :day)
              - (SELECT coalesce(sum(p.amount), 0)
                FROM bounds b CROSS JOIN payment p INDEXED BY payment_by_retailer_claimed
                WHERE p.retailer = r.id AND p.claimed_at >= b.first AND p.claimed_at < b.past
                  AND p.posting IN ('POSTED', 'REVERSED'))) AS others
            FROM retailer r INDEXED BY retailer_by_active_outstanding
            WHERE r.active = 1 AND r.alias_of IS NULL
              AND (:search = '' OR instr(lower(coalesce(r.name, '') || ' '
                || coalesce(r.code, '') || ' ' || coalesce(r.phone, '')), lower(:search)) > 0)
              AND EXISTS (SELECT 1
                FROM bounds b CROSS JOIN payment p INDEXED BY payment_by_retailer_claimed
                WHERE p.retailer = r.id AND p.claimed_at >= b.first AND p.claimed_at < b.past
                  AND p.lifecycle = 'COMPLETED' AND p.posting <> 'REVERSED') = (:paid <> 0)
              AND (r.outstanding, r.id) < (:after_outstanding, :after_retailer)
            ORDER BY r.outstanding DESC, r.id DESC LIMIT :row_limit
            """,
        parameters: [.init("day", .text), .init("paid", .integer), .init("search", .text)],
        columns: [
            .init("retailer", .key), .init("code", .text), .init("name", .text),
            .init("phone", .text), .init("outstanding", .money), .init("overdue", .money),
            .init("unapplied_credit", .money), .init("held_amount", .money),
            .init("credit_left", .money), .init("last_payment_at", .integer),
            .init("here", .money), .init("others", .money),
        ],
        roles: office,
        keyset: .init(["outstanding", "retailer"], isDescending: true))

    /// What a shop has not paid, oldest first: two ranges of one index, merged as they come.
    package static let openInvoices = Query(
        "open_invoices",
        sql: """
            SELECT id AS invoice, invoice_number, issue_date, due_date,
              coalesce(billed, total) AS total, open, status
            FROM invoice INDEXED BY invoice_by_retailer_status
            WHERE retailer = :retailer AND status = 'OPEN' AND (issue_date, invoice_number, id)
              > (:after_issue_date, :after_invoice_number, :after_invoice)
            UNION ALL
            SELECT id, invoice_number, issue_date, due_date, coalesce(billed, total), open, status
            FROM invoice INDEXED BY invoice_by_retailer_status
            WHERE retailer = :retailer AND status = 'PARTIAL' AND (issue_date, invoice_number, id)
              > (:after_issue_date, :after_invoice_number, :after_invoice)
            ORDER BY issue_date, invoice_number, invoice LIMIT :row_limit
            """,
        parameters: [.init("retailer", .key)],
        columns: [
            .init("invoice", .key), .init("invoice_number", .text), .init("issue_date", .text),
            .init("due_date", .text), .init("total", .money), .init("open", .money),
            .init("status", .text),
        ],
        roles: office, keyset: .init(["issue_date", "invoice_number", "invoice"]))

    private static let sheetColumns: [Query.Column] = [
        .init("method", .text), .init("claimed_at", .integer), .init("payment", .key),
        .init("code", .text), .init("retailer", .text), .init("amount", .money),
        .init("reference", .text), .init("bank", .text), .init("cheque_date", .text),
        .init("worker", .text), .init("area", .text), .init("receipt_no", .text),
        .init("posting", .text), .init("confirmed", .text), .init("is_late", .integer),
        .init("effective_day", .text), .init("business_day", .text),
    ]

    /// The area is the payment's own: where the shop was when the money was taken.
    private static func sheet(_ index: String, _ condition: String) -> String {
        """
        SELECT p.method, p.claimed_at, p.id AS payment,
          coalesce(nullif(p.retailer_code, ''), r.code),
          coalesce(nullif(p.retailer_name, ''), r.name), p.amount,
          coalesce(p.current_reference, p.reference), coalesce(p.current_bank, p.bank),
          coalesce(p.current_cheque_date, p.cheque_date),
          coalesce(nullif(p.worker_name, ''), w.name), a.name, p.receipt_no, p.posting,
          p.attestation, p.is_late, p.effective_day, p.business_day
        FROM payment p INDEXED BY \(index)
        LEFT JOIN retailer r ON r.id = p.retailer LEFT JOIN worker w ON w.id = p.worker
        LEFT JOIN area a ON a.id = p.area
        WHERE p.worker = :worker AND \(condition) AND p.lifecycle = 'COMPLETED'
        """
    }

    private static let sheetOrder = """
         AND (p.method, p.claimed_at, p.id) > (:after_method, :after_claimed_at, :after_payment)
        ORDER BY p.method, p.claimed_at, p.id LIMIT :row_limit
        """

    /// What one worker collected and the books have on one day, by method and time.
    package static let daySheet = Query(
        "day_sheet",
        sql: sheet("payment_by_worker_day", "p.business_day = :day") + sheetOrder,
        parameters: [.init("worker", .key), .init("day", .text)], columns: sheetColumns,
        roles: office, keyset: .init(["method", "claimed_at", "payment"]))

    /// What one worker says to have collected on a day and no hub has booked yet.
    package static let daySheetWaiting = Query(
        "day_sheet_waiting",
        sql: sheet(
            "payment_by_worker_day",
            """
            p.business_day IS NULL AND p.claimed_at >= \(DaySQL.start(":day"))
              AND p.claimed_at < \(DaySQL.end(":day"))
            """) + sheetOrder,
        parameters: [.init("worker", .key), .init("day", .text)], columns: sheetColumns,
        roles: office, keyset: .init(["method", "claimed_at", "payment"]))

    /// What was collected on a day and came after it was closed: it counts on a later sheet.
    package static let daySheetLate = Query(
        "day_sheet_late",
        sql: sheet("payment_by_worker_effective", "p.effective_day = :day AND p.is_late = 1")
            + " AND p.id > :after_payment ORDER BY p.id LIMIT :row_limit",
        parameters: [.init("worker", .key), .init("day", .text)], columns: sheetColumns,
        roles: office, keyset: .init(["payment"]))
}

/// A day of the tenant's zone as milliseconds since 1970, in SQL; see ``CivilDay``.
enum DaySQL {
    static func start(_ day: String) -> String {
        "CAST(strftime('%s', \(day)) AS INTEGER) * 1000 - \(CivilDay.zoneMilliseconds)"
    }

    static func end(_ day: String) -> String {
        "CAST(strftime('%s', \(day), '+1 day') AS INTEGER) * 1000 - \(CivilDay.zoneMilliseconds)"
    }
}
