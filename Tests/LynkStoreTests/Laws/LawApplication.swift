import LynkCore

/// Tables with every policy that concerns more than one value, for the laws of hub stores.
struct LawApplication: Application {
    static let document = TableSchema(
        1, "document", .mutable,
        [
            FieldSchema(1, "area", .text, .immutable),
            FieldSchema(2, "title", .text),
            FieldSchema(3, "tags", .blob, .set),
            FieldSchema(4, "open", .integer, .flag(.enableWins), default: 0),
            FieldSchema(5, "draft", .blob, .multiValue),
            FieldSchema(6, "visits", .integer, .counter, default: 0),
        ])
    static let strict = TableSchema(
        2, "strict", .mutable,
        [FieldSchema(1, "area", .text, .immutable), FieldSchema(2, "title", .text)],
        deletes: .deleteWins)
    static let member = TableSchema(
        3, "member", .mutable,
        [
            FieldSchema(1, "area", .text, .immutable), FieldSchema(2, "email", .text),
            FieldSchema(3, "badge", .text),
        ],
        indexes: [
            IndexSchema("member_email", ["email"]), IndexSchema("member_badge", ["badge"]),
        ],
        uniques: [
            UniqueSchema("email", ["email"], loser: .clear),
            UniqueSchema("badge", ["badge"], loser: .hold),
        ])
    static let child = TableSchema(
        4, "child", .mutable,
        [
            FieldSchema(1, "area", .text, .immutable),
            FieldSchema(2, "keeper", .key, references: Reference(2, onDelete: .restrict)),
            FieldSchema(3, "owner", .key, references: Reference(2, onDelete: .cascade)),
            FieldSchema(4, "friend", .key, references: Reference(2, onDelete: .setNull)),
            FieldSchema(5, "part_of", .key, references: Reference(1, onDelete: .cascade)),
            FieldSchema(6, "about", .key, references: Reference(1, onDelete: .setNull)),
        ],
        indexes: [
            IndexSchema("child_keeper", ["keeper"]), IndexSchema("child_owner", ["owner"]),
            IndexSchema("child_friend", ["friend"]), IndexSchema("child_part", ["part_of"]),
            IndexSchema("child_about", ["about"]),
        ])
    static let fact = TableSchema(
        5, "fact", .appendOnly,
        [FieldSchema(1, "area", .text, .immutable), FieldSchema(2, "amount", .money, .immutable)])
    /// What a newer schema adds.
    static let later = TableSchema(
        6, "later", .mutable, [FieldSchema(1, "area", .text, .immutable)])

    let schema: Schema
    let roles = ["all"]
    let queries: [Query] = []
    let importers: [Importer] = []

    init(version: UInt32 = 1) {
        let tables = [Self.document, Self.strict, Self.member, Self.child, Self.fact]
        schema = Schema("laws", version: version, version > 1 ? tables + [Self.later] : tables)
    }

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] { [Scope(values[0].textValue ?? "none")] }

    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) -> ScopeSet {
        switch principal.role {
        case "all": .all
        case "dated": .only(now.milliseconds < Self.turn ? ["a"] : ["a", "b"])
        default: .only(["a"])
        }
    }

    /// From this time on, in milliseconds, the role `dated` sees more.
    static let turn: Int64 = 1_900_000_000_000

    func judge(_ submission: Submission, in view: any TenantView) -> Verdict {
        let intent = submission.sealed.content.intent
        return intent?.name == "poison" || intent?.arguments.hasSuffix("poison") ?? false
            ? .quarantine(Problem(.valueInvalid, "poison")) : .accept
    }

    func consequences(of submission: Submission, in view: any TenantView) -> [RowChange] { [] }
}
