import LynkCore

/// The payment row that all lines move: nine columns and a key, about 105 bytes, one scope.
struct PaymentRows: Application {
    static let table = TableSchema(
        1, "payment", .appendOnly,
        [
            FieldSchema(1, "retailer", .key, .immutable),
            FieldSchema(2, "worker", .key, .immutable),
            FieldSchema(3, "amount", .money, .immutable),
            FieldSchema(4, "currency", .text, .immutable),
            FieldSchema(5, "method", .text, .immutable),
            FieldSchema(6, "reference", .text, .immutable),
            FieldSchema(7, "claimed_at", .integer, .immutable),
            FieldSchema(8, "receipt_no", .text, .immutable),
            FieldSchema(9, "lifecycle", .text, .immutable),
        ])

    let schema = Schema("bench", version: 1, [table])
    let roles = ["worker"]
    let queries: [Query] = []
    let importers: [Importer] = []

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] { ["payments"] }

    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet { .only(["payments"]) }

    func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict { .accept }

    func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange] { [] }
}

/// A row as values, the same for Lynk and for plain SQLite.
struct PaymentRow {
    let key: RowKey
    let values: [Value]

    /// The `number`-th row: a pure function, so that all runs move the same bytes.
    init(_ number: Int) {
        let mixed = UInt64(number &+ 1) &* 0x9E37_79B9_7F4A_7C15
        let time = 1_790_000_000_000 + Int64(number) * 700
        key = RowKey(milliseconds: UInt64(time), chance: (mixed >> 40, mixed))
        let retailer = RowKey(high: 0x0197_0000_0000_7000, low: mixed % 20)
        let worker = RowKey(high: 0x0197_0000_0001_7000, low: mixed % 5)
        let digits = String(mixed % 1_000_000_000_000)
        values = [
            .key(retailer), .key(worker), .integer(Int64(mixed % 40) * 50_000 + 50_000), "INR",
            .text(["CASH", "UPI", "CHEQUE"][number % 3]),
            .text(String(repeating: "0", count: 12 - digits.count) + digits), .integer(time),
            .text("W\(mixed % 5)-\(number)"), "COMPLETED",
        ]
    }

    var change: RowChange {
        RowChange(
            table: PaymentRows.table.id, key: key, kind: .insert,
            puts: zip(PaymentRows.table.fields, values).map { .init($0.id, $1) })
    }
}
