import GRDB
import Lynk
import LynkPayments

/// A collection at a shop, written without a network: who paid how much, what the payer said it
/// was for, and what this device expects it to cover.
struct Collection {
    let key: RowKey
    let retailer: RetailerRecord
    let worker: RowKey
    let amount: Int64
    let method: PaymentMethod
    let reference: String
    /// Invoices that the payer named.
    let intent: [RowKey]
    let claimedMilliseconds: Int64
    let lifecycle: Lifecycle

    /// What the device expects the payment to cover.
    struct Expectation {
        let pieces: [(invoice: String, amount: Int64)]
        let unapplied: Int64
        fileprivate let text: String
    }

    /// A short number for the payer's slip. It follows from the key, so no two devices, not even
    /// a device and its copy, ever give the same one.
    var receiptNumber: String {
        let digits = String(describing: key).filter { $0 != "-" }.suffix(12).uppercased()
        return stride(from: 0, to: 12, by: 4).map { start in
            String(digits.dropFirst(start).prefix(4))
        }.joined(separator: "-")
    }

    /// Spreads the amount over what is open here, own unbooked payments deducted.
    func expectation(in database: Database) throws -> Expectation {
        let of: [String: Value] = ["retailer": .key(retailer.key)]
        let invoices = try database.values(PaymentDesk.openInvoices, of)
            .compactMap { OpenInvoice($0) }
        let pending = try database.values(PaymentDesk.pendingProvisionals, of)
            .compactMap { $0.first?.textValue }
        let order = try database.values("SELECT allocation_order FROM tenant_profile LIMIT 1")
            .first?.first?.textValue.flatMap { AllocationOrder(rawValue: $0) }
        let (pieces, unapplied) = PaymentDesk.provisional(
            amount, over: invoices, pending: pending, intent: intent, order: order ?? .issueDate)
        let numbers = Dictionary(
            invoices.map { ($0.key, $0.number) }, uniquingKeysWith: { first, _ in first })
        return Expectation(
            pieces: pieces.map { (numbers[$0.invoice] ?? "\($0.invoice)", $0.amount) },
            unapplied: unapplied, text: ProvisionalAllocation.text(pieces))
    }

    /// Inserts the payment. Columns that only the hub writes are left at their defaults.
    func insert(in database: Database, expecting expectation: Expectation) throws {
        let workerName = try database.values(
            "SELECT name FROM worker WHERE id = ?", [Value.key(worker).database]
        ).first?.first?.textValue
        let isCompleted = lifecycle == .completed
        let fields: KeyValuePairs<String, Value> = [
            "id": .key(key), "retailer": .key(retailer.key), "worker": .key(worker),
            "amount": .integer(amount), "method": .text(method.rawValue),
            "reference": .text(reference), "receipt_no": .text(receiptNumber),
            "claimed_at": .integer(claimedMilliseconds),
            "intent": .text(PaymentDesk.intentText(intent)),
            "provisional": .text(isCompleted ? expectation.text : ""),
            "retailer_name": .text(retailer.name), "worker_name": .text(workerName ?? ""),
            "area": retailer.area, "lifecycle": .text(lifecycle.rawValue),
        ]
        let names = fields.map(\.key).joined(separator: ", ")
        let marks = fields.map { _ in "?" }.joined(separator: ", ")
        try database.execute(
            sql: "INSERT INTO payment (\(names)) VALUES (\(marks))",
            arguments: StatementArguments(fields.map { $0.value.database }))
    }
}
