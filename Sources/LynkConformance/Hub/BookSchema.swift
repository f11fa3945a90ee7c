/// What the kit's hub knows of the application's schema: the defaults, because a field that equals
/// its default is in no row image (07-integrity.md, D2), and the states of lattices.
package struct BookSchema: Sendable {
    /// Defaults that are not null, by table and field.
    package private(set) var defaults: [UInt64: [UInt64: CBORItem]] = [:]
    /// States of a lattice from the lowest, by table and field.
    package private(set) var lattices: [UInt64: [UInt64: [String]]] = [:]

    /// Reads `Protocol/Schemas/payments.json`.
    package init(_ json: JSONValue) throws(CaseProblem) {
        guard case .array(let tables)? = json["tables"] else {
            throw CaseProblem(.memberMissing, "tables", "Give a schema of the book.")
        }
        for table in tables {
            guard case .number(let number)? = table["id"],
                case .array(let fields)? = table["fields"]
            else { continue }
            for field in fields {
                guard case .number(let name)? = field["id"] else { continue }
                let (table, field, json) = (UInt64(number), UInt64(name), field)
                if let value = json["defaultValue"] {
                    defaults[table, default: [:]][field] = Self.value(value)
                }
                if case .array(let states)? = json["policy"]?["states"] {
                    lattices[table, default: [:]][field] = states.compactMap(\.string)
                }
            }
        }
    }

    /// A value as page 12 writes it (J3).
    package static func value(_ json: JSONValue) -> CBORItem {
        guard case .object(let members) = json, let (kind, value) = members.first else {
            return .null
        }
        switch (kind, value.string) {
        case ("integer", let digits?): return .integer(Int64(digits) ?? 0)
        case ("real", let digits?): return .real(Double(digits) ?? 0)
        case ("text", let text?): return .text(text)
        case ("blob", let digits?): return .bytes(Hex.bytes(digits) ?? [])
        default: return .null
        }
    }
}
