package import LynkCore

/// What one worker collected on one day, for signing: as text and as a file for a spreadsheet.
package struct DaySheet: Sendable {
    /// A payment on the sheet.
    package struct Line: Hashable, Sendable {
        let method, code, retailer, reference, bank, chequeDate, area, receipt, posting: String
        let confirmed: String
        let claimedAt, amount: Int64
        let isLate: Bool
        let effectiveDay, businessDay: String

        /// Reads a row of ``FieldQueries/daySheet``.
        package init?(_ row: [Value]) {
            guard row.count == 17, let method = row[0].textValue,
                let claimedAt = row[1].integerValue, let amount = row[5].integerValue
            else { return nil }
            func text(_ column: Int) -> String { row[column].textValue ?? "" }
            self.method = method
            self.claimedAt = claimedAt
            self.amount = amount
            (code, retailer, reference) = (text(3), text(4), text(6))
            (bank, chequeDate, area, receipt) = (text(7), text(8), text(10), text(11))
            posting = text(12).isEmpty ? "WAITING" : text(12)
            confirmed = text(13)
            isLate = row[14] == 1
            (effectiveDay, businessDay) = (text(15), text(16))
        }
    }

    private let tenant, worker, day: String
    private let lines: [Line]
    /// Of this day, on a later day's sheet.
    private let late: [Line]

    /// - Parameter lines: what the books have on the day, then what no hub has booked.
    package init(tenant: String, worker: String, day: CivilDay, lines: [Line], late: [Line]) {
        self.tenant = tenant
        self.worker = worker
        self.day = day.description
        self.lines = lines.sorted {
            ($0.method, $0.claimedAt, $0.receipt) < ($1.method, $1.claimedAt, $1.receipt)
        }
        self.late = late
    }

    /// What counts: neither held nor reversed. What no hub has booked is expected to.
    private func total(_ method: PaymentMethod? = nil, _ posting: Set<String>) throws -> Int64 {
        try lines.filter {
            posting.contains($0.posting) && (method.map(\.rawValue) ?? $0.method) == $0.method
        }.reduce(0) { try sum($0, $1.amount) }
    }

    private static let counted: Set<String> = ["POSTED", "WAITING"]

    /// - Throws: ``Problem`` `counter_overflow` for sums beyond 64 bits.
    package func text() throws -> String {
        var text = [tenant, "Day sheet of \(worker) for \(day)", ""].map(SheetText.printable)
        let rows = lines.map { line in
            [
                String(SheetText.moment(line.claimedAt).suffix(5)), line.code, line.retailer,
                Rupees.text(line.amount), line.method, Self.instrument(line), line.area,
                line.confirmed == "VERIFIED" ? "yes" : "", remark(line),
            ]
        }
        text += SheetText.table(
            [
                "time", "code", "retailer", "amount", "method", "reference", "area", "confirmed",
                "remark",
            ], rows, right: [3])
        if rows.isEmpty { text.append("No payments on this day.") }
        text.append("")
        text += SheetText.figures(try totals())
        if !late.isEmpty {
            text += ["", "Collected on this day, counted on a later one:"]
            text += SheetText.table(
                ["receipt", "code", "amount", "method", "on the sheet of"],
                late.map {
                    [$0.receipt, $0.code, Rupees.text($0.amount), $0.method, $0.businessDay]
                }, right: [2])
        }
        text += ["", "Collected by: ____________________   Received by: ____________________"]
        return text.joined(separator: "\n") + "\n"
    }

    private func totals() throws -> [(String, String)] {
        var totals: [(String, String)] = []
        for method in PaymentMethod.allCases {
            let amount = try total(method, Self.counted)
            if amount != 0 { totals.append((method.rawValue, Rupees.text(amount))) }
        }
        totals.append(("Total", Rupees.text(try total(nil, Self.counted))))
        let parts = [
            ("of it not booked yet", "WAITING"), ("held, not in the total", "HELD"),
            ("reversed, not in the total", "REVERSED"),
        ]
        for (name, posting) in parts {
            let amount = try total(nil, [posting])
            if amount != 0 { totals.append((name, Rupees.text(amount))) }
        }
        totals.append(("Cash to hand over", Rupees.text(try total(.cash, Self.counted))))
        return totals
    }

    private static func instrument(_ line: Line) -> String {
        [line.reference, line.bank, line.chequeDate].filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private func remark(_ line: Line) -> String {
        let standing =
            ["POSTED": "", "WAITING": "not booked yet"][line.posting]
            ?? line.posting.lowercased()
        let late = line.isLate ? "late, of \(line.effectiveDay)" : ""
        return [standing, late].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// One line per payment, with a title line; amounts in rupees.
    package func csv() -> String {
        var text = CSVText.line([
            "date", "time", "code", "retailer", "amount", "method", "reference", "bank",
            "cheque_date", "worker", "area", "receipt_no", "posting", "confirmed", "late_of",
        ])
        for line in lines {
            let moment = SheetText.moment(line.claimedAt)
            text += CSVText.line([
                String(moment.prefix(10)), String(moment.suffix(5)), CSVText.text(line.code),
                CSVText.text(line.retailer), CSVText.money(line.amount), CSVText.text(line.method),
                CSVText.text(line.reference), CSVText.text(line.bank),
                CSVText.text(line.chequeDate), CSVText.text(worker), CSVText.text(line.area),
                CSVText.text(line.receipt), CSVText.text(line.posting),
                CSVText.text(line.confirmed), line.isLate ? CSVText.text(line.effectiveDay) : "",
            ])
        }
        return text
    }
}
