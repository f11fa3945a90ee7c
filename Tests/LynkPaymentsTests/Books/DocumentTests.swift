import LynkCore
import Testing

@testable import LynkPayments

@Suite("Documents for people")
struct DocumentTests {
    @Test(
        "A QR code has the modules that another encoder gives",
        arguments: [
            ("LYNK", 21, "0ffc12ff1c8a6e9b"),
            (
                "LYNKRCPT1:4BAF-CBA9-4C1B:1000000:CASH:2026-11-02:0123456789ABCDEF", 37,
                "6278f4295cd94576"
            ),
            (String(repeating: "x", count: 150), 49, "9782fa7f0642d3e6"),
            (String(repeating: "é", count: 100), 57, "5345c8b263548ac9"),
        ])
    func qrCode(_ text: String, _ size: Int, _ hash: String) throws {
        // The hashes are of the matrix that python-qrcode makes with masks 2, 2, 2 and 0, a line
        // of 0 and 1 per row.
        let code = try #require(QRCode(text))
        #expect(code.size == size)
        let lines = (0..<size).map { y in
            (0..<size).map { code[$0, y] ? "1" : "0" }.joined()
        }
        let made = hexadecimal(
            ContentID(hashing: Array(lines.joined(separator: "\n").utf8)).bytes)
        #expect(made.hasPrefix(hash))
    }

    @Test("The code's bounds: nothing at all, the longest, and one byte more")
    func qrBounds() {
        #expect(QRCode("")?.size == 21)
        #expect(QRCode(String(repeating: "a", count: 213))?.size == 57)
        #expect(QRCode(String(repeating: "a", count: 214)) == nil)
    }

    @Test(
        "Amounts in words, in lakh and crore",
        arguments: [
            (0, "Rupees Zero Only"), (1, "Rupees Zero and Paise One Only"),
            (1_00_000_00, "Rupees One Lakh Only"),
            (
                12_345_678_90,
                "Rupees One Crore Twenty Three Lakh Forty Five Thousand"
                    + " Six Hundred Seventy Eight and Paise Ninety Only"
            ),
            (-20_00, "Minus Rupees Twenty Only"),
            (19_99, "Rupees Nineteen and Paise Ninety Nine Only"),
            (1_00_00_00_00_00_000_00, "Rupees Ten Lakh Crore Only"),
        ] as [(Int64, String)])
    func words(_ paise: Int64, _ text: String) {
        #expect(AmountInWords.text(paise) == text)
    }

    @Test("Every amount has words, and the least and greatest do not trap")
    func wordBounds() {
        for paise in [Int64.min, .max, 10_000_000_000_000] {
            #expect(AmountInWords.text(paise).hasSuffix("Only"))
            #expect(!Rupees.plain(paise).isEmpty)
        }
        #expect(Rupees.plain(-5) == "-0.05")
        #expect(Rupees.plain(123_456) == "1234.56")
    }

