import ArgumentParser
import GRDB
import Lynk

struct Outbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists what was written here and is not part of the hub's checkpoint yet.",
        discussion: """
            Each line is one change set, i.e. one write. "answer" is the hub's receipt, once \
            there is one.
            """)

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let rows = try options.open().read { database in
                try database.values(
                    """
                    SELECT sequence, claimed_ms, bytes, answer, oid FROM sync_outbox
                    ORDER BY sequence
                    """)
            }
            var table = Table(["sequence", "written", "bytes", "answer", "change_set"])
            table.rows = rows.map { row in
                [
                    row[0].numberCell, row[1].momentCell, row[2].numberCell, row[3].textCell,
                    changeSetCell(row[4], short: !json),
                ]
            }
            table.show(asJSON: json, empty: "Nothing waits: everything written is at the hub.")
        }
    }
}

struct Receipts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the hub's receipts for what was written here.",
        discussion: """
            accepted, merged and held are in the hub's books; held waits for a decision of the \
            office. rejected and quarantined are not; "problem" says why.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: "At most this many, the latest.")
    var last = 50
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard last > 0 else { throw ValidationError("--last must be positive.") }
    }

    func run() async throws {
        try await Failure.reported {
            let rows = try options.open().read { database in
                try database.values(
                    """
                    SELECT sequence, disposition, number, effective_ms, conflicts,
                        trim(coalesce(problem, '') || ' ' || coalesce(detail, '')), oid
                    FROM sync_receipts ORDER BY sequence DESC LIMIT ?
                    """, [last])
            }
            var table = Table([
                "sequence", "receipt", "commit", "effective", "conflicts", "problem",
                "change_set",
            ])
            table.rows = rows.reversed().map { row in
                [
                    row[0].numberCell, row[1].textCell, row[2].numberCell, row[3].momentCell,
                    row[4].numberCell, row[5].textCell, changeSetCell(row[6], short: !json),
                ]
            }
            table.show(asJSON: json, empty: "No receipts yet: nothing was written and synced.")
        }
    }
}

/// A content id; people need only its beginning.
private func changeSetCell(_ oid: Value, short: Bool) -> Cell {
    let text = oid.textValue ?? ""
    return .text(short ? String(text.prefix(12)) : text)
}
