import LynkCore
import Testing

@testable import LynkEngine

@Suite("Changes fit the schema and the rows that are there")
struct ChangeCheckTests {
    private static let schema = Schema(
        "checks", version: 3,
        [
            TableSchema(
                1, "shop", .mutable,
                [
                    FieldSchema(1, "name", .text),
                    FieldSchema(2, "visits", .integer, .counter, default: 0),
                    FieldSchema(
                        3, "state", .text, .lattice(Lattice(["NEW", "OLD"])), default: "NEW"),
                    FieldSchema(4, "score", .integer, by: .hub),
                    FieldSchema(5, "owner", .key),
                ], deletes: .forbidden),
            TableSchema(2, "fact", .appendOnly, [FieldSchema(1, "amount", .money, .immutable)]),
            TableSchema(
                3, "item", .mutable,
                [
                    FieldSchema(1, "tags", .blob, .set),
                    FieldSchema(2, "latitude", .real, .group("place")),
                    FieldSchema(3, "longitude", .real, .group("place")),
                    FieldSchema(4, "done", .integer, .flag(.enableWins), default: 0),
                    FieldSchema(5, "note", .blob, .multiValue),
                    FieldSchema(6, "marks", .blob, .set, by: .hub),
                ]),
        ])
    private static let known = RowKey(high: 1, low: 1)
    private static let unknown = RowKey(high: 1, low: 2)

    /// One shop and one fact, both under the known key.
    private struct View: TenantView {
        func row(_ table: TableID, _ key: RowKey) -> StampedRow? {
            guard key == known else { return nil }
            let stamp = Stamp(era: 0, number: 1, effective: .zero, author: 0)
            let values: [Value] =
                switch table {
                case 1: ["Care", .integer(2), "OLD", .null, .null]
                case 2: [.integer(500)]
                default: [.null, .null, .null, 0, .null, .null]
                }
            return StampedRow(
                key: key, values: values, record: StampRecord(scopes: [0], row: stamp))
        }

        func rows(
            _ table: TableID, index: String, equals values: [Value], limit: Int
        ) -> [StampedRow] { [] }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [RowChange]
        let code: ProblemCode?

        init(_ name: String, _ changes: [RowChange], _ code: ProblemCode?) {
            testDescription = name
            self.changes = changes
            self.code = code
        }
    }

    private static func change(
        _ kind: RowChange.Kind, _ key: RowKey, table: TableID = 1, _ puts: [RowChange.Put] = [],
        adds: [RowChange.Add] = [], edits: [SetEdit] = []
    ) -> RowChange {
        RowChange(table: table, key: key, kind: kind, puts: puts, adds: adds, edits: edits)
    }

