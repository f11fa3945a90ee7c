package import LynkCore

/// What the office asks day by day; see ``FieldQueries`` for how they are made.
package enum OfficeQueries {
    static let all = [
        statement, statementBalance, exceptionQueue, workerPerformance, areaPerformance,
        cashInHand, handoversToCount, cashBox, aging, agingByRetailer, transactions,
    ]

    private static let office = FieldQueries.office

    /// What changed what a shop owes, in the order of days: AR less UNAPPLIED. That money was
    /// applied to an invoice changes neither, and is left out.
    package static let statement = Query(
        "statement",
        sql: """
            SELECT e.effective_day, e.kind, e.id AS entry,
              coalesce(i.invoice_number, p.receipt_no, c.number, '') AS reference,
              coalesce(p.method, '') AS method,
              max(sum(s.debit) - sum(s.credit), 0) AS debit,
              max(sum(s.credit) - sum(s.debit), 0) AS credit
            FROM journal_entry e INDEXED BY journal_entry_by_retailer
            CROSS JOIN posting s INDEXED BY posting_by_entry
              ON s.entry = e.id AND s.account IN ('AR', 'UNAPPLIED')
            LEFT JOIN invoice i ON i.id = coalesce(
              (SELECT a.invoice FROM invoice_amendment a WHERE a.id = e.subject),
              (SELECT f.invoice FROM write_off f WHERE f.id = e.subject), e.subject)
            LEFT JOIN payment p ON p.id = e.subject
            LEFT JOIN credit_note c ON c.id = e.subject
            WHERE e.retailer = :retailer AND e.effective_day >= :from
              AND e.effective_day <= :until AND e.kind NOT IN ('APPLY', 'UNAPPLY')
              AND (e.effective_day, e.kind, e.id)
                > (:after_effective_day, :after_kind, :after_entry)
            GROUP BY e.effective_day, e.kind, e.id
            ORDER BY e.effective_day, e.kind, e.id LIMIT :row_limit
            """,
        parameters: [.init("retailer", .key), .init("from", .text), .init("until", .text)],
        columns: [
            .init("effective_day", .text), .init("kind", .text), .init("entry", .key),
            .init("reference", .text), .init("method", .text), .init("debit", .money),
            .init("credit", .money),
        ],
        roles: office, keyset: .init(["effective_day", "kind", "entry"]))

    /// What a shop owed before a day.
    package static let statementBalance = Query(
        "statement_balance",
        sql: """
            SELECT coalesce(sum(s.debit), 0) - coalesce(sum(s.credit), 0)
            FROM journal_entry e INDEXED BY journal_entry_by_retailer
            CROSS JOIN posting s INDEXED BY posting_by_entry
              ON s.entry = e.id AND s.account IN ('AR', 'UNAPPLIED')
            WHERE e.retailer = :retailer AND e.effective_day < :day
            """,
        parameters: [.init("retailer", .key), .init("day", .text)],
        columns: [.init("balance", .money)], roles: office)

    /// What people should look at, of one severity, in the order in which it was found.
    package static let exceptionQueue = Query(
        "exception_queue",
        sql: """
            SELECT e.opened_position, e.id AS exception, e.opened_at, e.kind, e.severity, e.state,
              r.code, coalesce(w.name, p.worker_name), e.amount, p.receipt_no, p.posting,
              q.receipt_no, e.detail, e.payment, e.rival, e.resolution
            FROM exception e INDEXED BY exception_by_state_severity
            LEFT JOIN retailer r ON r.id = e.retailer LEFT JOIN payment p ON p.id = e.payment
            LEFT JOIN payment q ON q.id = e.rival
            LEFT JOIN worker w ON w.id = coalesce(e.worker, p.worker)
            WHERE e.state = :state AND e.severity = :severity
              AND (e.opened_position, e.id) > (:after_opened_position, :after_exception)
            ORDER BY e.opened_position, e.id LIMIT :row_limit
            """,
        parameters: [.init("state", .text), .init("severity", .text)],
        columns: [
            .init("opened_position", .integer), .init("exception", .key),
            .init("opened_at", .integer), .init("kind", .text), .init("severity", .text),
            .init("state", .text), .init("retailer", .text), .init("worker", .text),
            .init("amount", .money), .init("receipt_no", .text), .init("posting", .text),
            .init("other_receipt_no", .text), .init("detail", .text), .init("payment", .key),
            .init("rival", .key), .init("resolution", .text),
        ],
        roles: office, keyset: .init(["opened_position", "exception"]))

    /// What each worker did in a span of days. Failed are announced payments that came to
    /// nothing; the success rate is `completed` of `completed + failed`.
    package static let workerPerformance = Query(
        "worker_performance",
        sql: """
            SELECT w.id AS worker, w.name, coalesce(sum(d.payments), 0) AS completed,
              coalesce(sum(d.amount), 0) AS amount, coalesce(sum(d.held), 0),
              coalesce(sum(d.reversed), 0),
              CASE WHEN sum(d.payments) > 0
                THEN sum(d.amount + d.held + d.reversed) / sum(d.payments) ELSE 0 END,
              (SELECT count(*) FROM payment p INDEXED BY payment_by_lifecycle_worker
                WHERE p.lifecycle IN ('CANCELLED', 'EXPIRED') AND p.worker = w.id
                  AND p.claimed_at >= \(DaySQL.start(":from"))
                  AND p.claimed_at < \(DaySQL.end(":until"))) AS failed
            FROM worker w LEFT JOIN worker_day d INDEXED BY worker_day_by_worker
              ON d.worker = w.id AND d.day >= :from AND d.day <= :until
            WHERE w.id > :after_worker GROUP BY w.id ORDER BY w.id LIMIT :row_limit
            """,
        parameters: [.init("from", .text), .init("until", .text)],
        columns: [
            .init("worker", .key), .init("name", .text), .init("completed", .integer),
            .init("amount", .money), .init("held", .money), .init("reversed", .money),
            .init("average", .money), .init("failed", .integer),
        ],
        roles: office, keyset: .init(["worker"]))

    /// What was collected where, by the area at collection and not the shop's present one.
    package static let areaPerformance = Query(
        "area_performance",
        sql: """
            SELECT a.id AS area, a.name, coalesce(sum(d.payments), 0), coalesce(sum(d.amount), 0)
            FROM area a LEFT JOIN area_day d INDEXED BY area_day_by_area
              ON d.area = a.id AND d.day >= :from AND d.day <= :until
            WHERE a.id > :after_area GROUP BY a.id ORDER BY a.id LIMIT :row_limit
            """,
        parameters: [.init("from", .text), .init("until", .text)],
        columns: [
            .init("area", .key), .init("name", .text), .init("payments", .integer),
            .init("amount", .money),
        ],
        roles: office, keyset: .init(["area"]))

    /// What each collector must still hand over, by the journal; since when, by the oldest payment
    /// that no handover covers; and what he says he handed over and nobody has counted.
    package static let cashInHand = Query(
        "cash_in_hand",
        sql: """
            WITH person AS (
              SELECT id, name FROM worker UNION ALL
              SELECT id, name FROM user_account u
                WHERE NOT EXISTS (SELECT 1 FROM worker w WHERE w.id = u.id)),
            hand AS (
              SELECT h.id, h.name,
                (SELECT coalesce(sum(s.debit) - sum(s.credit), 0)
                  FROM posting s INDEXED BY posting_by_account
                  WHERE s.account = 'CASH_IN_HAND' AND s.party = h.id) AS cash,
                (SELECT coalesce(sum(s.debit) - sum(s.credit), 0)
                  FROM posting s INDEXED BY posting_by_account
                  WHERE s.account = 'CHQ_IN_HAND' AND s.party = h.id) AS cheques
              FROM person h WHERE h.id > :after_worker)
            SELECT h.id AS worker, h.name, h.cash, h.cheques,
              (SELECT min(p.effective_day) FROM payment p INDEXED BY payment_by_cash
                WHERE p.worker = h.id AND p.method = 'CASH' AND p.posting = 'POSTED'
                  AND p.settlement = 'IN_HAND') AS since,
              (SELECT coalesce(sum(o.cash), 0) FROM handover o INDEXED BY handover_by_worker
                WHERE o.worker = h.id AND o.position = 0) AS uncounted
            FROM hand h WHERE h.cash <> 0 OR h.cheques <> 0
            ORDER BY h.id LIMIT :row_limit
            """,
        parameters: [],
        columns: [
            .init("worker", .key), .init("name", .text), .init("cash", .money),
            .init("cheques", .money), .init("since", .text), .init("uncounted", .money),
        ],
        roles: office, keyset: .init(["worker"]))

    /// Sums of what is open by how long it is overdue, of one status.
    static func buckets(_ invoice: String) -> String {
        [
            ("due_date >= :day", "not_due"),
            ("due_date < :day AND due_date >= date(:day, '-30 days')", "to_30"),
            (
                "due_date < date(:day, '-30 days') AND due_date >= date(:day, '-60 days')",
                "to_60"
            ),
            (
                "due_date < date(:day, '-60 days') AND due_date >= date(:day, '-90 days')",
                "to_90"
            ),
            ("due_date < date(:day, '-90 days')", "beyond_90"),
        ].map { condition, name in
            let named = condition.split(separator: "due_date", omittingEmptySubsequences: false)
                .joined(separator: "\(invoice).due_date")
            return "coalesce(sum(CASE WHEN \(named) THEN \(invoice).open END), 0) AS \(name)"
        }.joined(separator: ",\n  ")
    }

    private static let bucketColumns: [Query.Column] = [
        .init("not_due", .money), .init("to_30", .money), .init("to_60", .money),
        .init("to_90", .money), .init("beyond_90", .money), .init("open", .money),
    ]

    /// Handovers that wait to be counted.
    package static let handoversToCount = Query(
        "handovers_to_count",
        sql: """
            SELECT o.id AS handover, o.worker, coalesce(w.name, u.name, ''), o.to_kind, o.cash,
              o.cheques, o.slip
            FROM handover o INDEXED BY handover_by_position
            LEFT JOIN worker w ON w.id = o.worker LEFT JOIN user_account u ON u.id = o.worker
            WHERE o.position = 0 AND o.id > :after_handover
            ORDER BY o.id LIMIT :row_limit
            """,
        columns: [
            .init("handover", .key), .init("worker", .key), .init("name", .text),
            .init("to_kind", .text), .init("cash", .money), .init("cheques", .text),
            .init("slip", .text),
        ],
        roles: office, keyset: .init(["handover"]))

    /// What the office's own box should hold, by the journal.
    package static let cashBox = Query(
        "cash_box",
        sql: """
            SELECT coalesce(sum(debit) - sum(credit), 0)
            FROM posting INDEXED BY posting_by_account WHERE account = 'CASHBOX'
            """,
        columns: [.init("cash", .money)], roles: office)

    /// All that is open on a day, by how many days it is overdue.
    package static let aging = Query(
        "aging",
        sql: """
            SELECT \(buckets("i")), coalesce(sum(i.open), 0)
            FROM invoice i INDEXED BY invoice_by_due WHERE i.status IN ('OPEN', 'PARTIAL')
            """,
        parameters: [.init("day", .text)], columns: bucketColumns, roles: office)

    /// The same shop by shop, who owes most first.
    package static let agingByRetailer = Query(
        "aging_by_retailer",
        sql: """
            SELECT r.outstanding, r.id AS retailer, r.code, r.name, \(buckets("i")),
              coalesce(sum(i.open), 0), r.unapplied_credit
            FROM retailer r INDEXED BY retailer_by_active_outstanding
            LEFT JOIN invoice i INDEXED BY invoice_by_retailer_status
              ON i.retailer = r.id AND i.status IN ('OPEN', 'PARTIAL')
            WHERE r.active = :active
              AND (r.outstanding, r.id) < (:after_outstanding, :after_retailer)
            GROUP BY r.outstanding, r.id ORDER BY r.outstanding DESC, r.id DESC LIMIT :row_limit
            """,
        parameters: [.init("day", .text), .init("active", .integer)],
        columns: [
            .init("outstanding", .money), .init("retailer", .key), .init("code", .text),
            .init("name", .text),
        ] + bucketColumns + [.init("unapplied_credit", .money)],
        roles: office, keyset: .init(["outstanding", "retailer"], isDescending: true))

    /// What the hub booked, newest first; an empty filter lets all through.
    package static let transactions = Query(
        "transactions",
        sql: """
            SELECT p.posted_position, p.id AS payment, p.claimed_at, p.receipt_no, r.code,
              coalesce(nullif(p.worker_name, ''), w.name), p.method, p.amount, p.state, p.posting,
              p.settlement, p.attestation, p.review, p.business_day
            FROM payment p INDEXED BY payment_by_position
            LEFT JOIN retailer r ON r.id = p.retailer LEFT JOIN worker w ON w.id = p.worker
            WHERE (:method = '' OR p.method = :method) AND (:posting = '' OR p.posting = :posting)
              AND (:review = '' OR p.review = :review) AND p.posted_position > 0
              AND (p.posted_position, p.id) < (:after_posted_position, :after_payment)
            ORDER BY p.posted_position DESC, p.id DESC LIMIT :row_limit
            """,
        parameters: [.init("method", .text), .init("posting", .text), .init("review", .text)],
        columns: [
            .init("posted_position", .integer), .init("payment", .key),
            .init("claimed_at", .integer), .init("receipt_no", .text), .init("retailer", .text),
            .init("worker", .text), .init("method", .text), .init("amount", .money),
            .init("state", .text), .init("posting", .text), .init("settlement", .text),
            .init("attestation", .text), .init("review", .text), .init("business_day", .text),
        ],
        roles: office, keyset: .init(["posted_position", "payment"], isDescending: true))
}
