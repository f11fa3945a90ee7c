public import LynkCore

/// An unpaid invoice as a device has it.
public struct OpenInvoice: Hashable, Sendable {
    public let key: RowKey
    public let number: String
    /// `yyyy-mm-dd`.
    public let issueDate: String
    public let dueDate: String
    public let open: Int64

    public init(key: RowKey, number: String, issueDate: String, dueDate: String, open: Int64) {
        self.key = key
        self.number = number
        self.issueDate = issueDate
        self.dueDate = dueDate
        self.open = open
    }

    /// Reads a row of ``PaymentDesk/openInvoices``.
    public init?(_ row: [Value]) {
        guard row.count == 5, let key = row[0].keyValue, let number = row[1].textValue,
            let issueDate = row[2].textValue, let dueDate = row[3].textValue,
            let open = row[4].integerValue
        else { return nil }
        self.init(key: key, number: number, issueDate: issueDate, dueDate: dueDate, open: open)
    }
}

/// What a collector's device computes for itself before the hub decides.
public enum PaymentDesk {
    /// The unpaid invoices of a retailer, for ``OpenInvoice/init(_:)``.
    public static let openInvoices = Query(
        "desk_open_invoices",
        sql: """
            SELECT id, invoice_number, issue_date, due_date, open FROM invoice
            WHERE retailer = :retailer AND status IN ('OPEN', 'PARTIAL')
            ORDER BY issue_date, invoice_number, id
            """,
        parameters: [.init("retailer", .key)],
        columns: [
            .init("id", .key), .init("invoice_number", .text), .init("issue_date", .text),
            .init("due_date", .text), .init("open", .money),
        ])

    /// The provisional texts of completed payments that the hub has not booked yet.
    public static let pendingProvisionals = Query(
        "desk_pending_provisionals",
        sql: """
            SELECT provisional FROM payment
            WHERE retailer = :retailer AND lifecycle = 'COMPLETED' AND posting = ''
            ORDER BY claimed_at, id
            """,
        parameters: [.init("retailer", .key)],
        columns: [.init("provisional", .text)])

    /// Spreads an amount over what is open, as the hub would if nothing else happened.
    ///
    /// - Parameters:
    ///   - invoices: in any order.
    ///   - pending: provisional texts of own payments that the hub has not booked; what they
    ///     cover is not open any more.
    ///   - intent: invoices that the payer named; they come first, in this order.
    ///   - order: the tenant's policy, in `tenant_profile.allocation_order`.
    /// - Returns: what each invoice gets, and what is left as credit.
    public static func provisional(
        _ amount: Int64, over invoices: [OpenInvoice], pending: [String] = [],
        intent: [RowKey] = [], order: AllocationOrder = .issueDate
    ) -> (pieces: [ProvisionalAllocation], unapplied: Int64) {
        let sorted = invoices.sorted {
            OldestFirst.precedes(
                (order == .issueDate ? $0.issueDate : $0.dueDate, $0.number, $0.key),
                (order == .issueDate ? $1.issueDate : $1.dueDate, $1.number, $1.key))
        }
        var taken: [RowKey: Int64] = [:]
        for piece in pending.flatMap(ProvisionalAllocation.parse) {
            taken[piece.invoice, default: 0] &+= piece.amount
        }
        let open = sorted.map { max($0.open &- (taken[$0.key] ?? 0), 0) }
        let named = intent.compactMap { key in sorted.firstIndex { $0.key == key } }
        let pieces = OldestFirst.spread(amount, over: open, named: named)
        let applied = pieces.reduce(0) { $0 + $1.amount }
        return (
            pieces.map { ProvisionalAllocation(invoice: sorted[$0.index].key, amount: $0.amount) },
            amount - applied
        )
    }

    /// The form of `payment.intent`.
    public static func intentText(_ invoices: [RowKey]) -> String {
        invoices.map { KeyText.of($0) }.joined(separator: ",")
    }
}
