import LynkCore
import LynkEngine
import LynkPayments
import LynkStore

/// A table of the payments application by the names that it shows to the world: fields may be
/// added to it, and the workload and its checkers go on.
struct BookTable: Sendable {
    let schema: TableSchema

    static let tenantProfile = BookTable("tenant_profile")
    static let area = BookTable("area")
    static let worker = BookTable("worker")
    static let retailer = BookTable("retailer")
    static let invoice = BookTable("invoice")
    static let payment = BookTable("payment")
    static let allocation = BookTable("allocation")
    static let journalEntry = BookTable("journal_entry")
    static let posting = BookTable("posting")
    static let exception = BookTable("exception")

    /// - Parameter name: a table without this name has no fields, which a test would see.
    private init(_ name: String) {
        schema = Payments().schema.table(named: name) ?? TableSchema(0, name, .mutable, [])
    }

    var id: TableID { schema.id }

    /// What a transaction says of these fields; a name that the table does not have is left out.
    func puts(_ values: KeyValuePairs<String, Value>) -> [RowChange.Put] {
        values.compactMap { name, value in
            schema.ordinal(named: name).map { RowChange.Put(schema.fields[$0].id, value) }
        }
    }

    func value(_ name: String, in change: RowChange) -> Value? {
        schema.ordinal(named: name).flatMap { change.put(schema.fields[$0].id) }
    }

    func birth(_ key: RowKey, _ values: KeyValuePairs<String, Value>) -> RowChange {
        RowChange(table: id, key: key, kind: .insert, puts: puts(values))
    }

    func update(_ key: RowKey, _ values: KeyValuePairs<String, Value>) -> RowChange {
        RowChange(table: id, key: key, kind: .update, puts: puts(values))
    }
}

/// A row of such a table.
struct BookRow {
    let key: RowKey
    let values: [Value]
    let table: BookTable

    subscript(name: String) -> Value {
        table.schema.ordinal(named: name).map { values[$0] } ?? .null
    }

    func money(_ name: String) -> Int64 { self[name].integerValue ?? 0 }
    func text(_ name: String) -> String { self[name].textValue ?? "" }

    /// Keys of a column of keys, in text.
    func keys(_ name: String) -> [RowKey] {
        text(name).split { $0 == " " || $0 == "," }.compactMap { RowKey($0) }
    }
}

extension World {
    /// The hub's rows, in key order.
    func books(_ table: BookTable) -> [BookRow] {
        hub.presentRows(table.id).map {
            BookRow(key: $0.key, values: $0.values, table: table)
        }
    }
}

extension SimulatedDevice {
    /// What the device shows, in key order.
    func books(_ table: BookTable) -> [BookRow] {
        replica.rows(table.id).map { BookRow(key: $0.key, values: $0.values, table: table) }
    }

    /// As the hub last gave them.
    func confirmedBooks(_ table: BookTable) -> [BookRow] {
        replica.confirmedRows(table.id).map {
            BookRow(key: $0.key, values: $0.values, table: table)
        }
    }

    /// The person as a row is named by it.
    var person: RowKey { RowKey(high: principal.user.high, low: principal.user.low) }
}
