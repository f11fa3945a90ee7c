import ArgumentParser
import GRDB
import Lynk

struct Conflicts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists writes that met others made without knowing of them, and how it ended.",
        discussion: """
            Each line is one field of one row that two people wrote apart. "base" is what the \
            later one had seen, "local" this device's value, "remote" the other one; "winner" \
            says which stands now, and "policy" by which rule of the schema. Nothing is to be \
            done unless the loser was right: then write it again.
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
                    SELECT effective_ms, table_name, row_key, field_name, base, local, remote,
                        winner, policy
                    FROM sync_conflicts ORDER BY position DESC, id DESC LIMIT ?
                    """, [last])
            }
            var table = Table([
                "when", "table", "row", "field", "base", "local", "remote", "winner", "policy",
            ])
            table.rows = rows.reversed().map { row in
                [
                    row[0].momentCell, row[1].textCell, row[2].textCell, row[3].textCell,
                    row[4].anyCell, row[5].anyCell, row[6].anyCell, row[7].textCell,
                    row[8].textCell,
                ]
            }
            table.show(asJSON: json, empty: "No conflicts: no two people wrote one field apart.")
        }
    }
}

extension Value {
    /// A value of any field, for people.
    fileprivate var anyCell: Cell {
        switch self {
        case .null: .none
        case .integer(let number): .number(number)
        case .real(let number): .text(String(number))
        case .text(let text): .text(text)
        case .blob(let bytes): .text(hexadecimal(bytes))
        }
    }
}
