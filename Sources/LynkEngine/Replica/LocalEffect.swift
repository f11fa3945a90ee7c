public import LynkCore

/// The net effect of a local transaction on one row, as the change that is sent
/// (Protocol/03-change-set.md). Pure.
public enum LocalEffect {
    /// - Parameters:
    ///   - before: the row's values as the transaction found it; `nil` when it was not there.
    ///   - after: as the transaction leaves it; `nil` when it is not there.
    /// - Returns: `nil` when nothing changed.
    /// - Throws: ``Problem`` for an effect that the schema does not allow: nothing of the
    ///   transaction may remain.
    public static func change(
        _ key: RowKey, of table: TableSchema, from before: [Value]?, to after: [Value]?
    ) throws -> RowChange? {
        guard let after else {
            if before == nil { return nil }
            guard table.deletes != .forbidden else {
                throw Problem(.deleteUnsupported, "a row of \(table.name)")
            }
            return RowChange(table: table.id, key: key, kind: .delete)
        }
        if before != nil, before == after { return nil }
        if before != nil, table.kind == .appendOnly {
            throw Problem(.factReused, "\(table.name) \(key) is a fact and stays as it is")
        }
        var puts: [RowChange.Put] = []
        var adds: [RowChange.Add] = []
        var edits: [SetEdit] = []
        for ordinal in written(of: table, from: before, to: after) {
            let field = table.fields[ordinal]
            let old = before?[ordinal] ?? field.defaultValue
            let new = after[ordinal]
            guard field.authority == .device else {
                throw Problem(.fieldNotWritable, "\(table.name).\(field.name)")
            }
            switch field.policy {
            case .counter:
                adds.append(.init(field.id, try delta(field, of: table, from: old, to: new)))
            case .set:
                guard let edit = SetEdit(field.id, from: old, to: new) else {
                    throw Problem(.valueInvalid, "\(table.name).\(field.name) holds no set")
                }
                edits.append(edit)
            default:
                try check(new, in: field, of: table)
                puts.append(.init(field.id, new))
            }
        }
        return RowChange(
            table: table.id, key: key, kind: before == nil ? .insert : .update, puts: puts,
            adds: adds, edits: edits)
    }

    /// The fields that the change names: those that differ, and with one of a group in an update
    /// all of the group.
    private static func written(
        of table: TableSchema, from before: [Value]?, to after: [Value]
    ) -> [Int] {
        let old = before ?? table.defaults
        var ordinals = Set(table.fields.indices.filter { old[$0] != after[$0] })
        guard before != nil else { return ordinals.sorted() }
        for ordinal in ordinals {
            guard case .group(let group) = table.fields[ordinal].policy else { continue }
            ordinals.formUnion(table.ordinals(ofGroup: group))
        }
        return ordinals.sorted()
    }

    private static func delta(
        _ field: FieldSchema, of table: TableSchema, from old: Value, to new: Value
    ) throws -> Int64 {
        guard let to = new.integerValue, let from = old.integerValue else {
            throw Problem(.valueInvalid, "\(table.name).\(field.name) counts in integers")
        }
        let (delta, overflow) = to.subtractingReportingOverflow(from)
        guard !overflow else { throw Problem(.counterOverflow, "\(table.name).\(field.name)") }
        return delta
    }

    private static func check(
        _ value: Value, in field: FieldSchema, of table: TableSchema
    ) throws {
        if let reason = field.problem(with: value) {
            throw Problem(.valueInvalid, "\(table.name).\(field.name) \(reason)")
        }
    }
}
