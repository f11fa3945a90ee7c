import ArgumentParser
import GRDB
import Lynk

struct ListPayments: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payments",
        abstract: "Lists payments, own ones that the hub has not booked included.",
        discussion: """
            "booked" is the hub's decision: POSTED, HELD or REVERSED; PENDING until it has \
            decided. "applied" covers invoices, "credit" waits for the next invoice.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("Only those of one retailer.", valueName: "code"))
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
                    SELECT p.claimed_at, p.receipt_no, r.code,
                        coalesce(nullif(p.worker_name, ''), w.name), p.method, p.amount,
                        p.lifecycle, coalesce(nullif(p.posting, ''), 'PENDING'), p.applied,
                        p.unapplied, p.reference, p.attestation
                    FROM payment p LEFT JOIN retailer r ON r.id = p.retailer
                    LEFT JOIN worker w ON w.id = p.worker
                    WHERE ? IS NULL OR p.retailer = ?
                    ORDER BY p.claimed_at, p.id
                    """, [of, of])
            }
            var table = Table([
                "collected", "receipt_no", "retailer", "worker", "method", "amount_paise",
                "state", "booked", "applied_paise", "credit_paise", "reference", "confirmed",
            ])
            table.rows = rows.map { row in
                [
                    row[0].momentCell, row[1].textCell, row[2].textCell, row[3].textCell,
                    row[4].textCell, row[5].moneyCell, row[6].textCell, row[7].textCell,
                    row[8].moneyCell, row[9].moneyCell, row[10].textCell, row[11].textCell,
                ]
            }
            table.show(asJSON: json, empty: "No payments here.")
        }
    }
}
