import GRDB
import Lynk

/// Every conflict that the hub told the office's device of, as a person can query it.
struct ConflictTable {
    let text: String

    init(_ cast: Cast) throws {
        var table = TextTable([
            "row", "field", "policy", "before", "one wrote", "another wrote", "outcome",
        ])
        let names = Self.names(cast)
        let rows = try cast.office.rows("SELECT * FROM sync_conflicts ORDER BY id")
        for row in rows {
            let key: String = row["row_key"]
            let field: String? = row["field_name"]
            table.add(
                [names[key] ?? String(key.prefix(8)), field ?? "the row", row["policy"]]
                    + ["base", "local", "remote"].map { Cell.text(row[$0]) } + [row["outcome"]])
        }
        text = rows.isEmpty ? "none" : table.text
    }

    private static func names(_ cast: Cast) -> [String: String] {
        var names: [String: String] = [:]
        for site in cast.sites {
            names[hexadecimal(site.key.bytes)] = site.code
            for number in UInt8(1)...50 {
                names[hexadecimal(cast.item(number, of: site.key).bytes)] =
                    "\(site.code) item \(number < 40 ? number : 4)"
            }
        }
        return names
    }
}
