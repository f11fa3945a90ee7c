import LynkCore

/// Who inspects; the key is the user of the enrolment.
enum InspectorColumn: UInt32, Column {
    case name = 1
    case phone

    static let table = TableSchema(1, "inspector", .mutable, fields, deletes: .deleteWins)

    var schema: FieldSchema {
        switch self {
        case .name: field("name", .text)
        case .phone: field("phone", .text)
        }
    }
}

/// That an inspector goes to a site from now on: what makes the site visible to a device.
///
/// Facts, and not a flag on the site: what somebody may do follows from what somebody knew, and
/// only facts give the same answer in every order of arrival.
enum AssignmentColumn: UInt32, Column {
    case site = 1
    case inspector

    static let byInspector = IndexSchema("assignment_by_inspector", ["inspector", "site"])
    static let table = TableSchema(6, "assignment", .appendOnly, fields, indexes: [byInspector])

    var schema: FieldSchema {
        switch self {
        case .site: stated("site", .key)
        case .inspector: stated("inspector", .key)
        }
    }
}

/// That an assignment is over.
enum WithdrawalColumn: UInt32, Column {
    case assignment = 1
    case inspector

    static let byInspector = IndexSchema("withdrawal_by_inspector", ["inspector", "assignment"])
    static let table = TableSchema(7, "withdrawal", .appendOnly, fields, indexes: [byInspector])

    var schema: FieldSchema {
        switch self {
        case .assignment: stated("assignment", .key)
        case .inspector: stated("inspector", .key)
        }
    }
}
