import LynkCore
import LynkEngine
import LynkWire
import TestSupport

@testable import LynkStore

/// One application at a version of its schema. Every table's first field is its area, which is
/// its scope; who has the role `all` sees every area, others the areas `a` and, unless the role
/// is `narrow`, `b`.
struct GrowingApplication: Application {
    let schema: Schema
    let roles = ["all", "worker", "narrow"]
    let queries: [Query] = []
    let importers: [Importer] = []

    init(_ schema: Schema) { self.schema = schema }

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] { [Scope(values[0].textValue ?? "none")] }

    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) -> ScopeSet {
        switch principal.role {
        case "all": .all
        case "narrow": .only(["a"])
        default: .only(["a", "b"])
        }
    }

    func judge(_ submission: Submission, in view: any TenantView) -> Verdict { .accept }

    func consequences(of submission: Submission, in view: any TenantView) -> [RowChange] { [] }
}

/// Versions of one schema, each with what the one before has.
enum Growth {
    static let area = FieldSchema(1, "area", .text, .immutable)
    static let name = FieldSchema(2, "name", .text)
    static let count = FieldSchema(4, "count", .integer, .counter, default: 3)
    static let state = FieldSchema(5, "state", .text, default: "new")
    static let memo = FieldSchema(6, "memo", .text)
    static let amount = FieldSchema(2, "amount", .money, .immutable)
    static let method = FieldSchema(3, "method", .text, .immutable, default: "cash")

    /// 1: items. 2: three more fields. 3: payments.
    static func schema(_ version: UInt32) -> Schema {
        let item = TableSchema(
            1, "item", .mutable,
            version < 2 ? [area, name] : [area, name, count, state, memo])
        let payment = TableSchema(
            2, "payment", .appendOnly, [area, amount, method])
        return Schema("growing", version: version, version < 3 ? [item] : [item, payment])
    }

    static func application(_ version: UInt32) -> GrowingApplication {
        GrowingApplication(schema(version))
    }

    /// Versions 1 to `count` of a schema that grows by chance.
    static func random(_ count: Int, _ random: inout SeededGenerator) -> [Schema] {
        var tables = [TableSchema(1, "t1", .mutable, [area, name])]
        return (1...count).map { version in
            if version > 1 {
                for _ in 0...Int.random(in: 0...2, using: &random) {
                    tables = grown(tables, &random)
                }
            }
            return Schema("random", version: UInt32(version), tables)
        }
    }

    private static func grown(
        _ tables: [TableSchema], _ random: inout SeededGenerator
    ) -> [TableSchema] {
        if Int.random(in: 0..<3, using: &random) == 0 {
            let id = TableID(tables.count + 1)
            let facts = Bool.random(using: &random)
            return tables + [
                TableSchema(
                    id, "t\(id)", facts ? .appendOnly : .mutable,
                    [area, field(2, isFact: facts, &random)])
            ]
        }
        var tables = tables
        let index = Int.random(in: tables.indices, using: &random)
        let table = tables[index]
        let last = table.fields.last?.id ?? 0
        let id = last + FieldID.random(in: 1...3, using: &random)
        tables[index] = TableSchema(
            table.id, table.name, table.kind,
            table.fields + [field(id, isFact: table.kind == .appendOnly, &random)])
        return tables
    }

    private static func field(
        _ id: FieldID, isFact: Bool, _ random: inout SeededGenerator
    ) -> FieldSchema {
        let name = "f\(id)"
        if isFact {
            return FieldSchema(
                id, name, .integer, .immutable, default: Bool.random(using: &random) ? 7 : .null)
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return FieldSchema(id, name, .integer, .counter, default: 0)
        case 1: return FieldSchema(id, name, .integer, .maximum, default: 5)
        case 2: return FieldSchema(id, name, .text, default: "it's")
        case 3: return FieldSchema(id, name, .integer, .flag(.enableWins), default: 0)
        default: return FieldSchema(id, name, .text)
        }
    }
}

extension TwinDevice {
    /// One exchange; how many bytes of pages it brought.
    func pull() throws -> (report: ApplyReport?, pageBytes: Int) {
        let frames = try serve(request())
        let bytes = frames.reduce(0) { sum, frame in
            guard case .page(let page) = frame else { return sum }
            return sum + page.count
        }
        return (try receive(frames[...]), bytes)
    }

    /// The same device with another role.
    func asking(as role: String) -> TwinDevice {
        TwinDevice(
            world: world,
            principal: Principal(
                tenant: principal.tenant, device: principal.device, user: principal.user,
                role: role), fixture: fixture, clock: clock)
    }

    /// What every confirmed row is, by the numbers of its fields: the same for all who know them.
    func meaning(_ schema: Schema) throws -> [String] {
        try schema.tables.flatMap { table in
            try fixture.confirmed(table).map { "\(table.id) \($0.meaning)" }
        }
    }
}
