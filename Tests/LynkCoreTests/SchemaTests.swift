@testable import LynkCore
import Testing

@Suite struct SchemaTests {
    private func problems(_ field: FieldSchema) -> [String] {
        Schema("s", version: 1, [TableSchema(1, "t", .mutable, [field])]).problems.map(\.reason)
    }

    @Test("Fields that can be declared", arguments: [
        FieldSchema(1, "name", .text), FieldSchema(1, "n2_x", .integer, default: 4),
        FieldSchema(1, "amount", .money, .counter, default: 0),
        FieldSchema(1, "ratio", .real, default: .real(0.5)),
        FieldSchema(1, "state", .text, .lattice(Lattice(["a", "b"])), default: "a"),
        FieldSchema(1, "owner", .key, .immutable, default: .key(RowKey(high: 0, low: 0))),
        FieldSchema(1, "mark", .integer, .maximum), FieldSchema(1, "low", .money, .minimum),
    ])
    func good(field: FieldSchema) {
        #expect(problems(field) == [])
    }

    private static let name = "a field's name is a lower-case word other than id"
    private static let mismatch = "the default does not have the field's type"

    @Test("Fields that cannot", arguments: [
        (FieldSchema(1, "", .text), name), (FieldSchema(1, "id", .text), name),
        (FieldSchema(1, "Name", .text), name), (FieldSchema(1, "1st", .text), name),
        (FieldSchema(1, "_stamp", .text), name), (FieldSchema(1, "a-b", .text), name),
        (FieldSchema(1, "a\"b", .text), name), (FieldSchema(1, "é", .text), name),
        (FieldSchema(1, String(repeating: "a", count: 65), .text), name),
        (FieldSchema(1, "a", .text, default: 1), mismatch),
        (FieldSchema(1, "a", .money, default: .real(1)), mismatch),
        (FieldSchema(1, "a", .real, default: .real(.nan)), mismatch),
        (FieldSchema(1, "a", .real, default: .real(-0.0)), mismatch),
        (FieldSchema(1, "a", .key, default: .blob([1])), mismatch),
        (FieldSchema(1, "a", .text, .counter, default: "x"), "a counter is an integer or money"),
        (FieldSchema(1, "a", .integer, .counter), "a counter starts from a declared integer"),
        (FieldSchema(1, "a", .text, .lattice(Lattice(["x"]))),
            "a lattice starts in a declared state"),
        (FieldSchema(1, "a", .text, .lattice(Lattice(["x", "x"])), default: "x"),
            "two states of a lattice share a name"),
        (FieldSchema(1, "a", .text, .maximum), "a maximum or minimum is an integer or money"),
        (FieldSchema(1, "a", .real, .minimum), "a maximum or minimum is an integer or money"),
    ])
    func bad(field: FieldSchema, reason: String) {
        #expect(problems(field) == [reason])
    }

    @Test("Ids and names are given once, fields ascend, indexes name fields")
    func structure() {
        let schema = Schema(
            "s", version: 1,
            [
                TableSchema(
                    1, "a", .mutable,
                    [FieldSchema(2, "x", .text), FieldSchema(2, "y", .text)]),
                TableSchema(
                    1, "b", .appendOnly,
                    [FieldSchema(3, "x", .text), FieldSchema(1, "y", .text)],
                    indexes: [IndexSchema("by_z", ["x", "z"]), IndexSchema("by_y", ["y"])]),
            ])
        #expect(
            schema.problems == [
                SchemaProblem(table: "s", field: nil, reason: "two tables share an id or a name"),
                SchemaProblem(table: "a", field: nil, reason: "two fields share an id or a name"),
                SchemaProblem(table: "b", field: nil, reason: "fields ascend by id"),
                SchemaProblem(
                    table: "b", field: "by_z", reason: "an index names an unknown field"),
            ])
    }

    @Test("Tables and fields are found by id and by name")
    func lookup() {
        let table = TableSchema(
            7, "t", .mutable,
            [FieldSchema(1, "a", .text, default: "x"), FieldSchema(9, "b", .integer)])
        let schema = Schema("s", version: 1, [table])
        #expect(schema.table(7) == table)
        #expect(schema.table(named: "t") == table)
        #expect(schema.table(8) == nil)
        #expect(table.ordinal(of: 9) == 1)
        #expect(table.ordinal(named: "b") == 1)
        #expect(table.ordinal(of: 2) == nil)
        #expect(table.defaults == ["x", .null])
    }
}

@Suite struct ValueTests {
    @Test("Text and scopes are equal byte for byte")
    func bytewise() {
        let (composed, apart) = ("\u{E9}", "e\u{301}")
        #expect(composed == apart)
        #expect(Value.text(composed) != .text(apart))
        #expect(Value.text(apart) == .text("e\u{301}"))
        #expect(Set([Value.text(composed), .text(apart)]).count == 2)
        #expect(Scope(composed) != Scope(apart))
        #expect(Scope(apart) < Scope(composed))
        #expect(Set([Scope(composed), Scope(apart)]).count == 2)
    }

    @Test("Values of different kinds are different")
    func kinds() {
        let values: [Value] = [.null, 0, .real(0), "", .blob([]), "0", .blob([0])]
        for (left, right) in values.enumerated().flatMap({ each in
            values.enumerated().map { (each, $0) }
        }) {
            #expect((left.element == right.element) == (left.offset == right.offset))
        }
    }

    @Test("A scope set's hash depends on the set, not on the order that it came in")
    func scopeHash() {
        let hash = ScopeUpdate(scopes: ["b", "a"]).hash
        #expect(hash == ScopeUpdate(scopes: ["a", "b"]).hash)
        #expect(hash != ScopeUpdate(scopes: ["ab"]).hash)
        #expect(hash.count == 8)
    }
}

@Suite struct ProblemTests {
    @Test("Each code has a remedy that is a sentence")
    func remedies() {
        for code in ProblemCode.allCases {
            #expect(code.remedy.hasSuffix("."))
            #expect(code.remedy.first?.isUppercase == true)
            #expect(ProblemCode(rawValue: code.rawValue) == code)
        }
    }

    @Test("A problem tells code, facts and remedy")
    func description() {
        #expect(
            "\(Problem(.storeBusy))" == "store_busy: Repeat the request.")
        #expect(
            "\(Problem(.storeBusy, "tenant 7"))" == "store_busy: tenant 7. Repeat the request.")
    }
}
