import LynkCore

/// The statements for one synced table. Identifiers are safe: a schema's names are checked words.
struct TableSQL: Sendable {
    let schema: TableSchema
    /// Columns of every select: rowid, key, stamp record, then the fields.
    static let firstField: Int32 = 3
    let selectByKey: String
    let selectByRow: String
    let selectAll: String
    /// Rows from a key on, in key order; and those before a second key.
    let selectFrom: String
    let selectBetween: String
    /// The keys of rows without a stamp.
    let selectPending: String
    /// Parameters: key, fields, stamp. Does nothing when the key is there.
    let insert: String
    let delete: String
    let setStamp: String

    init(_ schema: TableSchema) {
        self.schema = schema
        let columns = (["rowid", "id", "_stamp"] + schema.fields.map(\.name))
            .joined(separator: ", ")
        let from = "SELECT \(columns) FROM \(schema.name)"
        selectByKey = "\(from) WHERE id = ?"
        selectByRow = "\(from) WHERE rowid = ?"
        selectAll = from
        selectFrom = "\(from) WHERE id >= ? ORDER BY id"
        selectBetween = "\(from) WHERE id >= ? AND id < ? ORDER BY id"
        selectPending = "SELECT id FROM \(schema.name) WHERE _stamp IS NULL"
        let marks = Array(repeating: "?", count: schema.fields.count + 2).joined(separator: ", ")
        let names = (["id"] + schema.fields.map(\.name) + ["_stamp"]).joined(separator: ", ")
        insert = "INSERT INTO \(schema.name) (\(names)) VALUES (\(marks)) ON CONFLICT DO NOTHING"
        delete = "DELETE FROM \(schema.name) WHERE rowid = ?"
        setStamp = "UPDATE \(schema.name) SET _stamp = ? WHERE rowid = ?"
    }

    /// Parameters: the changed fields in order, stamp, rowid. Unchanged columns are not named, so
    /// their indexes are not touched.
    func update(_ ordinals: [Int]) -> String {
        let sets = ordinals.map { "\(schema.fields[$0].name) = ?" } + ["_stamp = ?"]
        return "UPDATE \(schema.name) SET \(sets.joined(separator: ", ")) WHERE rowid = ?"
    }

    func select(index: IndexSchema, count: Int) -> String {
        let terms = index.fields.prefix(count).map { "\($0) IS ?" }
        let order = (index.fields + ["id"]).joined(separator: ", ")
        let filter = terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
        return "\(selectAll)\(filter) ORDER BY \(order) LIMIT ?"
    }

    /// The table and its declared indexes; what is there already stays. The stamp comes before the
    /// fields, so that a field which a later schema adds is the last column, as in its schema.
    func definitions(constraint: String? = nil) -> [String] {
        let key = "id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16)"
        let columns =
            ([key, "_stamp BLOB"] + schema.fields.map(\.definition)
            + (constraint.map { [$0] } ?? []))
            .joined(separator: ", ")
        return ["CREATE TABLE IF NOT EXISTS \(schema.name) (\(columns)) STRICT"]
            + schema.indexes.map { index in
                let fields = index.fields.joined(separator: ", ")
                return "CREATE INDEX IF NOT EXISTS \(index.name) ON \(schema.name) (\(fields))"
            }
    }
}

extension FieldSchema {
    /// The column as SQL; the default is a literal of our own declaration.
    var definition: String {
        let affinity =
            switch type {
            case .integer, .money: "INTEGER"
            case .text: "TEXT"
            case .blob, .key: "BLOB"
            case .real: "REAL"
            }
        let literal: String? =
            switch defaultValue {
            case .null: nil
            case .integer(let number): String(number)
            case .real(let number): String(number)
            case .text(let text):
                "'"
                    + text.split(separator: "'", omittingEmptySubsequences: false)
                    .joined(separator: "''") + "'"
            case .blob(let bytes): "X'\(hexadecimal(bytes))'"
            }
        return literal.map { "\(name) \(affinity) DEFAULT \($0)" } ?? "\(name) \(affinity)"
    }
}
