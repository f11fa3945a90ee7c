import LynkCore
import Testing

@testable import LynkPayments

@Suite("Files of the office")
struct ImportTests {
    private static let tenant = "01a05b04-3ec0-7d93-bb7e-055f54a22e01"
    private static let other = "01a05b04-3ec0-75f6-a6ae-e7f4f406e9b3"
    private static let key = "01a05b04-3ec0-75a5-94e5-5c78d3745ef7"
    private static let invoiceHeader =
        "id,tenant_id,retailer_id,invoice_number,issue_date,due_date,taxable_paise,gst_paise,"
        + "round_off_paise,total_paise\n"

    private func importer(_ name: String) throws -> Importer {
        try #require(Payments().importers.first { $0.name == name })
    }

    private func run(_ name: String, _ text: String) throws -> [RowChange] {
        try importer(name).changes(text, try #require(TenantID(Self.tenant)))
    }

    struct Bad: CustomTestStringConvertible {
        let testDescription: String
        let importer: String
        let text: String
        let line: Int
        let column: String
    }

    private static func invoice(_ columns: [String: String], _ name: String, _ column: String)
        -> Bad
    {
        var fields = [
            "id": key, "tenant_id": tenant, "retailer_id": key, "invoice_number": "INV-1",
            "issue_date": "2026-10-01", "due_date": "2026-10-31", "taxable_paise": "100",
            "gst_paise": "5", "round_off_paise": "-5", "total_paise": "100",
        ]
        fields.merge(columns) { $1 }
        let names = invoiceHeader.dropLast().split(separator: ",")
        let row = names.map { fields[String($0)] ?? "" }.joined(separator: ",")
        return Bad(
            testDescription: name, importer: "invoices", text: invoiceHeader + row + "\n", line: 2,
            column: column)
    }

    private static func area(_ zipcodes: String) -> Bad {
        Bad(
            testDescription: "PIN codes '\(zipcodes)'", importer: "areas",
            text: "id,tenant_id,name,zipcodes\n\(key),\(tenant),North,\(zipcodes)\n", line: 2,
            column: "zipcodes")
    }

    static let bad: [Bad] = [
        invoice(["total_paise": "100.00"], "an amount with a point", "total_paise"),
        invoice(["total_paise": "1e2"], "an exponent", "total_paise"),
        invoice(["total_paise": "-100"], "a negative amount", "total_paise"),
        invoice(["total_paise": "+100"], "a plus sign", "total_paise"),
        invoice(["total_paise": ""], "no amount", "total_paise"),
        invoice(["total_paise": " 100"], "a space", "total_paise"),
        invoice(["total_paise": "١٠٠"], "digits of another script", "total_paise"),
        invoice(["total_paise": "10000000000001"], "too much", "total_paise"),
        invoice(["total_paise": "99999999999999999999"], "more than 64 bits", "total_paise"),
        invoice(["total_paise": "101"], "a sum that is off", "total_paise"),
        invoice(["round_off_paise": "--5"], "two signs", "round_off_paise"),
        invoice(["issue_date": "2026-02-29"], "a day that is not", "issue_date"),
        invoice(["due_date": "31/10/2026"], "a date in another form", "due_date"),
        invoice(["id": "42"], "a number for a UUID", "id"),
        invoice(["retailer_id": key + "0"], "a long UUID", "retailer_id"),
        invoice(["tenant_id": "x"], "a bad tenant", "tenant_id"),
        invoice(["invoice_number": ""], "no number", "invoice_number"),
        area("011001"), area("40008"), area("4000888"), area("40O088"), area("400088 0"),
        Bad(
            testDescription: "a missing column", importer: "areas", text: "id,tenant_id,name\n",
            line: 1, column: "zipcodes"),
        Bad(
            testDescription: "a column twice", importer: "areas",
            text: "id,tenant_id,name,zipcodes,name\n", line: 1, column: "name"),
        Bad(testDescription: "nothing", importer: "areas", text: "", line: 1, column: ""),
        Bad(
            testDescription: "a row that is short", importer: "areas",
            text: "id,tenant_id,name,zipcodes\n\(key),\(tenant),North\n", line: 2, column: ""),
        Bad(
            testDescription: "a key twice, behind a field of two lines", importer: "areas",
            text: "id,tenant_id,name,zipcodes\r\n\(key),\(tenant),\"No\r\nrth\",400088\r\n"
                + "\(key),\(tenant),South,400088\r\n", line: 4, column: "id"),
        Bad(
            testDescription: "a phone", importer: "workers",
            text: "id,tenant_id,name,phone,area_ids\n\(key),\(tenant),Ravi,9812345678,\n", line: 2,
            column: "phone"),
    ]

    @Test("What is wrong is named by line and column", arguments: bad)
    func problems(file: Bad) throws {
        let error = try #require(throws: ImportProblem.self) {
            try run(file.importer, file.text)
        }
        #expect(error.line == file.line)
        #expect(error.column == file.column, "\(error.reason)")
    }

    @Test("A row of another tenant is skipped, whatever else it says")
    func foreign() throws {
        let text =
            "name,id,zipcodes,tenant_id,remark\n"
            + "\"North, the \"\"old\"\" part\",\(Self.key),400088 400052,\(Self.tenant),x\n"
            + "South,not a key,not a PIN code,\(Self.other),y\n\n"
        let id = try #require(RowKey(Self.key))
        #expect(
            try run("areas", text) == [
                .birth(
                    id,
                    [
                        AreaField.name: "North, the \"old\" part",
                        .zipcodes: "400088 400052",
                    ])
            ])
    }

    @Test("Lines of invoices find their shop through the invoices")
    func lines() throws {
        let invoices =
            Self.invoiceHeader
            + "\(Self.key),\(Self.tenant),\(Self.other),INV-1,2026-10-01,2026-10-31,9,1,0,10\n"
        let header =
            "invoice_id,line,item,hsn,batch,expiry,quantity,unit_price_paise,gst_bps,"
            + "taxable_paise,tax_paise\n"
        let row = "\(Self.key),1,\"Syrup, 100 ml\",3004,B1,2027-12,5,18205,500,91025,4551\n"
        let tenant = try #require(TenantID(Self.tenant))
        let joined = try InvoiceLineImport.joined(
            lines: header + row, invoices: invoices, of: tenant)
        let changes = try run("invoice_lines", joined)
        #expect(changes.count == 1)
        #expect(changes.first?.value(InvoiceLineField.item) == "Syrup, 100 ml")
        #expect(
            changes.first?.value(InvoiceLineField.retailer)?.keyValue?.description == Self.other)
        // 5 % of 910.25 are 45.5125, so 45.51 and no other figure.
        for tax in ["4550", "4552", "0"] {
            let problem = #expect(throws: ImportProblem.self) {
                try run("invoice_lines", joined.replacing(",4551", with: ",\(tax)"))
            }
            #expect(problem?.line == 2 && problem?.column == "tax_paise")
        }
        #expect(throws: ImportProblem.self) {
            try InvoiceLineImport.joined(
                lines: header + row, invoices: Self.invoiceHeader, of: tenant)
        }
    }
}
