import ArgumentParser
import Lynk
import LynkPayments

struct Exceptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what the office should look at, the gravest first. For the office.",
        discussion: """
            The hub raises an exception when money was collected in a way that it could book, or \
            hold, but a person should see, e.g. two workers for the same invoice.

              SECURITY  somebody may cheat: money is held, or was told twice
              HOLD      money waits for a decision: lynk resolve
              WARN      booked, and somebody should talk to somebody
              INFO      good to know

            With --all also what is over. The id is shown where one is about no payment: \
            lynk resolve takes it.
            """)

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Resolved ones too.")
    var all = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let person = try replica.person()
            let states = all ? ["OPEN", "AUTO_RESOLVED", "RESOLVED"] : ["OPEN"]
            let rows = try replica.read { database in
                try states.flatMap { state in
                    try ["SECURITY", "HOLD", "WARN", "INFO"].flatMap { severity in
                        try database.everything(
                            OfficeQueries.exceptionQueue,
                            ["state": .text(state), "severity": .text(severity)],
                            of: person.tenant)
                    }
                }
            }
            let named = json || rows.contains { $0[13].keyValue == nil }
            var table = Table(
                [
                    "opened", "severity", "kind", "state", "retailer", "worker", "amount_paise",
                    "receipt_no", "booked", "other_receipt_no", "detail",
                ] + (named ? ["id"] : []))
            table.rows = rows.map { row in
                let id = row[1].keyValue.map { Cell.text("\($0)") } ?? .none
                let cells = [
                    row[2].momentCell, row[4].textCell, row[3].textCell, row[5].textCell,
                    row[6].textCell, row[7].textCell, row[8].moneyCell, row[9].textCell,
                    row[10].textCell, row[11].textCell, row[12].textCell,
                ]
                return cells + (named ? [json || row[13].keyValue == nil ? id : .none] : [])
            }
            let empty =
                person.role == "worker" || person.role == "retailer"
                ? "No exceptions here; only the office's replica has them." : "No exceptions."
            table.show(asJSON: json, empty: empty)
        }
    }
}
