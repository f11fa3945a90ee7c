import LynkCore

/// Who may do what, decided before anything is merged. A change set is taken whole or not at all.
struct Judgement {
    private let submission: Submission
    private let view: any TenantView
    private let user: RowKey
    private let assignments: Assignments

    init(_ submission: Submission, in view: any TenantView) throws {
        self.submission = submission
        self.view = view
        user = RowKey(submission.principal.user)
        assignments = try Assignments(of: user, in: view)
    }

    /// Why the change set is rejected, or `nil`.
    func problem() throws -> Problem? {
        let role = Role(rawValue: submission.principal.role)
        for change in submission.changes {
            let problem =
                switch role {
                case .office: Self.office(change)
                case .inspector: try inspector(change)
                case nil: Self.forbidden("the role \(submission.principal.role) writes nothing")
                }
            if let problem { return problem }
        }
        return nil
    }

    private static func office(_ change: RowChange) -> Problem? {
        switch change.table {
        case FindingColumn.table.id, ResolutionColumn.table.id:
            forbidden("findings are stated by who was there")
        default: ItemForm.flaw(in: change)
        }
    }

    private func inspector(_ change: RowChange) throws -> Problem? {
        switch change.table {
        case SiteColumn.table.id:
            guard change.kind == .update else {
                return Self.forbidden("only the office adds and removes sites")
            }
            return at(change.key)
        case ItemColumn.table.id:
            return try item(change)
        case FindingColumn.table.id:
            return try finding(change)
        case ResolutionColumn.table.id:
            return try resolution(change)
        case AssignmentColumn.table.id, WithdrawalColumn.table.id:
            return Self.forbidden("only the office assigns sites")
        default:
            return Self.forbidden("only the office keeps the list of inspectors")
        }
    }

    private func item(_ change: RowChange) throws -> Problem? {
        if change.kind == .delete { return Self.forbidden("only the office removes items") }
        if let checker = change.value(ItemColumn.checkedBy), !checker.isNull,
            checker != .key(user)
        {
            return Self.forbidden("an item is checked off in one's own name")
        }
        if let flaw = ItemForm.flaw(in: change) { return flaw }
        // An item that is deleted meanwhile stays so, whoever writes to it.
        guard let site = try site(of: change) else { return nil }
        return at(site)
    }

    private func site(of change: RowChange) throws -> RowKey? {
        if let stated = change.value(ItemColumn.site) { return stated.keyValue }
        if let row = try view.row(ItemColumn.table.id, change.key) {
            return row[ItemColumn.site].keyValue
        }
        let birth = submission.changes.first {
            $0.table == change.table && $0.key == change.key && $0.kind == .insert
        }
        return birth?.value(ItemColumn.site)?.keyValue
    }

    private func finding(_ change: RowChange) throws -> Problem? {
        guard change.value(FindingColumn.inspector) == .key(user) else {
            return Self.forbidden("a finding is stated in one's own name")
        }
        if case .blob(let hash)? = change.value(FindingColumn.photo),
            hash.count != FindingColumn.photoBytes
        {
            return Problem(.valueInvalid, "finding.photo is a SHA-256 of 32 bytes")
        }
        guard let site = change.value(FindingColumn.site)?.keyValue else {
            return Problem(.valueInvalid, "finding.site is missing")
        }
        return at(site)
    }

    private func resolution(_ change: RowChange) throws -> Problem? {
        guard change.value(ResolutionColumn.inspector) == .key(user) else {
            return Self.forbidden("a finding is resolved in one's own name")
        }
        guard let site = change.value(ResolutionColumn.site)?.keyValue,
            let finding = change.value(ResolutionColumn.finding)?.keyValue
        else { return Problem(.valueInvalid, "resolution.site or resolution.finding is missing") }
        let stated = try view.row(FindingColumn.table.id, finding)?[FindingColumn.site]
        let isBornHere = submission.changes.contains {
            $0.table == FindingColumn.table.id && $0.key == finding
                && $0.value(FindingColumn.site) == .key(site)
        }
        guard stated == .key(site) || isBornHere else {
            return Problem(.valueInvalid, "resolution.finding is no finding of this site")
        }
        return at(site)
    }

    private func at(_ site: RowKey) -> Problem? {
        assignments.entitle(submission.writer, to: site)
            ? nil : Self.forbidden("the office has not assigned this site")
    }

    private static func forbidden(_ detail: String) -> Problem { Problem(.notAuthorized, detail) }
}

/// What an item must look like, whoever writes it.
enum ItemForm {
    static func flaw(in change: RowChange) -> Problem? {
        guard change.table == ItemColumn.table.id else { return nil }
        if change.kind == .insert, change.value(ItemColumn.site)?.keyValue == nil {
            return Problem(.valueInvalid, "item.site is missing")
        }
        if let severity = change.value(ItemColumn.severity),
            severity.integerValue.map(Severity.range.contains) != true
        {
            return Problem(.valueInvalid, "item.severity is from 0 to 3")
        }
        return nil
    }
}
