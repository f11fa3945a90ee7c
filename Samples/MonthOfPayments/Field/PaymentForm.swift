import Foundation
import GRDB
import Lynk
import LynkPayments

/// One payment as the worker's screen fills it in: what was handed over, and what the device
/// expects it to cover, from the rows that it has.
struct PaymentForm {
    private let record: PaymentRecord
    private let claimedAt: Int64
    private let number: Int

    /// - Parameters:
    ///   - claimedAt: what the device's wall clock shows.
    ///   - number: of the receipt, counted per device.
    init(_ record: PaymentRecord, claimedAt: Int64, number: Int) {
        self.record = record
        self.claimedAt = claimedAt
        self.number = number
    }

    func insert(into database: Database) throws {
        let retailer = try Row.fetchOne(
            database, sql: "SELECT name, area FROM retailer WHERE id = ?",
            arguments: [data(record.retailer)])
        let worker = try String.fetchOne(
            database, sql: "SELECT name FROM worker WHERE id = ?", arguments: [data(record.worker)])
        try database.execute(
            sql: """
                INSERT INTO payment (id, retailer, worker, amount, currency, method, reference,
                    receipt_no, claimed_at, provisional, retailer_name, worker_name, area,
                    lifecycle)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'COMPLETED')
                """,
            arguments: [
                data(record.key), data(record.retailer), data(record.worker), record.amount,
                record.currency, record.method.rawValue, record.reference, receiptNumber,
                claimedAt, try provisional(database), retailer?["name"] as String? ?? "",
                worker ?? "", retailer?["area"] as Data?,
            ])
    }

    /// The worker's key ends in chance, so eight digits of it tell the devices of a tenant apart.
    private var receiptNumber: String {
        "\(record.worker.description.suffix(8).uppercased())-\(number)"
    }

    private func provisional(_ database: Database) throws -> String {
        let invoices = try rows(database, PaymentDesk.openInvoices).compactMap { OpenInvoice($0) }
        let pending = try rows(database, PaymentDesk.pendingProvisionals)
            .compactMap { $0.first?.textValue }
        let spread = PaymentDesk.provisional(record.amount, over: invoices, pending: pending)
        return ProvisionalAllocation.text(spread.pieces)
    }

    private func rows(_ database: Database, _ query: Query) throws -> [[Value]] {
        try Row.fetchAll(
            database, sql: query.sql, arguments: ["retailer": data(record.retailer)]
        ).map { row in
            query.columns.indices.map { column in
                switch row.databaseValues[row.index(row.startIndex, offsetBy: column)].storage {
                case .null: .null
                case .int64(let number): .integer(number)
                case .double(let number): .real(number)
                case .string(let text): .text(text)
                case .blob(let bytes): .blob(Array(bytes))
                }
            }
        }
    }

    private func data(_ key: RowKey) -> Data { Data(key.bytes) }
}
