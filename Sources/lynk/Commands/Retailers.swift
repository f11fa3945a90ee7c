import ArgumentParser
import GRDB
import Lynk

struct Retailers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the shops that this device may see, and what each owes.",
        discussion: "The figures are the hub's as of the last sync.")

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let rows = try options.open().read { database in
                try database.values(
                    """
                    SELECT code, name, phone, outstanding, unapplied_credit, oldest_open_due
                    FROM retailer WHERE active = 1 ORDER BY code, id
                    """)
            }
            var table = Table([
                "code", "name", "phone", "outstanding_paise", "credit_paise", "oldest_due",
            ])
            table.rows = rows.map { row in
                [
                    row[0].textCell, row[1].textCell, row[2].textCell, row[3].moneyCell,
                    row[4].moneyCell, row[5].textCell,
                ]
            }
            table.show(asJSON: json, empty: "No retailers here yet: run lynk sync.")
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
