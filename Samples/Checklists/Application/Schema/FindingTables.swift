import LynkCore

/// Something wrong that an inspector saw: a fact, with the hash of the photo that shows it.
enum FindingColumn: UInt32, Column {
    /// A site with findings is not deleted.
    case site = 1
    case item, inspector, text
    /// SHA-256 of the photo, which travels by other means.
    case photo
    /// Milliseconds since 1970 by the inspector's clock.
    case seenAt

    static let bySite = IndexSchema("finding_by_site", ["site"])
    static let table = TableSchema(4, "finding", .appendOnly, fields, indexes: [bySite])

    static let photoBytes = 32

    var schema: FieldSchema {
        switch self {
        case .site: stated("site", .key, of: Reference(SiteColumn.table.id, onDelete: .restrict))
        case .item: stated("item", .key)
        case .inspector: stated("inspector", .key)
        case .text: stated("text", .text)
        case .photo: stated("photo", .blob)
        case .seenAt: stated("seen_at", .integer)
        }
    }
}

/// That a finding is mended: another fact, so the finding itself stays as it was stated. A second
/// one for the same finding is held, for the office to ask who was right.
enum ResolutionColumn: UInt32, Column {
    case site = 1
    case finding, inspector, seenAt

    static let bySite = IndexSchema("resolution_by_site", ["site"])
    static let byFinding = IndexSchema("resolution_by_finding", ["finding"])
    static let once = UniqueSchema("resolution_once", ["finding"], loser: .hold)
    static let table = TableSchema(
        5, "resolution", .appendOnly, fields, indexes: [bySite, byFinding], uniques: [once])

    var schema: FieldSchema {
        switch self {
        case .site: stated("site", .key)
        case .finding: stated("finding", .key, of: Reference(FindingColumn.table.id))
        case .inspector: stated("inspector", .key)
        case .seenAt: stated("seen_at", .integer)
        }
    }
}
