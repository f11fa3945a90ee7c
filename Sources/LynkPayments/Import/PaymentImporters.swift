import LynkCore

/// Files of the office, one importer per table.
///
/// A file may hold rows of many tenants: rows of another tenant are skipped, and only their tenant
/// id is read. Every row of the tenant is validated before any is used.
enum PaymentImporters {
    static let all = [
        tenants, areas, workers, retailers, invoices, InvoiceLineImport.importer,
        RetailerKeyImport.importer,
    ]

    static let tenants = importer(
        "tenants",
        ["id", "name", "district", "state", "phone", "currency", "zone", "status", "plan"],
        tenantColumn: "id"
    ) { row, key in
        guard row.text("currency") == PaymentLimits.currency else {
            throw row.problem("currency", "only INR is known")
        }
        guard row.text("zone") == "Asia/Kolkata" else {
            throw row.problem("zone", "only Asia/Kolkata is known")
        }
        return RowChange.birth(
            key,
            [
                TenantProfileField.name: .text(try row.required("name")),
                .district: .text(row.text("district")), .state: .text(row.text("state")),
                .phone: .text(try row.phone("phone")), .currency: .text(row.text("currency")),
                .zone: .text(row.text("zone")), .status: .text(try row.required("status")),
                .plan: .text(try row.required("plan")),
            ])
    }

    static let areas = importer("areas", ["id", "tenant_id", "name", "zipcodes"]) { row, key in
        RowChange.birth(
            key,
            [
                AreaField.name: .text(try row.required("name")),
                .zipcodes: .text(try row.zipcodes("zipcodes")),
            ])
    }

    static let workers = importer(
        "workers", ["id", "tenant_id", "name", "phone", "area_ids"]
    ) { row, key in
        RowChange.birth(
            key,
            [
                WorkerField.name: .text(try row.required("name")),
                .phone: .text(try row.phone("phone")),
                .areas: .text(KeyText.list(try row.keys("area_ids"))),
            ])
    }

    static let retailers = importer(
        "retailers",
        [
            "id", "tenant_id", "code", "name", "phone", "area_id", "zipcode",
            "credit_limit_paise", "payment_terms_days", "direct_worker_ids",
        ]
    ) { row, key in
        RowChange.birth(
            key,
            [
                RetailerField.code: .text(try row.required("code")),
                .name: .text(try row.required("name")), .phone: .text(try row.phone("phone")),
                .area: .key(try row.key("area_id")),
                .zipcode: .text(try row.zipcode("zipcode")),
                .creditLimit: .integer(
                    try row.number("credit_limit_paise", in: 0...PaymentLimits.amountMax)),
                .paymentTermsDays: .integer(try row.number("payment_terms_days", in: 0...3650)),
                .directWorkers: .text(KeyText.list(try row.keys("direct_worker_ids"))),
            ])
    }

    static let invoices = importer(
        "invoices",
        [
            "id", "tenant_id", "retailer_id", "invoice_number", "issue_date", "due_date",
            "taxable_paise", "gst_paise", "round_off_paise", "total_paise",
        ]
    ) { row, key in
        let limit = PaymentLimits.amountMax
        let taxable = try row.number("taxable_paise", in: 0...limit)
        let gst = try row.number("gst_paise", in: 0...limit)
        let roundOff = try row.number("round_off_paise", in: -limit...limit)
        let total = try row.amount("total_paise")
        guard taxable + gst + roundOff == total else {
            throw row.problem("total_paise", "is not taxable + GST + round-off")
        }
        return RowChange.birth(
            key,
            [
                InvoiceField.retailer: .key(try row.key("retailer_id")),
                .number: .text(try row.required("invoice_number")),
                .issueDate: .text(try row.day("issue_date")),
                .dueDate: .text(try row.day("due_date")),
                .taxable: .integer(taxable), .gst: .integer(gst), .roundOff: .integer(roundOff),
                .total: .integer(total),
            ])
    }

    private static func importer(
        _ name: String, _ columns: [String], tenantColumn: String = "tenant_id",
        change: @escaping @Sendable (ImportRow, RowKey) throws -> RowChange
    ) -> Importer {
        Importer(name, columns: columns) { text, tenant in
            var table = try ImportTable(text, columns: columns)
            var changes: [RowChange] = []
            var lines: [RowKey: Int] = [:]
            while let row = try table.next() {
                guard try row.tenant(tenantColumn) == tenant else { continue }
                let key = try row.key("id")
                if let first = lines.updateValue(row.line, forKey: key) {
                    throw row.problem("id", "is there already in line \(first)")
                }
                changes.append(try change(row, key))
            }
            return changes
        }
    }
}
