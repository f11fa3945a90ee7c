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
                ]),
            TableSchema(2, "fact", .appendOnly, [FieldSchema(1, "amount", .money, .immutable)]),
        ])
    private static let known = RowKey(high: 1, low: 1)
    private static let unknown = RowKey(high: 1, low: 2)

    /// One shop and one fact, both under the known key.
    private struct View: TenantView {
        func row(_ table: TableID, _ key: RowKey) -> StampedRow? {
            guard key == known else { return nil }
            let stamp = Stamp(era: 0, number: 1, effective: .zero, author: 0)
            let values: [Value] =
                table == 1 ? ["Care", .integer(2), "OLD", .null, .null] : [.integer(500)]
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
        adds: [RowChange.Add] = []
    ) -> RowChange {
        RowChange(table: table, key: key, kind: kind, puts: puts, adds: adds)
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
        Case("a delete", [change(.delete, known)], .deleteUnsupported),
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
            "one bad change among good ones",
            [change(.update, known, [.init(1, "X")]), change(.delete, known)],
            .deleteUnsupported),
    ]

    @Test("Each change set passes or is told why not", arguments: cases)
    func verdict(testCase: Case) throws {
        let problem = try ChangeCheck.problem(testCase.changes, schema: Self.schema, in: View())
        #expect(problem?.code == testCase.code)
    }
}
