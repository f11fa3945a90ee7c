import ArgumentParser
import Lynk
import LynkPayments

struct ShowStatement: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement",
        abstract: "Prints what a shop was charged and paid, with a balance. For the office.",
        discussion: """
            The balance is what is receivable less what was paid and not applied yet; held money \
            is in neither. A balance below zero is the shop's credit.

              lynk statement R001 --from 2026-10-01 --until 2026-10-31
              lynk statement R001 --from 2026-10-01 --csv statement.csv
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The shop's code.")
    var retailer: String
    @Option(help: ArgumentHelp("The first day.", valueName: "yyyy-mm-dd"))
    var from: String
    @Option(help: ArgumentHelp("The last day; today without it.", valueName: "yyyy-mm-dd"))
    var until: String?
    @Option(help: ArgumentHelp("Write comma-separated values to this file.", valueName: "file"))
    var csv: String?

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let person = try replica.officePerson()
            let first = try Typed.day(from)
            let last = try Typed.day(until)
            guard first <= last else {
                throw Problem(.parameterInvalid, "\(first) is after \(last)")
            }
            let statement = try replica.read { database in
                let shop = try RetailerRecord.named(retailer, in: database)
                let key = Value.key(shop.key)
                let opening = try database.values(
                    OfficeQueries.statementBalance,
                    ["retailer": key, "day": .text(first.description)])
                let rows = try database.everything(
                    OfficeQueries.statement,
                    [
                        "retailer": key, "from": .text(first.description),
                        "until": .text(last.description),
                    ], of: person.tenant)
                let aging = try database.everything(
                    OfficeQueries.agingByRetailer,
                    ["day": .text(last.description), "active": 1], of: person.tenant)
                return Statement(
                    tenant: try database.tenantOfReceipts().name,
                    retailer: "\(shop.code) \(shop.name)", from: first, until: last,
                    opening: opening.first?.first?.integerValue ?? 0, rows: rows,
                    aging: aging.first { $0[1] == key } ?? [])
            }
            if let csv {
                try Typed.write(try statement.csv(), to: csv)
            } else {
                print(try statement.text(), terminator: "")
            }
        }
    }
}
