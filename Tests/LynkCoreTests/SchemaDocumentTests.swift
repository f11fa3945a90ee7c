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

    @Test("Deletes, claims, references and what belongs to a policy stay as they were")
    func agreements() {
        func with(
            policy: MergePolicy = .lastWriter, deletes: DeletePolicy = .updateWins,
            uniques: [UniqueSchema] = [], onDelete: Reference.OnDelete? = nil,
            more: [FieldSchema] = []
        ) -> SchemaDocument {
            let fields = [
                FieldSchema(1, "code", .text, policy),
                FieldSchema(
                    2, "owner", .key, references: onDelete.map { Reference(7, onDelete: $0) }),
            ]
            return SchemaDocument(
                Schema(
                    "shops", version: more.isEmpty && uniques.isEmpty ? 1 : 2,
                    [
                        TableSchema(
                            7, "shop", .mutable, fields + more,
                            indexes: [IndexSchema("by_code", ["code", "phone"])], deletes: deletes,
                            uniques: uniques)
                    ]))
        }
        let code = UniqueSchema("one_code", ["code"])
        let phone = FieldSchema(3, "phone", .text)
        let cases: [(kept: SchemaDocument, later: SchemaDocument, reason: String?)] = [
            (with(policy: .group("a")), with(policy: .group("b")), "field 1 had the policy group"),
            (
                with(policy: .flag(.enableWins)), with(policy: .flag(.disableWins)),
                "field 1 had the policy flag"
            ),
            (
                with(policy: .custom(name: "worst", version: 1)),
                with(policy: .custom(name: "worst", version: 2)), "field 1 had the policy custom"
            ),
            (with(), with(deletes: .deleteWins), "deletes in table 7 were updateWins"),
            (with(), with(onDelete: .cascade), "field 2 had another reference"),
            (
                with(onDelete: .cascade), with(onDelete: .restrict),
                "field 2 had another reference"
            ),
            (with(), with(uniques: [code]), "a new claim has a new field"),
            (
                with(), with(uniques: [UniqueSchema("one", ["code", "phone"])], more: [phone]), nil
            ),
            (with(uniques: [code]), with(more: [phone]), "a claim is gone"),
            (
                with(uniques: [code]),
                with(uniques: [UniqueSchema("other", ["code"], loser: .hold)]),
                "a claim is gone"
            ),
            (with(uniques: [code]), with(uniques: [UniqueSchema("other", ["code"])]), nil),
        ]
        for (kept, later, reason) in cases {
            let reasons = later.slips(since: kept).map(\.reason)
                .filter { !$0.hasPrefix("a change of version") }
            #expect(reasons == (reason.map { [$0] } ?? []))
        }
    }

    @Test("What an older schema writes stays good")
    func olderWriters() {
        func document(
            _ fields: [FieldSchema], _ uniques: [UniqueSchema] = [], version: UInt32
        ) -> SchemaDocument {
            let table = TableSchema(7, "shop", .mutable, fields, uniques: uniques)
            return SchemaDocument(Schema("shops", version: version, [table]))
        }
        let code = FieldSchema(1, "code", .text)
        let group = [1, 2, 3].map { FieldSchema($0, "part\($0)", .text, .group("g")) }
        let claim = [UniqueSchema("one", ["code", "rank"])]
        let rank = FieldSchema(2, "rank", .integer, default: 0)
        #expect(
            document([code, rank], claim, version: 2).slips(since: document([code], version: 1))
                .map(\.reason) == ["a new claim has a new field that is NULL until it is written"])
        #expect(
            document(group, version: 2).slips(since: document(Array(group.prefix(2)), version: 1))
                .map(\.reason) == ["a new field joins no earlier group"])
    }
}
