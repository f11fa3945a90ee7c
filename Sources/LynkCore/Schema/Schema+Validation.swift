/// Why a schema cannot be used; found when a replica or hub opens, before any row is touched.
public struct SchemaProblem: Error, Equatable, Sendable {
    public let table: String
    public let field: String?
    public let reason: String
}

extension Schema {
    /// Every slip in the declaration, in the order of the tables.
    public var problems: [SchemaProblem] {
        var found: [SchemaProblem] = []
        if Set(tables.map(\.id)).count != tables.count
            || Set(tables.map(\.name)).count != tables.count
        {
            found.append(
                SchemaProblem(table: name, field: nil, reason: "two tables share an id or a name"))
        }
        for table in tables {
            if Set(table.fields.map(\.id)).count != table.fields.count
                || Set(table.fields.map(\.name)).count != table.fields.count
            {
                found.append(
                    SchemaProblem(
                        table: table.name, field: nil, reason: "two fields share an id or a name"))
            }
            // Digests take the fields in this order, on every replica and at every version.
            if table.fields.map(\.id) != table.fields.map(\.id).sorted() {
                found.append(
                    SchemaProblem(table: table.name, field: nil, reason: "fields ascend by id"))
            }
            for field in table.fields {
                if let reason = field.problem {
                    found.append(
                        SchemaProblem(table: table.name, field: field.name, reason: reason))
                }
            }
            found += problems(with: table)
            for index in table.indexes
            where !index.declared.allSatisfy({ table.ordinal(named: $0) != nil }) {
                found.append(
                    SchemaProblem(
                        table: table.name, field: index.name,
                        reason: "an index names an unknown field"))
            }
        }
        return found
    }

    /// Deletes, groups, claims and references: what concerns more than one field.
    private func problems(with table: TableSchema) -> [SchemaProblem] {
        var found: [SchemaProblem] = []
        func report(_ field: String?, _ reason: String) {
            found.append(SchemaProblem(table: table.name, field: field, reason: reason))
        }
        if table.kind == .appendOnly, table.deletes != .forbidden {
            report(nil, "facts are never deleted")
        }
        for field in table.fields {
            if case .group(let group) = field.policy {
                let members = table.ordinals(ofGroup: group).map { table.fields[$0] }
                if members.count < 2 { report(field.name, "a group has at least two fields") }
                if members.contains(where: { $0.authority != field.authority }) {
                    report(field.name, "the fields of a group have one author")
                }
            }
            guard let reference = field.references else { continue }
            if let reason = problem(with: reference, of: field) { report(field.name, reason) }
            if !table.isIndexed([field.name]) {
                report(field.name, "a reference needs an index that starts with its field")
            }
        }
        for unique in table.uniques {
            guard !unique.fields.isEmpty,
                unique.fields.allSatisfy({ table.ordinal(named: $0) != nil })
            else {
                report(unique.name, "a claim names known fields")
                continue
            }
            if !table.isIndexed(unique.fields) {
                report(unique.name, "a claim needs an index that starts with its fields")
            }
            if unique.loser == .clear, table.clearedField(of: unique) == nil {
                report(unique.name, "a claim that is cleared has a field that may be NULL")
            }
        }
        return found
    }

    private func problem(with reference: Reference, of field: FieldSchema) -> String? {
        if table(reference.table) == nil { return "a reference names an unknown table" }
        if field.type != .key { return "a reference is a key" }
        if reference.onDelete == .setNull, !field.mayBeCleared {
            return "a reference that is set NULL may be NULL"
        }
        return nil
    }
}

extension TableSchema {
    fileprivate func isIndexed(_ names: [String]) -> Bool {
        indexes.contains { $0.fields.starts(with: names) }
    }
}

extension FieldSchema {
    /// Whether the hub may set it NULL when a claim or a reference is lost.
    var mayBeCleared: Bool {
        guard defaultValue.isNull else { return false }
        return switch policy {
        case .lastWriter, .group: true
        default: false
        }
    }

    /// Why the value may not be put into the field, or `nil`.
    public func problem(with value: Value) -> String? {
        switch policy {
        case .counter: return "is a counter: it takes additions only"
        case .set: return "is a set: it takes elements only"
        default: break
        }
        guard type.admits(value) else { return "is of type \(type.rawValue)" }
        switch policy {
        case .lattice(let lattice) where lattice.rank(value) == nil: return "has no such state"
        case .flag where value != 0 && value != 1: return "is a flag: 0 or 1"
        case .multiValue:
            return ScalarArray.elements(of: value)?.count == 1 ? nil : "takes one value at a time"
        default: return nil
        }
    }

    var problem: String? {
        guard id > 0 else { return "a field's id is from 1" }
        guard isSQLName(name), name != "id" else {
            return "a field's name is a lower-case word other than id"
        }
        guard defaultValue.isNull || type.admits(defaultValue) else {
            return "the default does not have the field's type"
        }
        switch policy {
        case .counter where type != .integer && type != .money:
            return "a counter is an integer or money"
        case .counter where defaultValue.integerValue == nil:
            return "a counter starts from a declared integer"
        case .maximum where type != .integer && type != .money,
            .minimum where type != .integer && type != .money:
            return "a maximum or minimum is an integer or money"
        case .lattice(let lattice) where lattice.rank(defaultValue) == nil:
            return "a lattice starts in a declared state"
        case .lattice(let lattice) where Set(lattice.states).count != lattice.states.count:
            return "two states of a lattice share a name"
        case .set where type != .blob || !defaultValue.isNull,
            .multiValue where type != .blob || !defaultValue.isNull:
            return "a set or multi-value is a blob without a default"
        case .flag where type != .integer || (defaultValue != 0 && defaultValue != 1):
            return "a flag is an integer that starts as 0 or 1"
        case .group(""), .custom(name: "", version: _):
            return "a group or custom policy has a name"
        default:
            return nil
        }
    }
}

extension FieldType {
    /// Whether SQLite may store this value in a field of this type. NULL always may.
    public func admits(_ value: Value) -> Bool {
        switch (self, value) {
        case (_, .null), (.integer, .integer), (.money, .integer), (.text, .text), (.blob, .blob):
            true
        case (.real, .real(let number)): !number.isNaN && !(number == 0 && number.sign == .minus)
        case (.key, .blob(let bytes)): bytes.count == 16
        default: false
        }
    }
}

/// Names become SQL identifiers, so only plain lower-case words are let through.
package func isSQLName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard let first = bytes.first, bytes.count <= 64 else { return false }
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    return letters.contains(first)
        && bytes.allSatisfy {
            letters.contains($0) || $0 == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
}
