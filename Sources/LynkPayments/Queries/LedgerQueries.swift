import LynkCore

/// What an accountant asks of a tenant's books.
enum LedgerQueries {
    static let all = [trialBalance, unbalancedEntries, accountBalances, drift]

    private static let office = [Role.admin.rawValue]

    /// Both sides of everything ever booked; the difference is zero.
    static let trialBalance = Query(
        "trial_balance",
        sql: """
            SELECT count(*), coalesce(sum(debit), 0), coalesce(sum(credit), 0),
              coalesce(sum(debit), 0) - coalesce(sum(credit), 0)
            FROM posting
            """,
        columns: [
            .init("postings", .integer), .init("debits", .money), .init("credits", .money),
            .init("difference", .money),
        ],
        roles: office)

    /// Entries whose sides differ; there are none.
    static let unbalancedEntries = Query(
        "unbalanced_entries",
        sql: """
            SELECT entry, sum(debit), sum(credit) FROM posting
            GROUP BY entry HAVING sum(debit) <> sum(credit) ORDER BY entry
            """,
        columns: [.init("entry", .key), .init("debits", .money), .init("credits", .money)],
        roles: office)

    static let accountBalances = Query(
        "account_balances",
        sql: """
            SELECT s.account, s.party, coalesce(r.name, w.name, ''), sum(s.debit), sum(s.credit),
              sum(s.debit) - sum(s.credit)
            FROM posting s
            LEFT JOIN retailer r ON r.id = s.party LEFT JOIN worker w ON w.id = s.party
            GROUP BY s.account, s.party ORDER BY s.account, 3, s.party
            """,
        columns: [
            .init("account", .text), .init("party", .key), .init("name", .text),
            .init("debits", .money), .init("credits", .money), .init("balance", .money),
        ],
        roles: office)

    /// Stored figures that differ from what the facts and the journal give; there are none.
    static let drift = Query(
        "drift",
        sql: """
            WITH applied AS (
              SELECT invoice, sum(amount) AS amount FROM allocation
              WHERE voided_by IS NULL GROUP BY invoice),
            spent AS (
              SELECT payment, sum(amount) AS amount FROM allocation
              WHERE voided_by IS NULL GROUP BY payment),
            booked AS (
              SELECT party,
                sum(CASE WHEN account = 'AR' THEN debit - credit ELSE 0 END) AS receivable,
                sum(CASE WHEN account = 'UNAPPLIED' THEN credit - debit ELSE 0 END) AS credit,
                sum(CASE WHEN account = 'HELD_FOR' THEN credit - debit ELSE 0 END) AS held
              FROM posting WHERE account IN ('AR', 'UNAPPLIED', 'HELD_FOR') GROUP BY party),
            billed AS (
              SELECT retailer, sum(coalesce(billed, total) - written_off) AS total,
                sum(open) AS open
              FROM invoice WHERE cancelled = 'NO' GROUP BY retailer),
            noted AS (
              SELECT retailer, sum(total) AS total FROM credit_note
              WHERE posted_position > 0 GROUP BY retailer),
            days AS (
              SELECT worker, business_day, method,
                sum(CASE WHEN posting = 'POSTED' THEN amount ELSE 0 END) AS posted,
                sum(CASE WHEN posting = 'HELD' THEN amount ELSE 0 END) AS held
              FROM payment WHERE effective_day IS NOT NULL
              GROUP BY worker, business_day, method),
            paid AS (
              SELECT coalesce(account, retailer) AS retailer,
                sum(CASE WHEN posting = 'POSTED' THEN amount ELSE 0 END) AS posted,
                sum(unapplied) AS unapplied
              FROM payment GROUP BY coalesce(account, retailer)),
            figures AS (
              SELECT 'invoice.open' AS figure, i.id AS subject, i.open AS stored,
                CASE i.cancelled WHEN 'YES' THEN 0
                  ELSE coalesce(i.billed, i.total) - i.written_off - coalesce(a.amount, 0) END
                  AS computed
              FROM invoice i LEFT JOIN applied a ON a.invoice = i.id
              UNION ALL
              SELECT 'payment.applied', p.id, p.applied, coalesce(s.amount, 0)
              FROM payment p LEFT JOIN spent s ON s.payment = p.id
              UNION ALL
              SELECT 'payment.unapplied', p.id, p.unapplied,
                CASE p.posting WHEN 'POSTED' THEN p.amount - p.applied ELSE 0 END FROM payment p
              UNION ALL
              SELECT 'retailer.outstanding', r.id, r.outstanding,
                coalesce(b.total, 0) - coalesce(p.posted, 0) - coalesce(n.total, 0)
              FROM retailer r LEFT JOIN billed b ON b.retailer = r.id
              LEFT JOIN paid p ON p.retailer = r.id LEFT JOIN noted n ON n.retailer = r.id
              UNION ALL
              SELECT 'ledger.outstanding', r.id, r.outstanding,
                coalesce(k.receivable, 0) - coalesce(k.credit, 0)
              FROM retailer r LEFT JOIN booked k ON k.party = r.id
              UNION ALL
              SELECT 'ledger.unapplied', r.id, r.unapplied_credit, coalesce(k.credit, 0)
              FROM retailer r LEFT JOIN booked k ON k.party = r.id
              UNION ALL
              SELECT 'ledger.held', r.id, r.held_amount, coalesce(k.held, 0)
              FROM retailer r LEFT JOIN booked k ON k.party = r.id
              UNION ALL
              SELECT 'ledger.receivable', r.id, coalesce(b.open, 0), coalesce(k.receivable, 0)
              FROM retailer r LEFT JOIN billed b ON b.retailer = r.id
              LEFT JOIN booked k ON k.party = r.id
              UNION ALL
              SELECT 'worker_day.amount', w.id, w.amount, coalesce(d.posted, 0)
              FROM worker_day w LEFT JOIN days d
                ON d.worker = w.worker AND d.business_day = w.day AND d.method = w.method
              UNION ALL
              SELECT 'worker_day.held', w.id, w.held, coalesce(d.held, 0)
              FROM worker_day w LEFT JOIN days d
                ON d.worker = w.worker AND d.business_day = w.day AND d.method = w.method)
            SELECT figure, subject, stored, computed, stored - computed FROM figures
            WHERE stored <> computed ORDER BY figure, subject
            """,
        columns: [
            .init("figure", .text), .init("subject", .key), .init("stored", .money),
            .init("computed", .money), .init("difference", .money),
        ],
        roles: office)
}
