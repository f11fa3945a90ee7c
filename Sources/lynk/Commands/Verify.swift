import ArgumentParser
import Lynk

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recomputes the digest of every row, and lists what was ever found to differ.",
        discussion: """
            A sync proves the digests equal to the hub's; this proves the rows equal to the \
            digests. Rows that were repaired stay listed with both sides.

            Exit codes: 0 all rows are as they came; 2 something differs.
            """)

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let differences = try replica.verify()
            var table = Table(["what", "table", "where", "rows_kept", "rows_found", "detail"])
            table.rows = differences.map { difference in
                [
                    .text("rows differ from their digest"), .text(difference.table),
                    .text(difference.scope.name), .number(difference.expected),
                    .number(difference.found), .none,
                ]
            }
            let incidents = try replica.read { database in
                try database.values(
                    """
                    SELECT kind, table_id, row_key, position, detail FROM sync_incidents
                    ORDER BY id DESC LIMIT 100
                    """)
            }
            table.rows += incidents.reversed().map { row in
                [
                    .text("incident \(row[0].textValue ?? "")"), row[1].numberCell,
                    row[2].textCell, .none, .none, row[4].textCell,
                ]
            }
            table.show(asJSON: json, empty: "Every row is what its digest was taken over.")
            if !differences.isEmpty { throw Failure.attention }
        }
    }
}
