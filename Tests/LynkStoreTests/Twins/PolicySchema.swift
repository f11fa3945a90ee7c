import LynkCore
import TestSupport

@testable import LynkStore

/// Every merge policy, under both policies of deletes.
enum PolicySchema {
    static let fields = [
        FieldSchema(1, "name", .text), FieldSchema(2, "origin", .text, .immutable),
        FieldSchema(3, "count", .integer, .counter, default: 0),
        FieldSchema(
            4, "state", .text, .lattice(Lattice(["NEW", "OPEN", "CLOSED"])), default: "NEW"),
        FieldSchema(5, "tags", .blob, .set),
        FieldSchema(6, "starred", .integer, .flag(.enableWins), default: 0),
        FieldSchema(7, "open", .integer, .flag(.disableWins), default: 1),
        FieldSchema(8, "opinion", .blob, .multiValue),
        FieldSchema(9, "method", .text, .group("payment")),
        FieldSchema(10, "reference", .text, .group("payment")),
        FieldSchema(11, "highest", .integer, .maximum),
        FieldSchema(12, "lowest", .integer, .minimum),
    ]
    static let keeping = TableSchema(1, "keeping", .mutable, fields, deletes: .updateWins)
    static let dropping = TableSchema(2, "dropping", .mutable, fields, deletes: .deleteWins)
    static let schema = Schema("policies", version: 1, [keeping, dropping])

    /// A put of one field, as a person might make it over what is shown.
    static func put(
        _ field: FieldSchema, over shown: Value, _ random: inout SeededGenerator
    ) -> RowChange.Put {
        func number(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
        let value: Value
        switch field.policy {
        case .counter: value = .integer((shown.integerValue ?? 0) + Int64(number(9)) - 4)
        case .lattice(let lattice): value = .text(lattice.states[number(2)])
        case .flag: value = .integer(Int64(number(1)))
        case .maximum, .minimum: value = .integer(Int64(number(9)))
        case .multiValue: value = .blob(ScalarArray.encode([.text("\(number(4))")]))
        case .set:
            var elements = Set(ScalarArray.elements(of: shown) ?? [])
            let element = Value.integer(Int64(number(3)))
            if elements.remove(element) == nil { elements.insert(element) }
            let array = ScalarArray.canonicalSet(elements)
            value = array.isEmpty ? .null : .blob(ScalarArray.encode(array))
        default: value = number(5) == 0 ? .null : .text("\(number(5))")
        }
        return RowChange.Put(field.id, value)
    }
}
