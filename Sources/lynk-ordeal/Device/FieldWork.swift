import Foundation
import GRDB
import Lynk
import LynkHistory
import LynkPayments

/// What one change set writes: as statements, and as cells for the history.
struct FieldWork {
    struct Statement {
        let sql: String
        let arguments: StatementArguments
    }

    var cells: [Cell] = []
    var statements: [Statement] = []

    /// - Returns: `nil` when there is nothing yet that could be written to.
    static func draw(
        _ name: String, _ role: Role, _ user: UserID, _ shown: [String: Cell], _ replica: Replica,
        _ random: inout SeededRandom
    ) -> FieldWork? {
        // Sorted, so that the same seed draws the same rows of the same state.
        let keys = shown.keys.sorted()
        let retailers = RowName.rows("retailer", keys)
        let areas = RowName.rows("area", keys)
        guard !retailers.isEmpty, !areas.isEmpty else { return nil }
        var work = FieldWork()
        let choice = role == .worker ? 90 : random.below(100)
        switch choice {
        case ..<45: work.name(areas[random.below(areas.count)], name)
        case ..<65:
            let first = random.below(areas.count)
            let second = random.below(areas.count)
            work.name(areas[first], name)
            if second != first { work.name(areas[second], name) }
        case ..<80:
            let retailer = retailers[random.below(retailers.count)]
            for field in ["name", "phone"] { work.update("retailer", retailer, field, name) }
        case ..<86 where areas.count < 60:
            for _ in 0..<2 { work.newArea(replica.mintKey(), name) }
        default:
            for part in 0...random.below(5) / 4 {
                work.pay(
                    replica.mintKey(), retailers[random.below(retailers.count)], user,
                    Int64(100 + random.below(500_000)), "\(name)/\(part)")
            }
        }
        return work
    }

    private mutating func name(_ area: String, _ name: String) {
        update("area", area, "name", name)
    }

    private mutating func update(
        _ table: String, _ row: String, _ field: String, _ value: String
    ) {
        cells.append(Cell("\(table)/\(row)/\(field)", value))
        statements.append(
            Statement(
                sql: "UPDATE \(table) SET \(field) = ? WHERE id = ?",
                arguments: [value, RowName.bytes(row)]))
    }

    private mutating func newArea(_ key: RowKey, _ name: String) {
        cells.append(Cell("area/\(RowName.text(key))/name", name))
        statements.append(
            Statement(
                sql: "INSERT INTO area (id, name) VALUES (?, ?)",
                arguments: [Data(key.bytes), name]))
    }

    private mutating func pay(
        _ key: RowKey, _ retailer: String, _ user: UserID, _ amount: Int64, _ receipt: String
    ) {
        cells.append(
            Cell("payment/\(RowName.text(user))/\(RowName.text(key))", receipt, amount: amount))
        statements.append(
            Statement(
                sql: """
                    INSERT INTO payment (id, retailer, worker, amount, currency, method,
                        receipt_no, claimed_at, lifecycle)
                    VALUES (?, ?, ?, ?, 'INR', 'CASH', ?, ?, 'COMPLETED')
                    """,
                arguments: [
                    Data(key.bytes), RowName.bytes(retailer), Data(user.bytes), amount, receipt,
                    SystemReplicaClock().read().wallMilliseconds,
                ]))
    }
}

/// Rows as keys of a history: `table/row/field`, and `payment/worker/row`.
enum RowName {
    static func text(_ key: RowKey) -> String { text(key.bytes) }
    static func text(_ user: UserID) -> String { text(user.bytes) }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    static func bytes(_ text: String) -> Data {
        var bytes: [UInt8] = []
        var rest = Substring(text)
        while rest.count >= 2 {
            bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return Data(bytes)
    }

    /// The rows of a table that some keys are about.
    static func rows(_ table: String, _ keys: [String]) -> [String] {
        var rows: [String] = []
        for key in keys where key.hasPrefix(table + "/") {
            let row = String(key.split(separator: "/")[1])
            if rows.last != row { rows.append(row) }
        }
        return rows
    }

    /// Everything that the history is about, from one snapshot.
    static func cells(_ database: Database) throws -> [Cell] {
        var cells: [Cell] = []
        for (table, fields) in [("area", ["name"]), ("retailer", ["name", "phone"])] {
            let sql = "SELECT id, \(fields.joined(separator: ", ")) FROM \(table)"
            for row in try Row.fetchAll(database, sql: sql) {
                let id = text(row["id"] as Data)
                for field in fields {
                    guard let value = row[field] as String? else { continue }
                    cells.append(Cell("\(table)/\(id)/\(field)", value))
                }
            }
        }
        let payments = "SELECT id, worker, receipt_no, amount FROM payment"
        for row in try Row.fetchAll(database, sql: payments) {
            cells.append(
                Cell(
                    "payment/\(text(row["worker"] as Data))/\(text(row["id"] as Data))",
                    row["receipt_no"], amount: row["amount"]))
        }
        return cells
    }
}