    static let cases = [
        Case("a new row", [change(.insert, unknown, [.init(1, "New")])], nil),
        Case("an update of a row that is there", [change(.update, known, [.init(1, "X")])], nil),
        Case(
            "an update of a row that is not", [change(.update, unknown, [.init(1, "X")])],
            .rowUnknown),
        Case(
            "an update of a row that the same change set bears",
            [change(.insert, unknown), change(.update, unknown, [.init(1, "X")])], nil),
        Case(
            "a birth again with the same content", [change(.insert, known, [.init(1, "Care")])],
            nil),
        Case(
            "a birth again with other content", [change(.insert, known, [.init(1, "Else")])],
            .factReused),
        Case(
            "a fact stated again with another amount",
            [change(.insert, known, table: 2, [.init(1, .integer(400))])], .factReused),
        Case(
            "an update of a fact", [change(.update, known, table: 2, [.init(1, .integer(1))])],
            .factReused),
        Case(
            "a delete where the table forbids it", [change(.delete, known)], .deleteUnsupported),
        Case(
            "a delete of a fact", [change(.delete, known, table: 2)], .deleteUnsupported),
        Case("a delete", [change(.delete, known, table: 3)], nil),
        Case("a delete of a row that is not", [change(.delete, unknown, table: 3)], .rowUnknown),
        Case("a table of a newer schema", [change(.insert, unknown, table: 9)], .schemaUnknown),
        Case(
            "a field of a newer schema", [change(.insert, unknown, [.init(9, .null)])],
            .schemaUnknown),
        Case(
            "a field that only the hub writes",
            [change(.update, known, [.init(4, .integer(9))])], .fieldNotWritable),
        Case(
            "text in money", [change(.insert, unknown, table: 2, [.init(1, "5")])],
            .valueInvalid),
        Case(
            "a fraction in money", [change(.insert, unknown, table: 2, [.init(1, .real(0.5))])],
            .valueInvalid),
        Case(
            "a key that is not sixteen bytes", [change(.update, known, [.init(5, .blob([1]))])],
            .valueInvalid),
        Case(
            "a state that was never declared", [change(.update, known, [.init(3, "GONE")])],
            .valueInvalid),
        Case(
            "a counter that is set instead of added to",
            [change(.update, known, [.init(2, .integer(7))])], .valueInvalid),
        Case("a counter that is added to", [change(.update, known, adds: [.init(2, -1)])], nil),
        Case(
            "an addition to a field that does not count",
            [change(.update, known, adds: [.init(1, 1)])], .schemaUnknown),
        Case(
            "elements for a set",
            [change(.update, known, table: 3, edits: [SetEdit(1, added: ["a"])])], nil),
        Case(
            "elements at birth",
            [change(.insert, unknown, table: 3, edits: [SetEdit(1, added: ["a"])])], nil),
        Case(
            "a set that is put whole",
            [change(.update, known, table: 3, [.init(1, .blob([0x80]))])], .valueInvalid),
        Case(
            "elements for what is no set",
            [change(.update, known, table: 3, edits: [SetEdit(4, added: [1])])], .schemaUnknown),
        Case(
            "elements for a set of the hub",
            [change(.update, known, table: 3, edits: [SetEdit(6, added: [1])])],
            .fieldNotWritable),
        Case(
            "a whole group",
            [change(.update, known, table: 3, [.init(2, .real(1)), .init(3, .real(2))])], nil),
        Case(
            "a part of a group", [change(.update, known, table: 3, [.init(2, .real(1))])],
            .valueInvalid),
        Case(
            "a birth leaves out the rest of a group",
            [change(.insert, unknown, table: 3, [.init(2, .real(1))])], nil),
        Case("a flag", [change(.update, known, table: 3, [.init(4, 1)])], nil),
        Case("a flag of two", [change(.update, known, table: 3, [.init(4, 2)])], .valueInvalid),
        Case(
            "one value", [change(.update, known, table: 3, [.init(5, .blob([0x81, 0x01]))])], nil),
        Case(
            "two values at once",
            [change(.update, known, table: 3, [.init(5, .blob([0x82, 0x01, 0x02]))])],
            .valueInvalid),
        Case(
            "no array of values",
            [change(.update, known, table: 3, [.init(5, .blob([0x81, 0x18, 0x01]))])],
            .valueInvalid),
        Case(
            "one bad change among good ones",
            [change(.update, known, [.init(1, "X")]), change(.delete, known)],
            .deleteUnsupported),
    ]

    @Test("Each change set passes or is told why not", arguments: cases)
    func verdict(testCase: Case) throws {
        let problem = try ChangeCheck.problem(testCase.changes, schema: Self.schema, in: View())
        #expect(problem?.code == testCase.code)
    }

    @Test("A write to a row that was deleted is the merge's to decide")
    func deletedRow() throws {
        let change = Self.change(.update, Self.unknown, table: 3, [.init(4, 1)])
        for isDeleted in [false, true] {
            let problem = try ChangeCheck.problem(
                [change], schema: Self.schema, in: View(), isDeleted: { _, _ in isDeleted })
            #expect(problem?.code == (isDeleted ? nil : .rowUnknown))
        }
    }
}
