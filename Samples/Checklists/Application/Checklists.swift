public import LynkCore

/// Shared inspection checklists: an office that plans, and inspectors who walk through sites
/// without a network, several at the same site.
///
/// Nothing here knows of hubs or devices: a schema, who sees what, who may do what, and one figure
/// that the hub derives. See the schema for what happens to concurrent edits.
public struct Checklists: Application {
    public init() {}

    public var schema: Schema { .checklists }
    public var roles: [String] { Role.allCases.map(\.rawValue) }
    public var queries: [Query] { SiteQueries.all }
    public var importers: [Importer] { [] }

    public func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        Visibility.scopes(of: key, values: values, in: table)
    }

    public func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        try Visibility.scopeSet(of: principal, in: view)
    }

    public func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict {
        guard let problem = try Judgement(submission, in: view).problem() else { return .accept }
        return .reject(problem)
    }

    public func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange] {
        try OpenFindings.changes(after: submission.changes, in: view)
    }

    public func resolve(
        _ name: String, version: UInt32, _ left: Value, _ right: Value
    ) throws -> Value {
        guard MergePolicy.custom(name: name, version: version) == Severity.worst else {
            throw Problem(.internalFailure, "the policy \(name)/\(version) has no function")
        }
        return Severity.worse(left, right)
    }
}

/// What a device is enrolled as.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Plans: keeps sites, items and people, and says who goes where. Sees everything.
    case office
    /// Walks through the sites that the office assigned.
    case inspector
}
