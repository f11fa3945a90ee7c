import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Retailers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the shops that this device may see, and what each owes.",
        discussion: """
            Shops from which nothing was collected today come first, then those that paid; in each \
            part who owes most. "today" is what was collected here, "others" what colleagues \
            collected today. Other figures are the hub's as of the last sync.

              lynk retailers --search chem
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("A part of name, code or phone number.", valueName: "text"))
    var search = ""
    @Option(help: ArgumentHelp("Another day than today.", valueName: "yyyy-mm-dd"))
    var day: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let person = try replica.person()
            let day = try Typed.day(day)
            let rows = try replica.read { database in
                try [0, 1].flatMap { paid in
                    try database.everything(
                        FieldQueries.retailersToVisit,
                        [
                            "day": .text(day.description), "paid": .integer(paid),
                            "search": .text(search),
                        ], of: person.tenant)
                }
            }
            var table = Table([
                "code", "name", "phone", "outstanding_paise", "overdue_paise", "credit_paise",
                "today_paise", "others_paise",
            ])
            table.rows = rows.map { row in
                [1, 2, 3].map { row[$0].textCell } + [4, 5, 6, 10, 11].map { row[$0].moneyCell }
            }
            let empty =
                search.isEmpty
                ? "No retailers here yet: run lynk sync." : "No retailer has \(search) in it."
            table.show(asJSON: json, empty: empty)
        }
    }
}

struct Invoices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists unpaid invoices, oldest first: the order in which money covers them.")

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("Only those of one retailer.", valueName: "code"))
    var retailer: String?
    @Flag(help: "Paid and cancelled ones too.")
    var all = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let rows = try options.open().read { database in
                let key = try retailer.map { try RetailerRecord.named($0, in: database).key }
                return try database.values(
                    """
                    SELECT i.invoice_number, r.code, i.issue_date, i.due_date, i.total, i.open,
                        i.status
                    FROM invoice i LEFT JOIN retailer r ON r.id = i.retailer
                    WHERE (? OR i.status IN ('OPEN', 'PARTIAL')) AND (? IS NULL OR i.retailer = ?)
                    ORDER BY r.code, i.issue_date, i.invoice_number, i.id
                    """,
                    [
                        all.databaseValue, (key.map { Value.key($0) } ?? .null).database,
                        (key.map { Value.key($0) } ?? .null).database,
                    ])
            }
            var table = Table([
                "invoice", "retailer", "issued", "due", "total_paise", "open_paise", "status",
            ])
            table.rows = rows.map { row in
                [
                    row[0].textCell, row[1].textCell, row[2].textCell, row[3].textCell,
                    row[4].moneyCell, row[5].moneyCell, row[6].textCell,
                ]
            }
            table.show(asJSON: json, empty: "No unpaid invoices.")
        }
    }
}
