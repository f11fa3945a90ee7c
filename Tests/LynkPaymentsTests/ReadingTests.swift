import LynkCore
import TestSupport
import Testing

@testable import LynkPayments

@Suite("Reading files, amounts and days")
struct ReadingTests {
    private func read(_ text: String) throws -> [[String]] {
        var reader = CSVReader(text)
        var rows: [[String]] = []
        while let record = try reader.next() { rows.append(record.fields) }
        return rows
    }

    @Test(
        "Comma-separated values as RFC 4180 has them",
        arguments: [
            ("", []), ("a", [["a"]]), ("a,b\n", [["a", "b"]]),
            ("a,b\r\nc,d\r\n", [["a", "b"], ["c", "d"]]), ("a,\n", [["a", ""]]),
            (",", [["", ""]]), ("\"a,b\",c", [["a,b", "c"]]), ("\"a\"\"b\"", [["a\"b"]]),
            ("\"\"\"\",\"\"\"a\"\"\",\"b\"", [["\"", "\"a\"", "b"]]),
            ("\"a\nb\",c\nd,e", [["a\nb", "c"], ["d", "e"]]), ("\"\"\n", [[""]]),
            ("\u{FEFF}a,b\n", [["a", "b"]]), ("₹,é\n", [["₹", "é"]]),
            ("a b, c", [["a b", " c"]]),
        ] as [(String, [[String]])])
    func records(text: String, expected: [[String]]) throws {
        #expect(try read(text) == expected)
    }

    @Test("A record has at most 256 fields")
    func fields() throws {
        let most = String(repeating: ",", count: CSVReader.fieldsMax - 1)
        #expect(try read(most).map(\.count) == [CSVReader.fieldsMax])
        let error = try #require(throws: ImportProblem.self) { try read("a\n" + most + ",") }
        #expect(error.line == 2)
        #expect(error.reason == "more than 256 fields in a record")
    }

    @Test(
        "What is no CSV is said so, with its line",
        arguments: [
            ("\"a", 1), ("a\nb\"c\n", 2), ("\"a\"b,c", 1), ("a\rb", 1),
            ("\"x\ny\"\n\"open\n\n", 5),
        ])
    func malformed(text: String, line: Int) throws {
        let error = try #require(throws: ImportProblem.self) { try read(text) }
        #expect(error.line == line)
    }

    @Test(
        "Rupees are grouped as in India",
        arguments: [
            (0, "₹0.00"), (1, "₹0.01"), (99_900, "₹999.00"), (100_000, "₹1,000.00"),
            (12_345_678, "₹1,23,456.78"), (10_000_000_000_000, "₹1,00,00,00,00,000.00"),
            (-400_000, "-₹4,000.00"), (-5, "-₹0.05"),
        ] as [(Int64, String)])
    func rupees(paise: Int64, text: String) {
        #expect(Rupees.text(paise) == text)
        #expect(Rupees.paise(text) == (paise < 0 ? nil : paise))
        #expect(Rupees.text(.min).hasSuffix("58.08"))
    }

    @Test(
        "What a person types is read strictly",
        arguments: [
            ("1234", 123_400), ("1,234", 123_400), ("1,23,456.5", 12_345_650), ("0.05", 5),
            ("₹500", 50_000), ("100000000000", 10_000_000_000_000),
            ("", nil), ("-5", nil), ("+5", nil), ("1.234", nil), ("1.", nil), (".5", nil),
            ("1e3", nil), ("12,34", nil), ("123,456", nil), ("1,2,3", nil), (" 5", nil),
            ("100000000000.01", nil), ("99999999999999999999", nil), ("५", nil), ("1.2.3", nil),
        ] as [(String, Int64?)])
    func typed(text: String, paise: Int64?) {
        #expect(Rupees.paise(text) == paise)
    }

    @Test("Days are counted and written as the calendar has them")
    func days() throws {
        #expect(CivilDay("2026-02-29") == nil)
        #expect(CivilDay("2028-02-29")?.daysSince1970 == 21_243)
        #expect(CivilDay("2100-02-29") == nil)
        #expect(CivilDay("0000-01-01") == nil)
        #expect(CivilDay("2026-1-1") == nil)
        // Every day of 400 years comes back from its number at noon in India.
        for number in 0..<146_097 {
            let day = CivilDay(milliseconds: Int64(number) * 86_400_000 + 23_400_000)
            #expect(day.daysSince1970 == number)
        }
        let late = try #require(Moment.milliseconds("2026-11-21T23:59:30+05:30"))
        #expect(Moment.milliseconds("2026-11-21T18:29:30Z") == late)
        #expect(CivilDay(milliseconds: late).description == "2026-11-21")
        #expect(CivilDay(milliseconds: late + 60_000).description == "2026-11-22")
        for text in ["2026-11-21T24:00:00Z", "2026-11-21 10:00:00Z", "2026-11-21T10:00:00"] {
            #expect(Moment.milliseconds(text) == nil)
        }
    }

    @Test("Numbers order as people count, and any two different ones differ")
    func naturalOrder() {
        let sorted = ["", "INV", "INV-2", "INV-02", "INV-9", "INV-10", "INV-10a", "inv-1"]
        for (index, left) in sorted.enumerated() {
            for (other, right) in sorted.enumerated()
            where !(index == 2 && other == 3)
                && !(index == 3 && other == 2)
            {
                let expected = index < other ? -1 : index == other ? 0 : 1
                #expect(NaturalOrder.compare(left, right) == expected, "\(left) \(right)")
            }
        }
        #expect(NaturalOrder.compare("INV-2", "INV-02") == 1)
        #expect(NaturalOrder.compare("INV-02", "INV-2") == -1)
    }

    @Test("Keys in text are those of RFC 9562")
    func keys() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<100 {
            let key = RowKey(high: random.next(), low: random.next())
            #expect(KeyText.of(key) == key.description)
            #expect(KeyText.keys(KeyText.list([key, key])) == [key, key])
        }
        #expect(KeyText.keys("x, ,") == [])
    }
}
