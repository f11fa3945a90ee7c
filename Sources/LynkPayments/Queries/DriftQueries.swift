package import LynkCore

/// Whether what the books have stored is what the facts give; see ``LedgerQueries/drift``.
enum DriftQueries {
    /// Figures that people see and no entry has: totals of shops, states of invoices, roll-ups.
    /// A day is compared as a number, 20261102; a state by its place.
    static let derived = Query(
        "drift_derived",
        sql: """
            WITH paid AS (
              SELECT coalesce(account, retailer) AS retailer, sum(amount) AS amount,
                count(*) AS payments
              FROM payment WHERE posting = 'POSTED' GROUP BY coalesce(account, retailer)),
            billed AS (
              SELECT retailer, sum(coalesce(billed, total)) AS total, count(*) AS invoices,
                min(CASE WHEN open > 0 THEN due_date END) AS due
              FROM invoice WHERE cancelled = 'NO' AND status <> '' GROUP BY retailer),
            noted AS (
              SELECT retailer, count(*) AS notes FROM exception
              WHERE state = 'OPEN' GROUP BY retailer),
            days AS (
              SELECT worker, business_day, method, count(*) AS payments,
                sum(CASE WHEN posting = 'POSTED' THEN amount ELSE 0 END) AS amount,
                sum(CASE WHEN posting = 'REVERSED' THEN amount ELSE 0 END) AS reversed,
                min(id) AS sample
              FROM payment WHERE posting <> '' GROUP BY worker, business_day, method),
            places AS (
              SELECT area, business_day, count(*) AS payments, sum(amount) AS amount,
                min(id) AS sample
              FROM payment WHERE posting = 'POSTED' AND area IS NOT NULL
              GROUP BY area, business_day),
            figures AS (
              SELECT 'retailer.total_paid' AS figure, r.id AS subject, r.total_paid AS stored,
                coalesce(p.amount, 0) AS computed
              FROM retailer r LEFT JOIN paid p ON p.retailer = r.id
              UNION ALL
              SELECT 'retailer.payments_count', r.id, r.payments_count, coalesce(p.payments, 0)
              FROM retailer r LEFT JOIN paid p ON p.retailer = r.id
              UNION ALL
              SELECT 'retailer.total_invoiced', r.id, r.total_invoiced, coalesce(b.total, 0)
              FROM retailer r LEFT JOIN billed b ON b.retailer = r.id
              UNION ALL
              SELECT 'retailer.invoices_count', r.id, r.invoices_count, coalesce(b.invoices, 0)
              FROM retailer r LEFT JOIN billed b ON b.retailer = r.id
              UNION ALL
              SELECT 'retailer.oldest_open_due', r.id,
                CAST(replace(coalesce(r.oldest_open_due, '0'), '-', '') AS INTEGER),
                CAST(replace(coalesce(b.due, '0'), '-', '') AS INTEGER)
              FROM retailer r LEFT JOIN billed b ON b.retailer = r.id
              UNION ALL
              SELECT 'retailer.open_exceptions', r.id, r.open_exceptions, coalesce(n.notes, 0)
              FROM retailer r LEFT JOIN noted n ON n.retailer = r.id
              UNION ALL
              SELECT 'invoice.status', i.id,
                CASE i.status WHEN 'OPEN' THEN 1 WHEN 'PARTIAL' THEN 2 WHEN 'PAID' THEN 3
                  WHEN 'CANCELLED' THEN 4 ELSE 0 END,
                CASE WHEN i.cancelled = 'YES' THEN 4 WHEN i.open = 0 THEN 3
                  WHEN i.open = coalesce(i.billed, i.total) THEN 1 ELSE 2 END
              FROM invoice i
              UNION ALL
              SELECT 'payment.has_credit', p.id, p.has_credit, p.unapplied > 0 FROM payment p
              UNION ALL
              SELECT 'worker_day.payments', w.id, w.payments, coalesce(d.payments, 0)
              FROM worker_day w LEFT JOIN days d
                ON d.worker = w.worker AND d.business_day = w.day AND d.method = w.method
              UNION ALL
              SELECT 'worker_day.reversed', w.id, w.reversed, coalesce(d.reversed, 0)
              FROM worker_day w LEFT JOIN days d
                ON d.worker = w.worker AND d.business_day = w.day AND d.method = w.method
              UNION ALL
              SELECT 'worker_day.missing', d.sample, 0, d.payments
              FROM days d LEFT JOIN worker_day w
                ON d.worker = w.worker AND d.business_day = w.day AND d.method = w.method
              WHERE w.id IS NULL
              UNION ALL
              SELECT 'area_day.amount', a.id, a.amount, coalesce(p.amount, 0)
              FROM area_day a LEFT JOIN places p
                ON p.area = a.area AND p.business_day = a.day
              UNION ALL
              SELECT 'area_day.payments', a.id, a.payments, coalesce(p.payments, 0)
              FROM area_day a LEFT JOIN places p
                ON p.area = a.area AND p.business_day = a.day
              UNION ALL
              SELECT 'area_day.missing', p.sample, 0, p.payments
              FROM places p LEFT JOIN area_day a
                ON p.area = a.area AND p.business_day = a.day
              WHERE a.id IS NULL)
            SELECT figure, subject, stored, computed, stored - computed FROM figures
            WHERE stored <> computed ORDER BY figure, subject
            """,
        columns: [
            .init("figure", .text), .init("subject", .key), .init("stored", .money),
            .init("computed", .money), .init("difference", .money),
        ],
        roles: [Role.admin.rawValue])
}

/// What the check of one tenant's books found.
package struct BooksCheck: Sendable {
    /// One row that is not as the facts and the journal give it.
    package struct Difference: Hashable, Sendable {
        package let figure: String
        package let subject: RowKey?
        package let stored: Int64
        package let computed: Int64
    }

    package let differences: [Difference]
    /// Lines of the journal, and the sum of its debits; its credits are the same or ``isBalanced``
    /// is false.
    package let postings: Int64
    package let debits: Int64
    package let isBalanced: Bool

    /// Runs everything that is to be checked, each query on the same tenant.
    ///
    /// - Parameter run: answers a query with all its rows.
    package init(_ run: (Query) throws -> [[Value]]) rethrows {
        var found: [Difference] = []
        for query in [LedgerQueries.drift, DriftQueries.derived] {
            for row in try run(query) where row.count == 5 {
                found.append(
                    Difference(
                        figure: row[0].textValue ?? "", subject: row[1].keyValue,
                        stored: row[2].integerValue ?? 0, computed: row[3].integerValue ?? 0))
            }
        }
        for row in try run(LedgerQueries.unbalancedEntries) where row.count == 3 {
            found.append(
                Difference(
                    figure: "entry", subject: row[0].keyValue,
                    stored: row[1].integerValue ?? 0, computed: row[2].integerValue ?? 0))
        }
        differences = found
        let balance = try run(LedgerQueries.trialBalance).first ?? []
        postings = balance.first?.integerValue ?? 0
        debits = balance.count == 4 ? balance[1].integerValue ?? 0 : 0
        isBalanced = balance.count == 4 && balance[3] == 0
    }
}
