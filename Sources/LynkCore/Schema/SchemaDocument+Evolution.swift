extension SchemaDocument {
    /// What makes this schema unfit to follow an earlier one on replicas that keep their rows.
    ///
    /// Numbers are permanent and a schema only grows: a table or field that was written down
    /// stays, with its type, policy and all else that replicas must agree on; new ones have new
    /// numbers. Names and indexes may change.
    /// - SeeAlso: Protocol/01-identity.md, rule I5
    public func slips(since earlier: SchemaDocument) -> [SchemaProblem] {
        var found: [SchemaProblem] = []
        if application != earlier.application {
            found.append(
                SchemaProblem(
                    table: application, field: nil,
                    reason: "is another application than \(earlier.application)"))
        }
        if version < earlier.version || version == earlier.version && !hasSameContent(as: earlier) {
            found.append(
                SchemaProblem(
                    table: application, field: nil,
                    reason: "a change of version \(earlier.version) needs a greater version"))
        }
        for old in earlier.tables {
            guard let new = tables.first(where: { $0.id == old.id }) else {
                found.append(
                    SchemaProblem(
                        table: old.name, field: nil, reason: "table \(old.id) is gone"))
                continue
            }
            found += new.slips(since: old)
        }
        return found
    }

    /// Equal in what replicas must agree on.
    private func hasSameContent(as other: SchemaDocument) -> Bool {
        tables.map(\.content) == other.tables.map(\.content)
    }
}

extension SchemaDocument.Table {
    /// Without names and indexes.
    fileprivate var content: [String] {
        ["\(id) \(kind)"] + fields.map { "\($0.id) \($0.agreement)" }
    }

    fileprivate func slips(since earlier: Self) -> [SchemaProblem] {
        var found: [SchemaProblem] = []
        func report(_ field: String?, _ reason: String) {
            found.append(SchemaProblem(table: name, field: field, reason: reason))
        }
        if kind != earlier.kind { report(nil, "table \(id) was \(earlier.kind)") }
        for old in earlier.fields {
            guard let new = fields.first(where: { $0.id == old.id }) else {
                report(old.name, "field \(old.id) is gone")
                continue
            }
            if let reason = new.difference(from: old) { report(new.name, reason) }
        }
        let last = earlier.fields.map(\.id).max() ?? 0
        let known = Set(earlier.fields.map(\.id))
        for field in fields where !known.contains(field.id) && field.id < last {
            report(field.name, "a new field has a number above \(last)")
        }
        return found
    }
}

extension SchemaDocument.Field {
    fileprivate var agreement: [String] {
        [type, "\(policy)", writtenBy, "\(defaultValue, default: "NULL")"]
    }

    fileprivate func difference(from earlier: Self) -> String? {
        if type != earlier.type { return "field \(id) was of type \(earlier.type)" }
        if policy != earlier.policy { return "field \(id) had the policy \(earlier.policy.name)" }
        if writtenBy != earlier.writtenBy {
            return "field \(id) was written by \(earlier.writtenBy)"
        }
        if defaultValue != earlier.defaultValue { return "field \(id) had another default" }
        return nil
    }
}
