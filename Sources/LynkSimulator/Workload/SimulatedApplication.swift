package import LynkCore

/// The application of the simulated worlds: every merge policy under every policy of deletes,
/// rows of one and of two scopes, who-sees-what in rows, and one figure that the hub derives.
///
/// Texts that a person writes begin with a mark of their area, so that a leak can be seen in the
/// bytes that reach a device: see ``AreaMark``.
package struct SimulatedApplication: Application {
    package let schema: Schema
    package let roles = ["worker", "office"]
    package let queries: [Query] = []
    package let importers: [Importer] = []

    /// - Parameter version: 1, or 2 with the table ``later``.
    package init(version: UInt32) {
        let tables = [Self.member, Self.board, Self.card, Self.pair, Self.entry, Self.tally]
        schema = Schema(
            "simulated", version: version, version > 1 ? tables + [Self.later] : tables)
    }

    static let worst = MergePolicy.custom(name: "worst", version: 1)
    static let states = ["NEW", "OPEN", "CLOSED"]

    /// Who may see an area; written by the office only.
    static let member = TableSchema(
        1, "member", .mutable,
        [
            FieldSchema(1, "person", .key, .immutable),
            FieldSchema(2, "area", .text, .immutable),
            FieldSchema(3, "active", .integer, default: 1),
        ],
        indexes: [IndexSchema("member_person", ["person", "area"])])

    private static let policies = [
        FieldSchema(1, "area", .text, .immutable), FieldSchema(2, "name", .text),
        FieldSchema(3, "origin", .text, .immutable),
        FieldSchema(4, "count", .integer, .counter, default: 0),
        FieldSchema(5, "state", .text, .lattice(Lattice(states)), default: "NEW"),
        FieldSchema(6, "tags", .blob, .set),
        FieldSchema(7, "starred", .integer, .flag(.enableWins), default: 0),
        FieldSchema(8, "open", .integer, .flag(.disableWins), default: 1),
        FieldSchema(9, "opinion", .blob, .multiValue),
        FieldSchema(10, "method", .text, .group("payment")),
        FieldSchema(11, "reference", .text, .group("payment")),
        FieldSchema(12, "highest", .integer, .maximum),
        FieldSchema(13, "lowest", .integer, .minimum),
        FieldSchema(14, "severity", .integer, worst, default: 0),
    ]
    static let board = TableSchema(
        2, "board", .mutable, policies, deletes: .updateWins)
    /// A card may name a board and claims a number within its area.
    static let card = TableSchema(
        3, "card", .mutable,
        policies + [
            FieldSchema(
                15, "board", .key, references: Reference(board.id, onDelete: .setNull)),
            FieldSchema(16, "number", .integer),
        ],
        indexes: [
            IndexSchema("card_board", ["board"]), IndexSchema("card_number", ["area", "number"]),
        ],
        deletes: .deleteWins,
        uniques: [UniqueSchema("card_number", ["area", "number"], loser: .clear)])
    /// Two rows of one area that are only written together, with the same token.
    static let pair = TableSchema(
        4, "pair", .mutable,
        [
            FieldSchema(1, "area", .text, .immutable),
            FieldSchema(2, "side", .integer, .immutable), FieldSchema(3, "token", .text),
        ], deletes: .forbidden)
    /// Facts; one may name another that its author had seen.
    static let entry = TableSchema(
        5, "entry", .appendOnly,
        [
            FieldSchema(1, "area", .text, .immutable), FieldSchema(2, "who", .key, .immutable),
            FieldSchema(3, "text", .text, .immutable),
            FieldSchema(4, "amount", .money, .immutable),
            FieldSchema(5, "cause", .key, .immutable),
        ])
    /// Per area the number and the sum of its entries; derived by the hub.
    static let tally = TableSchema(
        6, "tally", .mutable,
        [
            FieldSchema(1, "area", .text, .immutable, by: .hub),
            FieldSchema(2, "entries", .integer, by: .hub, default: 0),
            FieldSchema(3, "sum", .money, by: .hub, default: 0),
        ], deletes: .forbidden)
    /// What the newer schema adds.
    static let later = TableSchema(
        7, "later", .mutable,
        [FieldSchema(1, "area", .text, .immutable), FieldSchema(2, "name", .text)])

    static func tallyKey(_ area: String) -> RowKey { .derived("tally", [Array(area.utf8)]) }
    static func areaScope(_ area: String) -> Scope { Scope("area/\(area)") }
    static func userScope(_ user: some CustomStringConvertible) -> Scope { Scope("user/\(user)") }

    package func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        switch table.id {
        case Self.member.id: return ["members"]
        case Self.entry.id:
            let area = Self.areaScope(values[0].textValue ?? "none")
            return values[1].keyValue.map { [area, Self.userScope($0)] } ?? [area]
        default: return [Self.areaScope(values[0].textValue ?? "none")]
        }
    }

    package func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        if principal.role == "office" { return .all }
        let rows = try view.rows(
            Self.member.id, index: "member_person", equals: [.key(principal.user)], limit: 100)
        let areas = rows.filter { $0.values[2] == 1 }.compactMap(\.values[1].textValue)
        return .only(Set(areas.map(Self.areaScope) + [Self.userScope(principal.user)]))
    }

    package func resolve(
        _ name: String, version: UInt32, _ left: Value, _ right: Value
    ) throws -> Value {
        guard MergePolicy.custom(name: name, version: version) == Self.worst else {
            throw Problem(.internalFailure, "the policy \(name)/\(version) has no function")
        }
        return (left.integerValue ?? 0) < (right.integerValue ?? 0) ? right : left
    }
}
