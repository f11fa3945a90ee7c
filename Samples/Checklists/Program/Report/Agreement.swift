import Foundation
import GRDB
import Lynk

/// Whether all devices that see a site have the same rows of it, and the hub's digest.
struct Agreement {
    private static let tables: KeyValuePairs = [
        "site": "id", "item": "site", "finding": "site", "resolution": "site",
    ]

    private(set) var lines: [String] = []
    private(set) var faults: [String] = []

    init(_ cast: Cast) throws {
        for site in cast.sites {
            let seeing = try cast.everybody.filter { try $0.sees(site.key) }
            let copies = try seeing.map { try Self.rows($0, of: site.key) }
            let isSame = copies.allSatisfy { $0 == copies.first }
            let names = seeing.map(\.name).joined(separator: ", ")
            let count = copies.first?.count ?? 0
            let finding =
                seeing.isEmpty
                ? "gone everywhere"
                : "\(isSame ? "the same" : "DIFFERENT") \(count) rows at \(names)"
            lines.append("\(site.code): \(finding)")
            if !isSame { faults.append("the copies of \(site.code) differ") }
        }
        for person in cast.everybody { try check(person) }
    }

    private mutating func check(_ person: Person) throws {
        let status = try person.replica.status()
        let isEqual = try person.replica.recomputeRoot() == status.root
        if !isEqual { faults.append("the digest of \(person.name) is not the hub's") }
        if status.pending != 0 { faults.append("\(person.name) has unsent work") }
        if status.incidents != 0 { faults.append("\(person.name) has differed from the hub") }
        lines.append(
            "\(person.name): \(status.rows) rows in \(status.scopes) scopes, digest "
                + (isEqual && status.incidents == 0 ? "equal to the hub's" : "DIFFERENT"))
    }

    /// Everything of the site but its stamps, which name replicas' own handles.
    private static func rows(_ person: Person, of site: RowKey) throws -> [String] {
        try tables.flatMap { table, column in
            try person.rows(
                "SELECT * FROM \(table) WHERE \(column) = ? ORDER BY id", [site.data]
            ).map { row in
                table + row.filter { $0.0 != "_stamp" }.map { " \($0)=\(Cell.text($1))" }.joined()
            }
        }
    }
}
