import Lynk

/// A tenant in two areas: one shop with two invoices in the north, one with one in the south.
struct Wholesaler: Sendable {
    let number: UInt64
    let name: String
    /// The names of its shops, to be looked for where they must not be.
    var northShop = "Care Chemists"
    var southShop = "Apollo Medicals"

    static let first = Wholesaler(number: 1, name: "Tank Pharma")

    var tenant: TenantID { TenantID(high: 0x7E, low: number) }
    var north: RowKey { key(1, 1) }
    var south: RowKey { key(1, 2) }
    /// Ravi and Sita share the north; Meera has the south.
    var ravi: RowKey { key(2, 1) }
    var sita: RowKey { key(2, 2) }
    var meera: RowKey { key(2, 3) }
    /// An office clerk, who is not in the workers' file.
    var clerk: RowKey { key(2, 9) }
    var shop: RowKey { key(3, 1) }
    var farShop: RowKey { key(3, 2) }
    var firstInvoice: RowKey { key(4, 101) }

    private func key(_ kind: UInt64, _ index: UInt64) -> RowKey {
        RowKey(
            high: 0xE2E0_0000_0000_0000 | number << 16 | kind,
            low: 0xABCD_0000_0000_0000 | index)
    }

    /// Importers and what they are given, in the order of import.
    var files: [(name: String, text: String)] {
        [
            ("areas", areas), ("workers", workers), ("retailers", Self.retailers(retailers)),
            ("invoices", Self.invoices(invoices)),
        ]
    }

    private var areas: String {
        """
        id,tenant_id,name,zipcodes
        \(north),\(tenant),North,400088 400052
        \(south),\(tenant),South,400067
        """
    }

    private var workers: String {
        """
        id,tenant_id,name,phone,area_ids
        \(ravi),\(tenant),Ravi,+919380391762,\(north)
        \(sita),\(tenant),Sita,+919380391763,\(north)
        \(meera),\(tenant),Meera,+919380391764,\(south)
        """
    }

    private var retailers: [String] {
        [
            retailer(shop, "R001", northShop, "+917839842063", north, "400088"),
            retailer(farShop, "R002", southShop, "+917839842064", south, "400067"),
        ]
    }

    private var invoices: [String] {
        [
            invoice(firstInvoice, shop, "INV-101", 1_000_000, "2026-10-01"),
            invoice(key(4, 102), shop, "INV-102", 600_000, "2026-10-05"),
            invoice(key(4, 201), farShop, "INV-201-\(southShop)", 500_000, "2026-10-07"),
        ]
    }

    /// Further rows for files that tests make: `index` tells them apart.
    func newRetailer(_ index: UInt64, pin: String) -> String {
        retailer(key(3, index), "R\(index)", "New shop", "+917839842065", north, pin)
    }

    func newInvoice(_ index: UInt64, total: String) -> String {
        "\(key(4, index)),\(tenant),\(shop),INV-\(index),2026-10-09,2026-11-09,"
            + "\(total),0,0,\(total)"
    }

    private func retailer(
        _ key: RowKey, _ code: String, _ name: String, _ phone: String, _ area: RowKey,
        _ pin: String
    ) -> String {
        "\(key),\(tenant),\(code),\(name),\(phone),\(area),\(pin),10000000,30,"
    }

    private func invoice(
        _ key: RowKey, _ shop: RowKey, _ number: String, _ total: Int64, _ day: String
    ) -> String {
        let gst = total / 20
        return "\(key),\(tenant),\(shop),\(number),\(day),2026-12-31,"
            + "\(total - gst),\(gst),0,\(total)"
    }

    static func retailers(_ rows: [String]) -> String {
        ([
            "id,tenant_id,code,name,phone,area_id,zipcode,credit_limit_paise,"
                + "payment_terms_days,direct_worker_ids"
        ] + rows).joined(separator: "\n")
    }

    static func invoices(_ rows: [String]) -> String {
        ([
            "id,tenant_id,retailer_id,invoice_number,issue_date,due_date,taxable_paise,"
                + "gst_paise,round_off_paise,total_paise"
        ] + rows).joined(separator: "\n")
    }
}
