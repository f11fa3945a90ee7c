package import LynkCore

/// What the payer gets for his money, from the device alone: as text, and as a picture with a code
/// that the office can check.
package struct PaymentReceipt: Sendable {
    package struct Tenant: Hashable, Sendable {
        package let name, address, gstin: String

        package init(name: String, address: String, gstin: String) {
            self.name = name
            self.address = address
            self.gstin = gstin
        }
    }

    let tenant: Tenant
    let payment: RowKey
    let number, code, retailer, worker, method, reference, posting, attestation: String
    let amount, claimedAt: Int64
    /// What each invoice gets, by its number.
    let covers: [(invoice: String, amount: Int64)]
    let credit: Int64
    /// What was owed before, as this device knew it; `nil` when it no longer knows.
    let before: Int64?
    /// The day of the hub's figures that ``before`` is made of.
    let asOf: String

    /// A row of ``query``, with what it covers.
    ///
    /// - Parameter outstanding: of the shop, as of the last sync.
    package init?(
        _ row: [Value], tenant: Tenant, covers: [(invoice: String, amount: Int64)], asOf: String
    ) {
        guard row.count == 14, let payment = row[0].keyValue, let amount = row[6].integerValue,
            let claimedAt = row[5].integerValue, let applied = row[11].integerValue
        else { return nil }
        func text(_ column: Int) -> String { row[column].textValue ?? "" }
        self.tenant = tenant
        self.payment = payment
        self.amount = amount
        self.claimedAt = claimedAt
        self.covers = covers
        self.asOf = asOf
        (number, code, retailer, worker) = (text(1), text(2), text(3), text(4))
        (method, reference, posting, attestation) = (text(7), text(8), text(9), text(10))
        let covered = covers.reduce(Int64(0)) { $0 &+ $1.amount }
        credit = posting == "POSTED" ? amount &- applied : max(0, amount &- covered)
        // Booked money is in the figure already; what waits here is not.
        let outstanding = row[12].integerValue
        let waiting = row[13].integerValue ?? 0
        before = posting.isEmpty ? outstanding.map { $0 &- waiting } : nil
    }

    /// One payment by its key. The last two columns are what the shop owes by the hub's figures,
    /// and what was collected here before this payment and is not booked.
    package static let query = Query(
        "receipt",
        sql: """
            SELECT p.id, p.receipt_no, coalesce(nullif(p.retailer_code, ''), r.code),
              coalesce(nullif(p.retailer_name, ''), r.name),
              coalesce(nullif(p.worker_name, ''), w.name), p.claimed_at, p.amount, p.method,
              coalesce(p.current_reference, p.reference), p.posting, p.attestation, p.applied,
              r.outstanding,
              (SELECT coalesce(sum(o.amount), 0)
                FROM payment o INDEXED BY payment_by_retailer_claimed
                WHERE o.retailer = p.retailer AND o.lifecycle = 'COMPLETED' AND o.posting = ''
                  AND (o.claimed_at, o.id) < (p.claimed_at, p.id))
            FROM payment p LEFT JOIN retailer r ON r.id = p.retailer
            LEFT JOIN worker w ON w.id = p.worker
            WHERE p.id = :payment
            """,
        parameters: [.init("payment", .key)],
        columns: [
            .init("payment", .key), .init("receipt_no", .text), .init("code", .text),
            .init("retailer", .text), .init("worker", .text), .init("claimed_at", .integer),
            .init("amount", .money), .init("method", .text), .init("reference", .text),
            .init("posting", .text), .init("attestation", .text), .init("applied", .money),
            .init("outstanding", .money), .init("collected_before", .money),
        ],
        roles: FieldQueries.office)

    /// What a booked payment was applied to.
    package static let covers = Query(
        "receipt_covers",
        sql: """
            SELECT i.invoice_number, a.amount
            FROM allocation a INDEXED BY by_payment JOIN invoice i ON i.id = a.invoice
            WHERE a.payment = :payment AND a.voided_by IS NULL
            ORDER BY i.issue_date, i.invoice_number, i.id
            """,
        parameters: [.init("payment", .key)],
        columns: [.init("invoice_number", .text), .init("amount", .money)],
        roles: FieldQueries.office)

    /// Whether a hub has booked it; until then the allocation is the device's expectation.
    var isProvisional: Bool { posting.isEmpty }

    /// For the code: number, paise, method, day, and the beginning of a hash over these and the
    /// payment's key, by which the office sees that it is a receipt of a payment that it has.
    package var check: String {
        let day = CivilDay(milliseconds: claimedAt)
        let facts = "\(number):\(amount):\(method):\(day)"
        let hash = ContentID(hashing: Array("lynk-receipt-1 \(facts)".utf8) + payment.bytes)
        return "LYNKRCPT1:\(facts):" + hexadecimal(hash.bytes.prefix(8)).uppercased()
    }

    /// Name and value of each line; amounts in figures and words.
    var figures: [(String, String)] {
        var figures: [(String, String)] = [
            ("Receipt", number), ("Received from", "\(retailer) (\(code))"),
            ("Amount", Rupees.text(amount)), ("", AmountInWords.text(amount)),
            ("By", method + (reference.isEmpty ? "" : " " + Self.masked(reference))),
            ("Collected by", worker), ("On", SheetText.moment(claimedAt)),
        ]
        if isProvisional {
            figures.append(("", "recorded offline; the office's books decide (PROVISIONAL)"))
        } else {
            figures.append(("Booked", Self.standing[posting] ?? posting))
        }
        for cover in covers {
            figures.append(("Covers", "\(cover.invoice)  \(Rupees.text(cover.amount))"))
        }
        if credit > 0, posting != "HELD", posting != "REVERSED" {
            figures.append(("On account", Rupees.text(credit)))
        }
        if let before {
            figures.append(("Owed before", "\(Rupees.text(before)), as of \(asOf)"))
            figures.append(("Owed after", Rupees.text(before &- amount)))
        }
        let confirmed = attestation == "VERIFIED" ? "by the payer's code" : "no"
        figures.append(("Confirmed", confirmed))
        return figures
    }

    private static let standing = [
        "POSTED": "yes", "HELD": "being checked; it does not reduce what is owed yet",
        "REVERSED": "taken back by the office",
    ]

    /// The last four of a number; the rest is nobody's who reads over a shoulder.
    static func masked(_ reference: String) -> String {
        let count = reference.count
        guard count > 4 else { return reference }
        return String(repeating: "x", count: min(count - 4, 20)) + String(reference.suffix(4))
    }

    private var head: [String] {
        [
            tenant.name, tenant.address, tenant.gstin.isEmpty ? "" : "GSTIN \(tenant.gstin)",
        ].filter { !$0.isEmpty }.map(SheetText.printable)
    }

    package func text() -> String {
        (head + [""] + SheetText.figures(figures) + ["", "Check: \(check)"])
            .joined(separator: "\n") + "\n"
    }

    /// An SVG of 400 units' width: the same lines, and the code below them.
    package func svg() -> String {
        var y = 0
        var body = ""
        func line(_ text: String, x: Int = 20, isBold: Bool = false) {
            y += 22
            body +=
                "<text x=\"\(x)\" y=\"\(y)\"\(isBold ? " font-weight=\"bold\"" : "")>"
                + Self.escaped(text) + "</text>\n"
        }
        for (index, text) in head.enumerated() { line(text, isBold: index == 0) }
        y += 10
        for (name, value) in figures {
            line(name)
            y -= 22
            line(value, x: 130, isBold: name == "Amount")
        }
        if let code = QRCode(check) {
            let side = (code.size + 8) * 4
            body +=
                "<path transform=\"translate(\((400 - side) / 2) \(y + 12)) scale(4)\" d=\""
                + Self.path(code) + "\"/>\n"
            y += side + 12
        }
        line(number, x: 130)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="400" height="\(y + 20)" \
            viewBox="0 0 400 \(y + 20)" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            \(body)</svg>

            """
    }

    /// The code alone as a PNG, for printers and messages that take no SVG; eight dots a module,
    /// with the quiet zone. It says what ``check`` says and no more.
    ///
    /// - Returns: `nil` for a check that no code has room for; a receipt's always fits.
    package func png() -> [UInt8]? {
        QRCode(check).map { code in
            let side = (code.size + 8) * 8
            return PNGImage.bytes(width: side, height: side) { x, y in
                let (column, row) = (x / 8 - 4, y / 8 - 4)
                return (0..<code.size).contains(column) && (0..<code.size).contains(row)
                    && code[column, row]
            }
        }
    }

    /// Each dark module as a square, with the quiet zone that readers need.
    private static func path(_ code: QRCode) -> String {
        var path = ""
        for y in 0..<code.size {
            for x in 0..<code.size where code[x, y] { path += "M\(x + 4) \(y + 4)h1v1h-1z" }
        }
        return path
    }

    private static func escaped(_ text: String) -> String {
        SheetText.printable(text).reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
    }
}
