import ArgumentParser
import GRDB
import Lynk

struct Balance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what is owed: by one shop, or by all that this device may see.",
        discussion: """
            "outstanding", "credit" and "held" are the hub's figures as of the last sync; \
            "collected here" is what was collected on this device since and is not booked yet.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("One retailer.", valueName: "code"))
    var retailer: String?
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let rows = try options.open().read { database in
                let key = try retailer.map { try RetailerRecord.named($0, in: database).key }
                let of = (key.map { Value.key($0) } ?? .null).database
                return try database.values(
                    """
                    SELECT count(*), coalesce(sum(outstanding), 0),
                        coalesce(sum(unapplied_credit), 0), coalesce(sum(held_amount), 0),
                        (SELECT coalesce(sum(amount), 0) FROM payment
                         WHERE lifecycle = 'COMPLETED' AND posting = ''
                             AND (? IS NULL OR retailer = ?))
                    FROM retailer WHERE ? IS NULL OR id = ?
                    """, [of, of, of, of])
            }
            guard let row = rows.first else { return }
            Sheet([
                ("retailers", row[0].numberCell), ("outstanding_paise", row[1].moneyCell),
                ("credit_paise", row[2].moneyCell), ("held_paise", row[3].moneyCell),
                ("collected_here_paise", row[4].moneyCell),
            ]).show(asJSON: json)
        }
    }
}
