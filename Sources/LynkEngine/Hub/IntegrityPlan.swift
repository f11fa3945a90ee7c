import LynkCore

/// What a schema says about rows of different keys: claims to a value, and references.
struct IntegrityPlan: Sendable {
    struct Child: Sendable {
        let table: TableSchema
        let field: FieldSchema
        let reference: Reference
        let index: String
    }

    /// Fields that name rows of a table, by that table.
    private(set) var children: [TableID: [Child]] = [:]

    init(_ schema: Schema) {
        for table in schema.tables {
            for field in table.fields {
                guard let reference = field.references,
                    let index = table.indexes.first(where: { $0.fields.first == field.name })
                else { continue }
                children[reference.table, default: []].append(
                    Child(table: table, field: field, reference: reference, index: index.name))
            }
        }
    }

    func concerns(_ table: TableSchema) -> Bool {
        !table.uniques.isEmpty || children[table.id] != nil
            || table.fields.contains { $0.references != nil }
    }
}

/// Rows that a change set touched whose integrity is to be judged, in the order of the touches.
struct IntegrityLog {
    let plan: IntegrityPlan
    private(set) var deleted: [RowName] = []
    private(set) var written: [Written] = []
    private(set) var restored: [Restored] = []

    /// A row that came back after a delete that did not stand.
    struct Restored {
        let row: RowName
        let deleted: Stamp
    }

    struct Written {
        let row: RowName
        /// The row before; `nil` for one that was not there.
        let old: StampedRow?
    }

    init(_ plan: IntegrityPlan) { self.plan = plan }

    mutating func note(
        _ change: RowChange, in table: TableSchema, over old: RowState?, now new: RowState
    ) {
        guard plan.concerns(table) else { return }
        let row = RowName(table: table.id, key: change.key)
        if new.row == nil {
            if old?.row != nil { deleted.append(row) }
        } else {
            written.append(Written(row: row, old: old?.row))
            if case .deleted(let tombstone)? = old,
                tombstone.row.record.generation == new.row?.record.generation
            {
                restored.append(Restored(row: row, deleted: tombstone.deleted))
            }
        }
    }

    var isEmpty: Bool { deleted.isEmpty && written.isEmpty && restored.isEmpty }

    /// Everything since the last time.
    mutating func take() -> IntegrityLog {
        defer { self = IntegrityLog(plan) }
        return self
    }
}
