import LynkCore
import Testing

@Suite("What may follow a schema that replicas have")
struct SchemaDocumentTests {
    private static func schema(
        version: UInt32 = 2, _ fields: [FieldSchema], name: String = "shop",
        kind: TableKind = .mutable, id: TableID = 7
    ) -> Schema {
        Schema("shops", version: version, [TableSchema(id, name, kind, fields)])
    }

    private static let title = FieldSchema(1, "title", .text)
    private static let visits = FieldSchema(3, "visits", .integer, .counter, default: 0)
    private static let first = SchemaDocument(schema(version: 1, [title, visits]))

    @Test("What only grows, or only has new names, may follow")
    func additive() {
        let renamed = [FieldSchema(1, "label", .text), Self.visits]
        let grown = [Self.title, Self.visits, FieldSchema(4, "phone", .text)]
        for later in [
            Self.schema([Self.title, Self.visits]), Self.schema(renamed), Self.schema(grown),
            Self.schema(version: 1, renamed, name: "store"),
        ] {
            #expect(SchemaDocument(later).slips(since: Self.first) == [])
        }
        let twoTables = Schema(
            "shops", version: 2,
            [
                TableSchema(7, "shop", .mutable, [Self.title, Self.visits]),
                TableSchema(8, "visit", .appendOnly, [Self.title]),
            ])
        #expect(SchemaDocument(twoTables).slips(since: Self.first) == [])
    }

    @Test("What replicas would read differently may not")
    func slips() {
        func field(
            _ type: FieldType = .text, _ policy: MergePolicy = .lastWriter,
            by authority: FieldAuthority = .device, default value: Value = .null
        ) -> [FieldSchema] {
            [FieldSchema(1, "title", type, policy, by: authority, default: value), Self.visits]
        }
        let same = [Self.title, Self.visits]
        let cases: [(later: Schema, reason: String)] = [
            (Self.schema(field(.blob)), "field 1 was of type text"),
            (Self.schema(field(.text, .immutable)), "field 1 had the policy lastWriter"),
            (Self.schema(field(by: .hub)), "field 1 was written by device"),
            (Self.schema(field(default: "")), "field 1 had another default"),
            (Self.schema([Self.title]), "field 3 is gone"),
            (Self.schema(same, id: 8), "table 7 is gone"),
            (Self.schema(same, kind: .appendOnly), "table 7 was mutable"),
            (
                Self.schema([Self.title, FieldSchema(2, "late", .text), Self.visits]),
                "a new field has a number above 3"
            ),
            (
                Self.schema(version: 1, same + [FieldSchema(4, "phone", .text)]),
                "a change of version 1 needs a greater version"
            ),
            (Self.schema(version: 0, same), "a change of version 1 needs a greater version"),
            (
                Schema("stores", version: 2, [TableSchema(7, "shop", .mutable, same)]),
                "is another application than shops"
            ),
        ]
        for (later, reason) in cases {
            #expect(SchemaDocument(later).slips(since: Self.first).map(\.reason) == [reason])
        }
    }

    @Test("States of a lattice keep their ranks")
    func lattice() {
        func with(_ states: [String]) -> SchemaDocument {
            SchemaDocument(
                Self.schema([
                    FieldSchema(1, "risk", .text, .lattice(Lattice(states)), default: "LOW")
                ]))
        }
        let kept = with(["LOW", "HIGH"])
        #expect(with(["LOW", "HIGH"]).slips(since: kept) == [])
        for states in [["LOW", "MEDIUM", "HIGH"], ["LOW"], ["HIGH", "LOW"]] {
            #expect(with(states).slips(since: kept).isEmpty == false)
        }
    }
}
