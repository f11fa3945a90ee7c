import Foundation
import GRDB
import Lynk
import LynkPayments

extension Database {
    /// Every row of a query that is read page by page.
    func everything(
        _ query: Query, _ arguments: [String: Value], of tenant: TenantID
    ) throws -> [[Value]] {
        var rows: [[Value]] = []
        var cursor: String?
        repeat {
            let limit = Limits.queryPageRowsMax
            let bound = try query.pageArguments(
                arguments, after: cursor, limit: limit, tenant: tenant)
            let page = try query.page(
                of: values(query, bound), arguments: arguments, limit: limit, tenant: tenant)
            rows += page.rows
            cursor = page.next
        } while cursor != nil
        return rows
    }

    /// The wholesaler as documents name it.
    func tenantOfReceipts() throws -> PaymentReceipt.Tenant {
        let row =
            try values(
                """
                SELECT coalesce(nullif(legal_name, ''), name, ''),
                  coalesce(nullif(address, ''), district, ''), coalesce(gstin, '')
                FROM tenant_profile LIMIT 1
                """
            ).first ?? []
        func text(_ column: Int) -> String { column < row.count ? row[column].textValue ?? "" : "" }
        return PaymentReceipt.Tenant(name: text(0), address: text(1), gstin: text(2))
    }
}

extension Replica {
    /// Who works on this replica.
    ///
    /// - Throws: ``Problem`` `not_enrolled`.
    func person() throws -> Principal {
        guard let principal = try enrolment()?.principal else { throw Problem(.notEnrolled) }
        return principal
    }

    /// The same, when it is somebody of the office.
    ///
    /// - Throws: ``Problem`` `not_authorized` for a replica that has not all rows.
    func officePerson(writes: Bool = false) throws -> Principal {
        let person = try person()
        let roles: Set<String> = writes ? ["admin", "cashier"] : ["admin", "cashier", "auditor"]
        guard roles.contains(person.role) else {
            throw Problem(
                .notAuthorized,
                "only the office's replica has this; this one is a \(person.role)'s")
        }
        return person
    }
}

extension Principal {
    var userKey: RowKey { RowKey(high: user.high, low: user.low) }
}

/// A collector as this device has him.
enum WorkerRecord {
    /// Finds a worker by name or id.
    ///
    /// - Throws: ``Problem`` `row_unknown`, or `value_invalid` for a name that several have.
    static func named(
        _ name: String, in database: Database
    ) throws -> (key: RowKey, name: String) {
        let key: Value = RowKey(name).map { .key($0) } ?? .null
        let rows = try database.values(
            """
            SELECT id, name FROM worker WHERE id = ? OR lower(name) = lower(?)
            UNION SELECT id, name FROM user_account WHERE id = ? OR lower(name) = lower(?)
            """,
            [key.database, name.databaseValue, key.database, name.databaseValue])
        guard let row = rows.first, let key = row[0].keyValue else {
            throw Problem(.rowUnknown, "no worker \(name) on this device")
        }
        guard rows.count == 1 else {
            throw Problem(.valueInvalid, "\(rows.count) people are called \(name); use the id")
        }
        return (key, row[1].textValue ?? name)
    }
}

/// Days and amounts as people type them.
enum Typed {
    /// A day, or today where none is given.
    static func day(_ text: String?) throws -> CivilDay {
        guard let text else {
            return CivilDay(milliseconds: SystemReplicaClock().read().wallMilliseconds)
        }
        guard let day = CivilDay(text) else {
            throw Problem(.parameterInvalid, "\(text) is no day; write it as 2026-11-02")
        }
        return day
    }

    static func rupees(_ text: String) throws -> Int64 {
        guard let paise = Rupees.paise(text) else {
            throw Problem(
                .parameterInvalid, "\(text) is not an amount in rupees; write 48,500 or 48500.50")
        }
        return paise
    }

    /// Writes a document to a file, or prints it.
    static func write(_ document: String, to file: String?) throws {
        guard let file else { return print(document, terminator: "") }
        try write(Array(document.utf8), to: file)
    }

    static func write(_ bytes: [UInt8], to file: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw Problem(.parameterInvalid, "\(file) cannot be written")
        }
        print("Written to \(file).")
    }
}
