import GRDB
import Lynk

/// A shop as this device has it.
struct RetailerRecord {
    let key: RowKey
    let code: String
    let name: String
    let area: Value

    /// - Throws: ``Problem`` `row_unknown` when this device has no active shop of that code.
    static func named(_ code: String, in database: Database) throws -> RetailerRecord {
        let rows = try database.values(
            "SELECT id, code, name, area FROM retailer WHERE code = ? AND active = 1 ORDER BY id",
            [code])
        guard let row = rows.first, let key = row[0].keyValue else {
            throw Problem(
                .rowUnknown, "no retailer \(code) on this device; lynk retailers lists them")
        }
        guard rows.count == 1 else {
            throw Problem(.valueInvalid, "\(rows.count) retailers have the code \(code)")
        }
        return RetailerRecord(
            key: key, code: row[1].textValue ?? "", name: row[2].textValue ?? "", area: row[3])
    }
}
