import LynkCore

/// A place to inspect. Several people edit it at once, so each column says what then happens; who
/// edits a site that the office deletes meanwhile brings it back.
enum SiteColumn: UInt32, Column {
    /// What is painted on the door; the first that is written stays.
    case code = 1
    case title
    /// One address: two people never mix theirs.
    case street, town, postcode
    /// What to be aware of; adding beats removing.
    case tags
    /// How often somebody was there; all visits count.
    case visits
    /// The day of the first visit, in days since 1970.
    case firstVisit
    /// The meter; it only goes up.
    case lastReading
    /// Closed for danger; of two who disagree, the one who closes wins.
    case closed
    /// Nobody talks a danger down: a step back is refused.
    case risk
    /// Remarks that must not be lost: all that were written at once stay, until somebody who has
    /// read them writes the next.
    case notes
    /// Findings that nobody has resolved; computed by the hub.
    case openFindings

    static let table = TableSchema(2, "site", .mutable, fields, deletes: .updateWins)

    var schema: FieldSchema {
        switch self {
        case .code: stated("code", .text)
        case .title: field("title", .text)
        case .street: field("street", .text, .group("address"))
        case .town: field("town", .text, .group("address"))
        case .postcode: field("postcode", .text, .group("address"))
        case .tags: field("tags", .blob, .set)
        case .visits: field("visits", .integer, .counter, default: 0)
        case .firstVisit: field("first_visit", .integer, .minimum)
        case .lastReading: field("last_reading", .integer, .maximum)
        case .closed: field("closed", .integer, .flag(.enableWins), default: 0)
        case .risk: field("risk", .text, .lattice(Risk.lattice), default: .text(Risk.low.rawValue))
        case .notes: field("notes", .blob, .multiValue)
        case .openFindings: field("open_findings", .integer, by: .hub, default: 0)
        }
    }
}

/// How dangerous a site is, from the least.
public enum Risk: String, Hashable, Sendable, CaseIterable {
    case low = "LOW"
    case medium = "MEDIUM"
    case high = "HIGH"
    case critical = "CRITICAL"

    static let lattice = Lattice(allCases.map(\.rawValue))
}
