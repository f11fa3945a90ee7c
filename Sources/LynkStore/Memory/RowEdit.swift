public import LynkCore
import LynkEngine

/// One statement of a local write, as SQL would say it: fields get whole values.
///
/// As with SQL, an update or delete of a row that is not there does nothing; the change that is
/// sent is the net effect of all edits of the write.
public enum RowEdit: Hashable, Sendable {
    /// Fields that are not named get their defaults.
    case insert(TableID, RowKey, [RowChange.Put])
    case update(TableID, RowKey, [RowChange.Put])
    /// Adds to a number as it is shown.
    case add(TableID, RowKey, FieldID, Int64)
    case delete(TableID, RowKey)

    var name: RowName {
        switch self {
        case .insert(let table, let key, _), .update(let table, let key, _),
            .add(let table, let key, _, _), .delete(let table, let key):
            RowName(table: table, key: key)
        }
    }
}

/// The rows that a local write touches, before and after its edits.
struct WorkingRows {
    private let schema: Schema
    /// In the order of first touch, which is the order in the change set.
    private var touched: [RowName] = []
    private var before: [RowName: [Value]?] = [:]
    private var after: [RowName: [Value]?] = [:]

    init(_ schema: Schema) { self.schema = schema }

    /// - Parameter shown: the row's values as the device shows them.
    /// - Throws: ``Problem`` for a statement that SQL would refuse by itself.
    mutating func apply(_ edit: RowEdit, shown: (TableSchema, RowKey) -> [Value]?) throws {
        let name = edit.name
        guard let table = schema.table(name.table) else {
            throw Problem(.schemaUnknown, "table \(name.table)")
        }
        if before[name] == nil {
            let values = shown(table, name.key)
            touched.append(name)
            before.updateValue(values, forKey: name)
            after.updateValue(values, forKey: name)
        }
        let current = after[name] ?? nil
        switch edit {
        case .insert(_, _, let puts):
            guard current == nil else {
                throw Problem(.alreadyExists, "\(table.name) \(name.key)")
            }
            after[name] = try Self.put(puts, into: table.defaults, of: table)
        case .update(_, _, let puts):
            guard let current else { return }
            after[name] = try Self.put(puts, into: current, of: table)
        case .add(_, _, let field, let delta):
            guard var values = current else { return }
            guard let ordinal = table.ordinal(of: field) else { throw Self.unknown(field, table) }
            guard let number = values[ordinal].integerValue else { return }
            let (sum, overflow) = number.addingReportingOverflow(delta)
            guard !overflow else { throw Problem(.counterOverflow, table.fields[ordinal].name) }
            values[ordinal] = .integer(sum)
            after[name] = values
        case .delete:
            after.updateValue(nil, forKey: name)
        }
    }

    private static func put(
        _ puts: [RowChange.Put], into values: [Value], of table: TableSchema
    ) throws -> [Value] {
        var values = values
        for put in puts {
            guard let ordinal = table.ordinal(of: put.field) else {
                throw unknown(put.field, table)
            }
            values[ordinal] = put.value
        }
        return values
    }

    private static func unknown(_ field: FieldID, _ table: TableSchema) -> Problem {
        Problem(.schemaUnknown, "field \(field) of \(table.name)")
    }

    /// The net effect.
    ///
    /// - Throws: ``Problem`` for an effect that the schema does not allow.
    func changes() throws -> [RowChange] {
        try touched.compactMap { name in
            guard let table = schema.table(name.table) else { return nil }
            return try LocalEffect.change(
                name.key, of: table, from: before[name] ?? nil, to: after[name] ?? nil)
        }
    }
}
