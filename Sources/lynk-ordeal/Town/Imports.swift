import Lynk
import LynkHistory

/// The files of the one wholesaler of a run, and what they write as the history sees it.
struct Imports {
    static let workers = 2
    static let areas = 5
    static let retailers = 4

    let tenant = Self.id(1)

    static func id(_ number: Int) -> String {
        let digits = String(number)
        return "01a05b04-3ec0-7000-8000-"
            + String(repeating: "0", count: 12 - digits.count) + digits
    }

    static func worker(_ number: Int) -> String { id(100 + number) }
    static func area(_ number: Int) -> String { id(200 + number) }
    static func retailer(_ number: Int) -> String { id(300 + number) }

    var files: [(importer: String, text: String)] {
        [("areas", areas), ("workers", workers), ("retailers", retailers), ("invoices", invoices)]
    }

    /// What the office has written before any device came.
    var cells: [Cell] {
        (0..<Self.areas).map { Cell("area/\(Self.hexadecimal(Self.area($0)))/name", "Area \($0)") }
            + (0..<Self.retailers).flatMap { number in
                let row = "retailer/\(Self.hexadecimal(Self.retailer(number)))"
                return [
                    Cell(row + "/name", "Shop \(number)"), Cell(row + "/phone", Self.phone(number)),
                ]
            }
    }

    private static func hexadecimal(_ id: String) -> String { id.filter { $0 != "-" } }
    private static func phone(_ number: Int) -> String { "+91938039176\(number)" }

    private var areas: String {
        lines("id,tenant_id,name,zipcodes", Self.areas) { number in
            "\(Self.area(number)),\(tenant),Area \(number),400088"
        }
    }

    private var workers: String {
        let areas = (0..<Self.areas).map(Self.area).joined(separator: " ")
        return lines("id,tenant_id,name,phone,area_ids", Self.workers) { number in
            "\(Self.worker(number)),\(tenant),Worker \(number),+91865875665\(number),\(areas)"
        }
    }

    private var retailers: String {
        let columns =
            "id,tenant_id,code,name,phone,area_id,zipcode,credit_limit_paise,"
            + "payment_terms_days,direct_worker_ids"
        return lines(columns, Self.retailers) { number in
            "\(Self.retailer(number)),\(tenant),R\(number),Shop \(number),\(Self.phone(number)),"
                + "\(Self.area(number % Self.areas)),400088,10000000,30,"
        }
    }

    private var invoices: String {
        let columns =
            "id,tenant_id,retailer_id,invoice_number,issue_date,due_date,taxable_paise,gst_paise,"
            + "round_off_paise,total_paise"
        return lines(columns, Self.retailers * 3) { number in
            "\(Self.id(400 + number)),\(tenant),\(Self.retailer(number % Self.retailers)),"
                + "INV-\(number),2026-09-15,2026-10-15,952381,47619,0,1000000"
        }
    }

    private func lines(_ columns: String, _ count: Int, _ line: (Int) -> String) -> String {
        ([columns] + (0..<count).map(line)).joined(separator: "\n") + "\n"
    }
}
