package import LynkCore

/// What a shop and its wholesaler owe each other over a span of days, with a running balance.
package struct Statement: Sendable {
    private let tenant, retailer: String
    private let from, until: CivilDay
    private let opening: Int64
    private let rows: [[Value]]
    private let aging: [Value]

    /// - Parameters:
    ///   - opening: of ``OfficeQueries/statementBalance`` before `from`.
    ///   - rows: of ``OfficeQueries/statement``.
    ///   - aging: the shop's row of ``OfficeQueries/agingByRetailer``, or nothing.
    package init(
        tenant: String, retailer: String, from: CivilDay, until: CivilDay, opening: Int64,
        rows: [[Value]], aging: [Value] = []
    ) {
        self.tenant = tenant
        self.retailer = retailer
        self.from = from
        self.until = until
        self.opening = opening
        self.rows = rows.filter { $0.count == 7 }
        self.aging = aging
    }

    private static let names = [
        "INVOICE": "Invoice", "INVOICE_CANCELLED": "Invoice cancelled",
        "INVOICE_AMENDED": "Invoice amended", "CREDIT_NOTE": "Credit note",
        "PAYMENT": "Payment", "PAYMENT_REVERSED": "Payment reversed", "WRITE_OFF": "Written off",
    ]

    /// - Throws: ``Problem`` `counter_overflow` for sums beyond 64 bits.
    package func text() throws -> String {
        var balance = opening
        var lines = [["\(from)", "Opening balance", "", "", "", Rupees.text(opening)]]
        for row in rows {
            let (debit, credit) = (row[5].integerValue ?? 0, row[6].integerValue ?? 0)
            balance = try sum(try sum(balance, debit), -credit)
            let kind = row[1].textValue ?? ""
            lines.append([
                row[0].textValue ?? "", Self.names[kind] ?? kind,
                [row[3].textValue, row[4].textValue].compactMap { $0 }.filter { !$0.isEmpty }
                    .joined(separator: " "),
                debit == 0 ? "" : Rupees.text(debit), credit == 0 ? "" : Rupees.text(credit),
                Rupees.text(balance),
            ])
        }
        lines.append(["\(until)", "Closing balance", "", "", "", Rupees.text(balance)])
        var text = [tenant, "Statement of \(retailer), \(from) to \(until)", ""]
            .map(SheetText.printable)
        text += SheetText.table(
            ["day", "what", "reference", "charged", "paid", "balance"], lines, right: [3, 4, 5])
        if aging.count == 11 {
            let names = ["not due", "1 to 30", "31 to 60", "61 to 90", "over 90 days"]
            text += ["", "Open invoices by days overdue:"]
            text += SheetText.table(
                names, [aging[4...8].map { Rupees.text($0.integerValue ?? 0) }],
                right: Set(names.indices))
        }
        return text.joined(separator: "\n") + "\n"
    }

    /// One line per movement, with a title line; amounts in rupees.
    ///
    /// - Throws: ``Problem`` `counter_overflow` for sums beyond 64 bits.
    package func csv() throws -> String {
        var balance = opening
        var text = CSVText.line([
            "day", "what", "reference", "method", "charged", "paid", "balance",
        ])
        text += CSVText.line(["\(from)", "OPENING", "", "", "", "", CSVText.money(opening)])
        for row in rows {
            let (debit, credit) = (row[5].integerValue ?? 0, row[6].integerValue ?? 0)
            balance = try sum(try sum(balance, debit), -credit)
            text += CSVText.line(
                [0, 1, 3, 4].map { CSVText.text(row[$0].textValue ?? "") }
                    + [debit, credit, balance].map(CSVText.money))
        }
        return text + CSVText.line(["\(until)", "CLOSING", "", "", "", "", CSVText.money(balance)])
    }
}
