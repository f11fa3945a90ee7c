public import LynkCore

/// Lines of invoices. They name their invoice only, so the file is joined with that of the
/// invoices first.
public enum InvoiceLineImport {
    private static let own = [
        "invoice_id", "line", "item", "hsn", "batch", "expiry", "quantity", "unit_price_paise",
        "gst_bps", "taxable_paise", "tax_paise",
    ]

    /// Joins the two files of the office into the one that the importer `invoice_lines` takes.
    ///
    /// - Returns: the lines of this tenant's invoices, each with `tenant_id` and `retailer_id`.
    /// - Throws: ``ImportProblem`` for a line whose invoice is in no row of the other file.
    public static func joined(
        lines: String, invoices: String, of tenant: TenantID
    ) throws -> String {
        var owners: [RowKey: (tenant: TenantID, retailer: RowKey)] = [:]
        var bills = try ImportTable(invoices, columns: ["id", "tenant_id", "retailer_id"])
        while let row = try bills.next() {
            owners[try row.key("id")] = (try row.tenant("tenant_id"), try row.key("retailer_id"))
        }
        var table = try ImportTable(lines, columns: own)
        var text = (["tenant_id", "retailer_id"] + own).joined(separator: ",") + "\n"
        while let row = try table.next() {
            guard let owner = owners[try row.key("invoice_id")] else {
                throw row.problem("invoice_id", "no such invoice")
            }
            guard owner.tenant == tenant else { continue }
            let fields =
                [KeyText.of(owner.tenant), KeyText.of(owner.retailer)] + own.map(row.text)
            text += fields.map(quoted).joined(separator: ",") + "\n"
        }
        return text
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains {
            [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D].contains($0)
        }
        guard needsQuotes else { return field }
        let doubled = field.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"")
        return "\"\(doubled)\""
    }

    static let importer = Importer(
        "invoice_lines", columns: ["tenant_id", "retailer_id"] + own
    ) { text, tenant in
        var table = try ImportTable(text, columns: ["tenant_id", "retailer_id"] + own)
        var changes: [RowChange] = []
        while let row = try table.next() {
            guard try row.tenant("tenant_id") == tenant else { continue }
            changes.append(try change(row))
        }
        return changes
    }

    private static func change(_ row: ImportRow) throws -> RowChange {
        let limit = PaymentLimits.amountMax
        let invoice = try row.key("invoice_id")
        let line = try row.number("line", in: 1...10_000)
        let rate = try row.number("gst_bps", in: 0...10_000)
        let taxable = try row.number("taxable_paise", in: 0...limit)
        let tax = try row.number("tax_paise", in: 0...limit)
        let due = try InvoiceFigures.tax(taxable, rate)
        guard tax == due else {
            throw row.problem("tax_paise", "is \(tax); \(rate) bps of \(taxable) are \(due)")
        }
        let number = withUnsafeBytes(of: line.bigEndian) { Array($0) }
        return .birth(
            .derived("invoice_line", [invoice.bytes, number]),
            [
                InvoiceLineField.invoice: .key(invoice),
                .retailer: .key(try row.key("retailer_id")), .line: .integer(line),
                .item: .text(try row.required("item")), .hsn: .text(row.text("hsn")),
                .batch: .text(row.text("batch")), .expiry: .text(row.text("expiry")),
                .quantity: .integer(try row.number("quantity", in: 1...1_000_000_000)),
                .unitPrice: .integer(try row.number("unit_price_paise", in: 0...limit)),
                .gstBasisPoints: .integer(rate),
                .taxable: .integer(taxable),
                .tax: .integer(tax),
            ])
    }
}
