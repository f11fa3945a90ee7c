import LynkCore

/// One thing to look at, at one site. What the office deletes stays deleted.
enum ItemColumn: UInt32, Column {
    case site = 1
    /// Unique at its site.
    case number
    case text
    /// Who looked, and when: one entry, never one person's name at another's time.
    case checkedBy, checkedAt
    /// From 0, nothing, to 3; lowered by who knows the present one, at once the worst counts.
    case severity

    static let bySite = IndexSchema("item_by_site", ["site", "number"])
    static let byChecker = IndexSchema("item_by_checker", ["checked_by"])
    /// Of two who give the same number, the later one's is cleared.
    static let oneNumber = UniqueSchema("item_number", ["site", "number"], loser: .clear)
    static let table = TableSchema(
        3, "item", .mutable, fields, indexes: [bySite, byChecker], deletes: .deleteWins,
        uniques: [oneNumber])

    var schema: FieldSchema {
        switch self {
        case .site: stated("site", .key, of: Reference(SiteColumn.table.id, onDelete: .cascade))
        case .number: field("number", .integer)
        case .text: field("text", .text)
        case .checkedBy:
            field(
                "checked_by", .key, .group("check"),
                of: Reference(InspectorColumn.table.id, onDelete: .setNull))
        case .checkedAt: field("checked_at", .integer, .group("check"))
        case .severity: field("severity", .integer, Severity.worst, default: 0)
        }
    }
}

/// How bad an item is, from 0, nothing, to 3.
enum Severity {
    static let range: ClosedRange<Int64> = 0...3

    /// Not `maximum`: who knows the present one and sees it mended may lower it.
    static let worst = MergePolicy.custom(name: "worst", version: 1)

    /// The worse of two that did not know each other.
    static func worse(_ left: Value, _ right: Value) -> Value {
        (left.integerValue ?? 0) < (right.integerValue ?? 0) ? right : left
    }
}
