import LynkCore

/// A small application for the engine's tests: shops with every kind of field, and visits as
/// facts. A user sees the shops of its own district, and its own visits.
struct ShopApplication: Application {
    static let shop = TableSchema(
        1, "shop", .mutable,
        [
            FieldSchema(1, "district", .text, .immutable),
            FieldSchema(2, "name", .text),
            FieldSchema(3, "phone", .text),
            FieldSchema(4, "visits", .integer, .counter, default: 0),
            FieldSchema(
                5, "status", .text, .lattice(Lattice(["NEW", "OPEN", "CLOSED"])), default: "NEW"),
            FieldSchema(6, "score", .integer, by: .hub),
        ],
        indexes: [IndexSchema("shop_district", ["district"])])
    static let visit = TableSchema(
        2, "visit", .appendOnly,
        [
            FieldSchema(1, "shop", .key, .immutable),
            FieldSchema(2, "amount", .money, .immutable),
            FieldSchema(3, "visitor", .key, .immutable),
        ])

    let schema = Schema("shops", version: 1, [shop, visit])
    let roles = ["worker", "office"]
    let queries: [Query] = []
    let importers: [Importer] = []

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        switch table.id {
        case 1: [Scope("district/\(values[0].textValue ?? "none")")]
        default: [Scope("visitor/\(values[2].keyValue.map(\.description) ?? "none")")]
        }
    }

    /// The low half of a user's id is its district's number.
    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        if principal.role == "office" { return .all }
        let own = Scope("visitor/\(principal.user)")
        return .only([Scope("district/\(principal.user.low)"), own])
    }

    func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict {
        for change in submission.changes where change.put(2) == .text("FORBIDDEN") {
            return .reject(Problem(.notAuthorized, "that name"))
        }
        let born = Set(submission.changes.filter { $0.kind == .insert }.map(\.key))
        let absent = try submission.changes.filter { $0.table == 2 }
            .compactMap { $0.put(1)?.keyValue }
            .filter { try !born.contains($0) && view.row(1, $0) == nil }
            .map { RowName(table: 1, key: $0) }
        return absent.isEmpty ? .accept : .absent(absent, otherwise: .accept)
    }

    /// The hub scores a shop by the money of its visits.
    func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange] {
        var changes: [RowChange] = []
        for change in submission.changes where change.table == 2 {
            guard let shop = change.put(1)?.keyValue, let row = try view.row(1, shop),
                let amount = change.put(2)?.integerValue
            else { continue }
            let score = (row.values[5].integerValue ?? 0) + amount
            changes.append(
                RowChange(
                    table: 1, key: shop, kind: .update, puts: [.init(6, .integer(score))]))
        }
        return changes
    }
}
