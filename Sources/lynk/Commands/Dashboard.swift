import ArgumentParser
import Lynk
import LynkPayments

struct Dashboard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows how a day stands: owed, collected, overdue, open. For the office.",
        discussion: """
              lynk dashboard
              lynk dashboard --day 2026-11-30 --from 2026-11-01

            All figures are of one moment of this replica; lynk status says how old it is.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("The day; today without it.", valueName: "yyyy-mm-dd"))
    var day: String?
    @Option(
        help: ArgumentHelp(
            "The first day of the period; that of the month without it.", valueName: "yyyy-mm-dd"))
    var from: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            _ = try replica.officePerson()
            let day = try Typed.day(day)
            let from = try Typed.day(from ?? day.monthName + "-01")
            let rows = try replica.read { database in
                try database.values(
                    DashboardQuery.dashboard,
                    ["day": .text(day.description), "from": .text(from.description)])
            }
            var table = Table(["section", "what", "count", "amount_paise"])
            table.rows = rows.map { row in
                [
                    row[0].textCell, row[1].textCell,
                    // A payment's place in the books says nothing to a person.
                    row[0] == "payment" ? .none : row[2].numberCell, row[3].moneyCell,
                ]
            }
            table.show(asJSON: json, empty: "Nothing here yet: run lynk sync.")
        }
    }
}