    @Test(
        "What people typed is never a formula in a spreadsheet, and digits stay",
        arguments: [
            ("=1+2", "'=1+2"), ("+91", "'+91"), ("-5", "'-5"), ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"), ("\r\n=1", "\"'\r\n=1\""), ("＝1", "'＝1"),
            ("000123", "'000123"), ("865463525513", "'865463525513"), ("1E5", "'1E5"),
            ("Care, Chemists", "\"Care, Chemists\""), ("a\"b", "\"a\"\"b\""),
            ("2026-11-02", "2026-11-02"), ("R001", "R001"), ("", ""),
        ])
    func csvText(_ text: String, _ field: String) {
        #expect(CSVText.text(text) == field)
    }

    private func sheet(_ world: World) throws -> (sheet: DaySheet, rows: [[Value]]) {
        let file = try BooksFile(world.hub)
        let of: [String: Value] = ["worker": .key(World.worker(1)), "day": "2026-11-02"]
        let rows = try file.all(FieldQueries.daySheet, of)
        let day = try #require(CivilDay("2026-11-02"))
        let sheet = DaySheet(
            tenant: "Tank Pharma", worker: "Asha", day: day,
            lines: rows.compactMap { DaySheet.Line($0) },
            late: try file.all(FieldQueries.daySheetLate, of).compactMap { DaySheet.Line($0) })
        return (sheet, rows)
    }

    @Test("The totals of a day sheet are the ledger's movement of that worker and day")
    func daySheet() throws {
        let world = try BooksQueryTests.world()
        let text = try sheet(world).sheet.text()
        #expect(text.contains("CASH                        ₹3,200.00\n"))
        #expect(text.contains("reversed, not in the total  ₹700.00\n"))
        #expect(text.contains("Total                       ₹3,200.00\n"))
        #expect(text.contains("Cash to hand over           ₹3,200.00\n"))
        let moved = world.hub.entries(PostingField.self)
            .filter {
                ["CASH_IN_HAND", "CHQ_IN_HAND"].contains($0.text(.account))
                    && $0.reference(.party) == World.worker(1)
            }
            .reduce(0) { $0 + $1.money(.debit) - $1.money(.credit) }
        #expect(moved == 320_000)
    }

    @Test("A day sheet as a file: every field of every line, injections disarmed")
    func daySheetFile() throws {
        let world = try World()
        try world.push(
            world.office.change(World.shop, [RetailerField.name: "=HYPERLINK(\"x\",\"y\")"]),
            world.ravi.collect(
                1, 1_000_000, .cheque, [.reference: "000123", .bank: "+HDFC", .receiptNumber: "7"]))
        let text = try sheet(world).sheet.csv()
        var reader = CSVReader(text)
        #expect(try reader.next()?.fields.count == 15)
        let fields = try #require(try reader.next()?.fields)
        #expect(
            fields == [
                "2026-11-02", "09:00", "R001", "'=HYPERLINK(\"x\",\"y\")", "10000.00", "CHEQUE",
                "'000123", "'+HDFC", "", "Asha", "", "'7", "POSTED", "NONE", "",
            ])
        #expect(try reader.next() == nil)
    }

    @Test("A statement runs from what was owed to what is")
    func statement() throws {
        let world = try BooksQueryTests.world()
        let file = try BooksFile(world.hub)
        let from = try #require(CivilDay("2026-11-02"))
        let lines = try file.all(
            OfficeQueries.statement,
            ["retailer": .key(World.shop), "from": "2026-11-02", "until": "2026-11-02"])
        let statement = Statement(
            tenant: "Tank Pharma", retailer: "R001", from: from, until: from, opening: 0,
            rows: lines)
        let text = try statement.text()
        #expect(text.contains("Closing balance") && text.hasSuffix("₹11,800.00\n"))
        #expect(text.contains("Payment reversed"))
        var reader = CSVReader(try statement.csv())
        var last: [String] = []
        while let record = try reader.next() { last = record.fields }
        #expect(last == ["2026-11-02", "CLOSING", "", "", "", "", "11800.00"])
    }

    private func receipt(_ world: World, _ number: UInt64) throws -> PaymentReceipt {
        let file = try BooksFile(world.hub)
        let of: [String: Value] = ["payment": .key(World.payment(number))]
        let row = try #require(try file.run(PaymentReceipt.query, of).first)
        let covers = try file.run(PaymentReceipt.covers, of).map {
            (invoice: $0[0].textValue ?? "", amount: $0[1].integerValue ?? 0)
        }
        return try #require(
            PaymentReceipt(
                row,
                tenant: .init(name: "Tank <Pharma>", address: "Govandi", gstin: "27AAAAA0000A1Z5"),
                covers: covers, asOf: "2026-11-01"))
    }

    @Test("A receipt says what was paid, for what, and how it stands")
    func receiptText() throws {
        let world = try BooksQueryTests.world()
        let text = try receipt(world, 2).text()
        #expect(text.contains("Amount         ₹1,200.00\n               Rupees One Thousand Two"))
        #expect(text.contains("UPI xxxxxxxx5513"))
        #expect(!text.contains("865463525513"))
        #expect(text.contains("Covers         INV-101  ₹1,200.00"))
        #expect(text.contains("Booked         yes"))
        #expect(try receipt(world, 3).text().contains("being checked"))
        #expect(try receipt(world, 5).text().contains("taken back by the office"))
        let svg = try receipt(world, 2).svg()
        #expect(svg.contains("Tank &lt;Pharma&gt;") && !svg.contains("<Pharma>"))
        #expect(svg.contains("<path ") && svg.hasSuffix("</svg>\n"))
    }

    @Test("The check of a receipt is another for any other payment")
    func check() throws {
        let world = try BooksQueryTests.world()
        let checks = try (1...5).map { try receipt(world, UInt64($0)).check }
        #expect(Set(checks).count == 5)
        #expect(checks.allSatisfy { QRCode($0) != nil })
        #expect(checks[0] == (try receipt(world, 1).check))
    }

    @Test("Before a hub has booked it, a receipt is provisional and says what was owed as of when")
    func provisional() throws {
        let row: [Value] = [
            .key(World.payment(1)), "4BAF-CBA9-4C1B", "R001", "Care Chemists", "Asha",
            .integer(World.start), 300_000, "CASH", "", "", "NONE", 0, 1_600_000, 100_000,
        ]
        let receipt = try #require(
            PaymentReceipt(
                row, tenant: .init(name: "Tank Pharma", address: "", gstin: ""),
                covers: [("INV-101", 250_000)], asOf: "2026-11-01"))
        let text = receipt.text()
        #expect(text.contains("PROVISIONAL"))
        #expect(text.contains("On account     ₹500.00"))
        #expect(text.contains("Owed before    ₹15,000.00, as of 2026-11-01"))
        #expect(text.contains("Owed after     ₹12,000.00"))
        let short = Array(row.dropLast())
        #expect(PaymentReceipt(short, tenant: receipt.tenant, covers: [], asOf: "") == nil)
    }
}
