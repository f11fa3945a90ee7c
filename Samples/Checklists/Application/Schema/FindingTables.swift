import LynkCore

/// Something wrong that an inspector saw: a fact, with the hash of the photo that shows it.
enum FindingColumn: UInt32, Column {
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
        case .site: stated("site", .key)
        case .item: stated("item", .key)
        case .inspector: stated("inspector", .key)
        case .text: stated("text", .text)
        case .photo: stated("photo", .blob)
        case .seenAt: stated("seen_at", .integer)
        }
    }
}

/// That a finding is mended: another fact, so the finding itself stays as it was stated.
enum ResolutionColumn: UInt32, Column {
    case site = 1
    case finding, inspector, seenAt

    static let bySite = IndexSchema("resolution_by_site", ["site"])
    static let byFinding = IndexSchema("resolution_by_finding", ["finding"])
    static let table = TableSchema(
        5, "resolution", .appendOnly, fields, indexes: [bySite, byFinding])

    var schema: FieldSchema {
        switch self {
        case .site: stated("site", .key)
        case .finding: stated("finding", .key)
        case .inspector: stated("inspector", .key)
        case .seenAt: stated("seen_at", .integer)
        }
    }
}
