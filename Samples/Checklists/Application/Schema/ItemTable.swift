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
    static let table = TableSchema(3, "item", .mutable, fields, indexes: [bySite])

    static let severities: ClosedRange<Int64> = 0...3

    var schema: FieldSchema {
        switch self {
        case .site: stated("site", .key)
        case .number: field("number", .integer)
        case .text: field("text", .text)
        case .checkedBy: field("checked_by", .key)
        case .checkedAt: field("checked_at", .integer)
        case .severity: field("severity", .integer, default: 0)
        }
    }
}
