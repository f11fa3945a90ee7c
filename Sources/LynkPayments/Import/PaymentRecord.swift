public import LynkCore

/// A row of a file of payments as they happened, for replaying them on devices.
public struct PaymentRecord: Hashable, Sendable {
    /// Whether the worker had a network when the money was taken.
    public enum Origin: String, Hashable, Sendable {
        case online = "ONLINE"
        case offline = "OFFLINE"
    }

    public let key: RowKey
    public let tenant: TenantID
    public let retailer: RowKey
    public let worker: RowKey
    /// In minor units.
    public let amount: Int64
    public let currency: String
    public let method: PaymentMethod
    public let reference: String
    /// Milliseconds since 1970 UTC, as they truly were.
    public let collectedAt: Int64
    /// When the collector's device next had a network.
    public let connectedAt: Int64
    public let origin: Origin
    /// What the device's clock was ahead by, in seconds; less than zero when it was behind.
    public let skewSeconds: Int64

    static let columns = [
        "id", "tenant_id", "retailer_id", "worker_id", "amount_paise", "currency", "method",
        "reference", "collected_at", "connected_at", "origin", "device_clock_skew_seconds",
    ]

    /// Reads a whole file, rows of every tenant, in the order of the file.
    ///
    /// - Throws: ``ImportProblem`` naming line and column; nothing is returned then.
    public static func read(_ text: String) throws -> [PaymentRecord] {
        var table = try ImportTable(text, columns: columns)
        var records: [PaymentRecord] = []
        var lines: [RowKey: Int] = [:]
        while let row = try table.next() {
            let record = try PaymentRecord(row)
            if let first = lines.updateValue(row.line, forKey: record.key) {
                throw row.problem("id", "is there already in line \(first)")
            }
            records.append(record)
        }
        return records
    }

    private init(_ row: ImportRow) throws {
        key = try row.key("id")
        tenant = try row.tenant("tenant_id")
        retailer = try row.key("retailer_id")
        worker = try row.key("worker_id")
        amount = try row.amount("amount_paise")
        currency = row.text("currency")
        guard currency == PaymentLimits.currency else {
            throw row.problem("currency", "only INR is known")
        }
        guard let method = PaymentMethod(inFile: row.text("method")) else {
            throw row.problem("method", "'\(row.text("method"))' is not a method of payment")
        }
        self.method = method
        reference = row.text("reference")
        collectedAt = try row.moment("collected_at")
        connectedAt = try row.moment("connected_at")
        guard connectedAt >= collectedAt else {
            throw row.problem("connected_at", "is before collected_at")
        }
        guard let origin = Origin(rawValue: row.text("origin")) else {
            throw row.problem("origin", "'\(row.text("origin"))' is neither ONLINE nor OFFLINE")
        }
        self.origin = origin
        let day: Int64 = 86_400
        skewSeconds = try row.number("device_clock_skew_seconds", in: -366 * day...366 * day)
    }
}
