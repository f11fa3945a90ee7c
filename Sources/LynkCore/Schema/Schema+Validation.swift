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
            for index in table.indexes
            where !index.fields.allSatisfy({ table.ordinal(named: $0) != nil }) {
                found.append(
                    SchemaProblem(
                        table: table.name, field: index.name,
                        reason: "an index names an unknown field"))
            }
        }
        return found
    }
}

extension FieldSchema {
    var problem: String? {
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
