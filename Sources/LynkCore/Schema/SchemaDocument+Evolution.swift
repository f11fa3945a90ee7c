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
        ["\(id) \(kind) \(deletes)"] + fields.map { "\($0.id) \($0.agreement)" }
            + uniques.map { "\(numbers(of: $0)) \($0.loser)" }.sorted()
    }

    /// A claim by the numbers of its fields, which stay when these are renamed.
    private func numbers(of unique: SchemaDocument.Unique) -> [FieldID] {
        unique.fields.compactMap { name in fields.first { $0.name == name }?.id }
    }

    fileprivate func slips(since earlier: Self) -> [SchemaProblem] {
        var found: [SchemaProblem] = []
        func report(_ field: String?, _ reason: String) {
            found.append(SchemaProblem(table: name, field: field, reason: reason))
        }
        if kind != earlier.kind {
            report(nil, "table \(id) was \(earlier.kind)")
        } else if deletes != earlier.deletes {
            report(nil, "deletes in table \(id) were \(earlier.deletes)")
        }
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
        // A device of the earlier schema writes the group without the new field, which the hub
        // would have to refuse: the fields of a group are one register.
        let groups = Set(earlier.fields.compactMap(\.policy.group))
        for field in fields where !known.contains(field.id) {
            if let group = field.policy.group, groups.contains(group) {
                report(field.name, "a new field joins no earlier group")
            }
        }
        found += claims(since: earlier)
        return found
    }

    /// Rows that are there were judged by the earlier claims, so those stay as they were, and a new
    /// one concerns new fields.
    private func claims(since earlier: Self) -> [SchemaProblem] {
        var found: [SchemaProblem] = []
        let known = Set(earlier.fields.map(\.id))
        let before = earlier.uniques.map { (numbers: earlier.numbers(of: $0), claim: $0) }
        let after = uniques.map { (numbers: numbers(of: $0), claim: $0) }
        for (numbers, claim) in before
        where !after.contains(where: { $0.numbers == numbers && $0.claim.loser == claim.loser }) {
            found.append(
                SchemaProblem(table: name, field: claim.name, reason: "a claim is gone"))
        }
        for (numbers, claim) in after
        where !before.contains(where: { $0.numbers == numbers }) && known.isSuperset(of: numbers) {
            found.append(
                SchemaProblem(
                    table: name, field: claim.name, reason: "a new claim has a new field"))
        }
        // Rows that never wrote it would all claim the same, those of older devices too.
        for (numbers, claim) in after where !before.contains(where: { $0.numbers == numbers }) {
            let new = fields.filter { numbers.contains($0.id) && !known.contains($0.id) }
            if !new.isEmpty, new.allSatisfy({ $0.defaultValue != nil }) {
                found.append(
                    SchemaProblem(
                        table: name, field: claim.name,
                        reason: "a new claim has a new field that is NULL until it is written"))
            }
        }
        return found
    }
}

extension SchemaDocument.Field {
    fileprivate var agreement: [String] {
        [
            type, "\(policy)", writtenBy, "\(defaultValue, default: "NULL")",
            "\(references, default: "nothing")",
        ]
    }

    fileprivate func difference(from earlier: Self) -> String? {
        if type != earlier.type { return "field \(id) was of type \(earlier.type)" }
        if policy != earlier.policy { return "field \(id) had the policy \(earlier.policy.name)" }
        if writtenBy != earlier.writtenBy {
            return "field \(id) was written by \(earlier.writtenBy)"
        }
        if defaultValue != earlier.defaultValue { return "field \(id) had another default" }
        if references != earlier.references { return "field \(id) had another reference" }
        return nil
    }
}
