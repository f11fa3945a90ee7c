package import LynkCore

/// The office's first screen in one read, so that all its figures are of one moment.
package enum DashboardQuery {
    /// Rows of `section`, `label`, `count` and `amount`, each section in its own order. Sums come
    /// from roll-ups and unpaid invoices, never from all payments.
    ///
    /// Devices that have not synced are not among the tenant's rows: the hub's operator sees them.
    package static let dashboard = Query(
        "dashboard",
        sql: """
            WITH month AS (SELECT substr(:day, 1, 7) || '-01' AS first),
            worker_sum AS (
              SELECT d.worker, sum(d.payments) AS payments, sum(d.amount) AS amount
              FROM worker_day d INDEXED BY worker_day_by_day
              WHERE d.day >= :from AND d.day <= :day GROUP BY d.worker
              ORDER BY 3 DESC, 1 LIMIT 5),
            area_sum AS (
              SELECT d.area, sum(d.payments) AS payments, sum(d.amount) AS amount
              FROM area_day d INDEXED BY area_day_by_day
              WHERE d.day >= :from AND d.day <= :day GROUP BY d.area ORDER BY 3 DESC, 1 LIMIT 20),
            recent AS (
              SELECT p.receipt_no, p.amount, p.posted_position, r.code
              FROM payment p INDEXED BY payment_by_position
              LEFT JOIN retailer r ON r.id = p.retailer
              WHERE p.posted_position > 0 ORDER BY p.posted_position DESC, p.id DESC LIMIT 10)
            SELECT 'standing', 'outstanding', count(*), coalesce(sum(outstanding), 0)
              FROM retailer
            UNION ALL SELECT 'standing', 'credit', count(*), sum(unapplied_credit)
              FROM retailer WHERE unapplied_credit <> 0 HAVING count(*) > 0
            UNION ALL SELECT 'standing', 'held', count(*), sum(held_amount)
              FROM retailer WHERE held_amount <> 0 HAVING count(*) > 0
            UNION ALL SELECT 'standing', 'active retailers', count(*), NULL
              FROM retailer INDEXED BY retailer_by_active_outstanding WHERE active = 1
            UNION ALL SELECT 'standing', 'overdue', count(*), coalesce(sum(open), 0)
              FROM invoice INDEXED BY invoice_by_due
              WHERE status IN ('OPEN', 'PARTIAL') AND due_date < :day
            UNION ALL SELECT 'today', d.method, sum(d.payments), sum(d.amount)
              FROM worker_day d INDEXED BY worker_day_by_day WHERE d.day = :day GROUP BY d.method
            UNION ALL SELECT 'period', d.method, sum(d.payments), sum(d.amount)
              FROM worker_day d INDEXED BY worker_day_by_day
              WHERE d.day >= :from AND d.day <= :day GROUP BY d.method
            UNION ALL SELECT 'month', 'collected', coalesce(sum(d.payments), 0),
                coalesce(sum(d.amount), 0)
              FROM month m CROSS JOIN worker_day d INDEXED BY worker_day_by_day
              WHERE d.day >= m.first AND d.day <= :day
            UNION ALL SELECT 'month', 'target', NULL, t.target FROM monthly_target t
              WHERE t.year = CAST(substr(:day, 1, 4) AS INTEGER)
                AND t.month = CAST(substr(:day, 6, 2) AS INTEGER)
            UNION ALL SELECT 'worker', coalesce(w.name, u.name, ''), worker_sum.payments,
                worker_sum.amount
              FROM worker_sum LEFT JOIN worker w ON w.id = worker_sum.worker
              LEFT JOIN user_account u ON u.id = worker_sum.worker
            UNION ALL SELECT 'area', coalesce(a.name, ''), area_sum.payments, area_sum.amount
              FROM area_sum LEFT JOIN area a ON a.id = area_sum.area
            UNION ALL SELECT 'aging', b.label, count(i.open), coalesce(sum(i.open), 0)
              FROM (SELECT 'not due' AS label, :day AS since, '9999-12-31' AS past
                UNION ALL SELECT '1 to 30 days', date(:day, '-30 days'), :day
                UNION ALL SELECT '31 to 60 days', date(:day, '-60 days'), date(:day, '-30 days')
                UNION ALL SELECT '61 to 90 days', date(:day, '-90 days'), date(:day, '-60 days')
                UNION ALL SELECT 'over 90 days', '', date(:day, '-90 days')) b
              LEFT JOIN invoice i INDEXED BY invoice_by_due
                ON i.status IN ('OPEN', 'PARTIAL') AND i.due_date >= b.since
                  AND i.due_date < b.past
              GROUP BY b.since, b.label
            UNION ALL SELECT 'exception', e.severity, count(*), coalesce(sum(e.amount), 0)
              FROM exception e INDEXED BY exception_by_state_severity
              WHERE e.state = 'OPEN' GROUP BY e.severity
            UNION ALL SELECT 'payment', receipt_no || ' ' || coalesce(code, ''),
                posted_position, amount FROM recent
            """,
        parameters: [.init("day", .text), .init("from", .text)],
        columns: [
            .init("section", .text), .init("label", .text), .init("count", .integer),
            .init("amount", .money),
        ],
        roles: FieldQueries.office)
}
