import LynkCore

/// A domain of one table, one query and one import.
struct FakeApplication: Application {
    let schema = Schema(
        "fake", version: 1,
        [TableSchema(1, "people", .mutable, [FieldSchema(1, "amount", .money)])])
    let roles = ["worker", "admin"]
    let queries = [
        Query(
            "owned", sql: "SELECT 1", parameters: [Query.Parameter("owner", .key)],
            columns: [
                Query.Column("owner", .key), Query.Column("amount", .money),
                Query.Column("share", .real), Query.Column("bytes", .blob),
                Query.Column("note", .text),
            ])
    ]
    let importers = [
        Importer("people", columns: ["amount"]) { text, tenant in
            try text.split(separator: "\n").dropFirst().enumerated().map { index, line in
                guard let amount = Int64(line) else {
                    throw ImportProblem(
                        line: index + 2, column: "amount", reason: "is not an amount")
                }
                return RowChange(
                    table: 1, key: .derived("person", [tenant.bytes, Array(line.utf8)]),
                    kind: .insert, puts: [RowChange.Put(1, .integer(amount))])
            }
        }
    ]

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] { ["all"] }

    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) -> ScopeSet { .all }

    func judge(_ submission: Submission, in view: any TenantView) -> Verdict { .accept }

    func consequences(of submission: Submission, in view: any TenantView) -> [RowChange] { [] }
}
