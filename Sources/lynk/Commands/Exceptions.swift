import ArgumentParser
import Lynk

struct Exceptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what the office should look at. For an admin's replica.",
        discussion: """
            The hub raises an exception when money was collected in a way that it could book but \
            a person should see, e.g. two workers for the same invoice.
            """)

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let role = try replica.enrolment()?.principal.role
            let rows = try replica.read { database in
                try database.values(
                    """
                    SELECT e.opened_at, e.kind, e.severity, e.state, r.code, e.amount, e.detail
                    FROM exception e LEFT JOIN retailer r ON r.id = e.retailer
                    ORDER BY e.opened_position, e.kind, e.id
                    """)
            }
            var table = Table([
                "opened", "kind", "severity", "state", "retailer", "amount_paise", "detail",
            ])
            table.rows = rows.map { row in
                [
                    row[0].momentCell, row[1].textCell, row[2].textCell, row[3].textCell,
                    row[4].textCell, row[5].moneyCell, row[6].textCell,
                ]
            }
            let empty =
                role == "admin"
                ? "No exceptions." : "No exceptions here; only the office's replica has them."
            table.show(asJSON: json, empty: empty)
        }
    }
}
