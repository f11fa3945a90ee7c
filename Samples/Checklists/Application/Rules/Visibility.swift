import LynkCore

/// Names of scopes. All are made from keys, so that a row's scope never changes.
enum ScopeName {
    /// People and assignments, for who plans.
    static let office = Scope("office")
    static func site(_ key: RowKey) -> Scope { Scope("site/\(key)") }
    static func inspector(_ key: RowKey) -> Scope { Scope("inspector/\(key)") }
}

/// Which row is in which scope, and who has which scopes.
enum Visibility {
    static func scopes(of key: RowKey, values: [Value], in table: TableSchema) -> [Scope] {
        switch table.id {
        case InspectorColumn.table.id: [ScopeName.inspector(key), ScopeName.office]
        case SiteColumn.table.id: [ScopeName.site(key)]
        case ItemColumn.table.id: [site(values[ItemColumn.site.ordinal])]
        case FindingColumn.table.id:
            // A finding stays with who stated it, also after the site went to somebody else.
            [
                site(values[FindingColumn.site.ordinal]),
                inspector(values[FindingColumn.inspector.ordinal]),
            ]
        case ResolutionColumn.table.id: [site(values[ResolutionColumn.site.ordinal])]
        case AssignmentColumn.table.id:
            [inspector(values[AssignmentColumn.inspector.ordinal]), ScopeName.office]
        case WithdrawalColumn.table.id:
            [inspector(values[WithdrawalColumn.inspector.ordinal]), ScopeName.office]
        default: [ScopeName.office]
        }
    }

    private static func site(_ value: Value) -> Scope {
        value.keyValue.map(ScopeName.site) ?? ScopeName.office
    }

    private static func inspector(_ value: Value) -> Scope {
        value.keyValue.map(ScopeName.inspector) ?? ScopeName.office
    }

    static func scopeSet(of principal: Principal, in view: any TenantView) throws -> ScopeSet {
        switch Role(rawValue: principal.role) {
        case .office: return .all
        case .inspector:
            let user = RowKey(principal.user)
            let sites = try Assignments(of: user, in: view).standing
                .compactMap { $0[AssignmentColumn.site].keyValue }
            return .only(Set(sites.map(ScopeName.site) + [ScopeName.inspector(user)]))
        case nil: return .only([])
        }
    }
}

extension RowKey {
    /// A person's row has the user's id as its key.
    init(_ user: UserID) { self.init(high: user.high, low: user.low) }
}
