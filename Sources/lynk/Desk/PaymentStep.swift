import GRDB
import Lynk
import LynkPayments

/// A step in the life of a payment that is on this device.
enum PaymentStep {
    /// Finds a payment by its receipt number or its id.
    ///
    /// - Returns: its key and how far it came.
    static func find(
        _ name: String, in database: Database
    ) throws -> (key: RowKey, receipt: String, lifecycle: String) {
        let key: Value = RowKey(name).map { .key($0) } ?? .null
        let rows = try database.values(
            "SELECT id, receipt_no, lifecycle FROM payment WHERE receipt_no = ? OR id = ?",
            [name.uppercased().databaseValue, key.database])
        guard let row = rows.first, let key = row[0].keyValue else {
            throw Problem(.rowUnknown, "no payment \(name) on this device")
        }
        guard rows.count == 1 else {
            throw Problem(.valueInvalid, "\(rows.count) payments are called \(name); use the id")
        }
        return (key, row[1].textValue ?? name, row[2].textValue ?? "")
    }

    /// Moves a payment to a higher state of its life.
    ///
    /// - Throws: ``Problem`` `value_invalid` for a step that cannot be: the hub would refuse it.
    static func move(
        _ name: String, to next: Lifecycle, in database: Database
    ) throws -> String {
        let payment = try find(name, in: database)
        let now = Lifecycle.lattice.rank(.text(payment.lifecycle)) ?? 0
        guard let rank = Lifecycle.lattice.rank(.text(next.rawValue)), rank > now,
            !(payment.lifecycle == Lifecycle.cancelled.rawValue)
        else {
            throw Problem(
                .valueInvalid,
                "payment \(payment.receipt) is \(payment.lifecycle) and cannot become "
                    + "\(next.rawValue); a completed one is reversed by the office")
        }
        try database.execute(
            sql: "UPDATE payment SET lifecycle = ? WHERE id = ?",
            arguments: [next.rawValue, Value.key(payment.key).database])
        return payment.receipt
    }
}
