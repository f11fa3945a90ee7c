import LynkCore

/// Whether the changes of one change set fit the schema and the rows that are there.
enum ChangeCheck {
    /// - Parameters:
    ///   - isDeleted: whether a key that the view does not show was deleted: writes to it are the
    ///     merge's to decide.
    ///   - unborn: why a change to a key that is there, or was, is about another row.
    ///   - absent: why a change to a key that was never born cannot be applied.
    /// - Returns: why the change set is quarantined, or `nil`.
    static func problem(
        _ changes: [RowChange], schema: Schema, in view: some TenantView,
        isDeleted: (TableID, RowKey) throws -> Bool = { _, _ in false },
        unborn: (RowName) throws -> Problem? = { _ in nil },
        absent: (RowName) throws -> Problem? = { _ in nil }
    ) throws -> Problem? {
        var born: Set<RowName> = []
        for change in changes {
            guard let table = schema.table(change.table) else {
                return Problem(
                    .schemaUnknown, "table \(change.table) is not in schema \(schema.version)")
            }
            if let problem = problem(change, table: table) { return problem }
            let name = RowName(table: change.table, key: change.key)
            if change.kind == .insert { born.insert(name) } else if born.contains(name) { continue }
            if change.kind != .insert, let problem = try unborn(name) { return problem }
            let row = try view.row(table.id, change.key)
            if try row == nil && isDeleted(table.id, change.key) { continue }
            if row == nil, change.kind != .insert, let problem = try absent(name) {
                return problem
            }
            if let problem = problem(change, of: table, over: row) { return problem }
        }
        return nil
    }

    private static func problem(_ change: RowChange, table: TableSchema) -> Problem? {
        if change.kind == .delete, table.deletes == .forbidden {
            return Problem(.deleteUnsupported, "a row of \(table.name)")
        }
        if change.kind == .update, table.kind == .appendOnly {
            return Problem(.factReused, "\(table.name) \(change.key) is a fact and stays as it is")
        }
        for put in change.puts {
            guard let field = field(put.field, of: table) else {
                return Problem(.schemaUnknown, "field \(put.field) of \(table.name)")
            }
            if field.authority == .hub {
                return Problem(.fieldNotWritable, "\(table.name).\(field.name)")
            }
            if let reason = field.problem(with: put.value) {
                return Problem(.valueInvalid, "\(table.name).\(field.name) \(reason)")
            }
        }
        for add in change.adds {
            guard let field = field(add.field, of: table), field.policy == .counter else {
                return Problem(
                    .schemaUnknown, "field \(add.field) of \(table.name) is not a counter")
            }
            if field.authority == .hub {
                return Problem(.fieldNotWritable, "\(table.name).\(field.name)")
            }
        }
        for edit in change.edits {
            guard let field = field(edit.field, of: table), field.policy == .set else {
                return Problem(.schemaUnknown, "field \(edit.field) of \(table.name) is not a set")
            }
            if field.authority == .hub {
                return Problem(.fieldNotWritable, "\(table.name).\(field.name)")
            }
        }
        return partialGroup(change, of: table)
    }

    /// The fields of a group are one register, so an update that puts one puts all.
    private static func partialGroup(_ change: RowChange, of table: TableSchema) -> Problem? {
        guard change.kind == .update else { return nil }
        for put in change.puts {
            guard case .group(let group)? = field(put.field, of: table)?.policy else { continue }
            for ordinal in table.ordinals(ofGroup: group)
            where change.put(table.fields[ordinal].id) == nil {
                return Problem(
                    .valueInvalid,
                    "\(table.name).\(table.fields[ordinal].name) is written with its group \(group)"
                )
            }
        }
        return nil
    }

    private static func problem(
        _ change: RowChange, of table: TableSchema, over current: StampedRow?
    ) -> Problem? {
        switch (change.kind, current) {
        case (.insert, let current?):
            // The same birth again under another content id is harmless only when it says the same.
            let agrees = change.puts.allSatisfy { put in
                table.ordinal(of: put.field).map { current.values[$0] == put.value } ?? false
            }
            return agrees && change.adds.isEmpty && change.edits.isEmpty
                ? nil
                : Problem(.factReused, "\(table.name) \(change.key) exists with other content")
        case (.update, nil), (.delete, nil):
            return Problem(.rowUnknown, "\(table.name) \(change.key)")
        default:
            return nil
        }
    }

    private static func field(_ id: FieldID, of table: TableSchema) -> FieldSchema? {
        table.ordinal(of: id).map { table.fields[$0] }
    }
}
