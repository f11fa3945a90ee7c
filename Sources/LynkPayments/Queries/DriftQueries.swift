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

    /// Cash on its way: hands, the box, the bank. `cash_cover` has a row for every collector who
    /// ever handed over, and one for the tenant.
    static let cash = Query(
        "drift_cash",
        sql: """
            WITH counted AS (
              SELECT o.id, o.worker, o.to_kind, o.cash, o.cash + o.difference AS counted,
                o.difference
              FROM handover o WHERE o.position > 0),
            booked AS (
              SELECT e.subject,
                sum(CASE WHEN s.account IN ('CASHBOX', 'BANK') THEN s.debit - s.credit ELSE 0 END)
                  AS counted,
                sum(CASE WHEN s.account = 'CASH_IN_HAND' THEN s.credit - s.debit ELSE 0 END)
                  AS cash
              FROM journal_entry e JOIN posting s ON s.entry = e.id
              WHERE e.kind = 'HANDOVER' GROUP BY e.subject),
            handed AS (SELECT worker, sum(cash) AS cash FROM counted GROUP BY worker),
            taken AS (
              SELECT worker, sum(amount) AS amount,
                sum(CASE WHEN settlement IN ('HANDED_OVER', 'BANKED') THEN amount ELSE 0 END)
                  AS covered,
                sum(CASE WHEN settlement = 'BANKED' THEN amount ELSE 0 END) AS banked
              FROM payment WHERE method = 'CASH' AND posting = 'POSTED' GROUP BY worker),
            hand AS (
              SELECT party AS worker, sum(debit) - sum(credit) AS cash
              FROM posting WHERE account = 'CASH_IN_HAND' GROUP BY party),
            figures AS (
              SELECT 'handover.difference' AS figure, c.id AS subject, c.difference AS stored,
                coalesce(b.counted, 0) - coalesce(b.cash, 0) AS computed
              FROM counted c LEFT JOIN booked b ON b.subject = c.id
              UNION ALL
              SELECT 'handover.booked', c.id, c.cash, coalesce(b.cash, 0)
              FROM counted c LEFT JOIN booked b ON b.subject = c.id
              UNION ALL
              SELECT 'handover.early', b.subject, 0, b.cash
              FROM booked b LEFT JOIN counted c ON c.id = b.subject WHERE c.id IS NULL
              UNION ALL
              SELECT 'ledger.cash_in_hand', h.worker, h.cash,
                coalesce(t.amount, 0) - coalesce(d.cash, 0)
              FROM hand h LEFT JOIN taken t ON t.worker = h.worker
              LEFT JOIN handed d ON d.worker = h.worker
              UNION ALL
              SELECT 'ledger.cash_box', NULL,
                (SELECT coalesce(sum(debit) - sum(credit), 0) FROM posting
                  WHERE account = 'CASHBOX'),
                (SELECT coalesce(sum(counted), 0) FROM counted WHERE to_kind <> 'BANK')
                  - (SELECT coalesce(sum(amount), 0) FROM deposit)
              UNION ALL
              SELECT 'cash_cover.total', k.id, k.total, d.cash
              FROM cash_cover k JOIN handed d ON d.worker = k.id
              UNION ALL
              SELECT 'cash_cover.covered', k.id, k.covered, CASE
                WHEN EXISTS (SELECT 1 FROM handed d WHERE d.worker = k.id)
                THEN coalesce((SELECT t.covered FROM taken t WHERE t.worker = k.id), 0)
                ELSE (SELECT coalesce(sum(t.banked), 0) FROM taken t) END
              FROM cash_cover k)
            SELECT figure, subject, stored, computed, stored - computed FROM figures
            WHERE stored <> computed ORDER BY figure, subject
            """,
        columns: derived.columns, roles: [Role.admin.rawValue])
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
        for query in [LedgerQueries.drift, DriftQueries.derived, DriftQueries.cash] {
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
