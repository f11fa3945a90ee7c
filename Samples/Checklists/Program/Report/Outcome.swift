import Foundation
import GRDB
import Lynk

/// How the day's conflicts have to end, whatever the order in which people find a network.
struct Outcome {
    private(set) var table = TextTable(["what", "in the end", "because"])
    private(set) var faults: [String] = []
    private let office: Person

    init(_ cast: Cast) throws {
        office = cast.office
        try mill(cast.mill)
        try items(cast)
        try expect(
            "Kiosk", "Kiosk, repainted", "updateWins: who edits a deleted site brings it back",
            "SELECT title FROM site WHERE id = ?", [cast.kiosk.data])
        try expect(
            "Annexe and its item", "0", "cascade: the item goes with its site",
            "SELECT (SELECT count(*) FROM site WHERE id = ?1)"
                + " + (SELECT count(*) FROM item WHERE site = ?1)", [cast.annexe.data])
        try expect(
            "Depot", "Depot", "rejected: only the office removes sites",
            "SELECT title FROM site WHERE id = ?", [cast.depot.data])
    }

    private mutating func mill(_ mill: RowKey) throws {
        for (column, value, reason) in [
            ("title", "Mill Works", "lastWriter: Ben wrote last; Chen's clock gains nothing"),
            (
                "street || ', ' || town || ' ' || postcode", "4 Mill Lane, Ashford TN24",
                "group: Asha's address whole, and none of Chen's"
            ),
            ("tags", "dog | bats | ladder", "set: all that was added, the ladder again after all"),
            ("visits", "3", "counter: every visit"),
            ("first_visit", "20779", "minimum"),
            ("last_reading", "5188", "maximum"),
            ("closed", "1", "enableWins: Ben closed it again"),
            ("risk", "CRITICAL", "lattice: the highest state"),
            (
                "notes", "Gate code 77; bats; a dog",
                "multiValue: three notes until Asha had read them"
            ),
            ("open_findings", "1", "derived by the hub: two stated, one resolved"),
        ] {
            try expect(
                "Mill, \(column.prefix(while: { $0 != " " }))", value, reason,
                "SELECT \(column) FROM site WHERE id = ?", [mill.data])
        }
    }

    private mutating func items(_ cast: Cast) throws {
        let first = cast.item(1, of: cast.mill)
        try expect(
            "item 1, checked by", "Ben", "group: name and time of the last who looked",
            """
            SELECT name FROM item JOIN inspector ON inspector.id = checked_by
            WHERE item.id = ?
            """, [first.data])
        try expect(
            "item 1, severity", "1", "custom worst: 3, until Asha knew that and wrote 1",
            "SELECT severity FROM item WHERE id = ?", [first.data])
        try expect(
            "item 3", "0", "deleteWins: stays deleted, Ben's check is kept as a conflict",
            "SELECT count(*) FROM item WHERE id = ?", [cast.item(3, of: cast.mill).data])
        try expect(
            "items with number 4", "Stair rail", "unique: Chen's came later and has no number",
            "SELECT group_concat(text) FROM item WHERE site = ? AND number = 4", [cast.mill.data])
    }

    private mutating func expect(
        _ what: String, _ value: String, _ reason: String, _ sql: String,
        _ arguments: StatementArguments
    ) throws {
        let row = try office.rows(sql, arguments).first
        let found = row?.databaseValues.first.map { Cell.text($0) } ?? "nothing"
        table.add([what, found, reason])
        if found != value { faults.append("\(what) is \(found), not \(value)") }
    }
}
