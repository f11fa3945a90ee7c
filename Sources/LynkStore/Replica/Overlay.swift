import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// Own change sets that the hub's rows do not include yet, kept visible on top of them.
struct Overlay {
    private let database: Database
    private let tables: [TableID: TableSQL]

    init(_ database: Database, tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    /// Own change sets that the hub's rows do not include.
    struct Pending {
        var changeSets: [(sequence: UInt64, content: ChangeSet)] = []
        /// One does not open any more: what it did to which rows is not known.
        var isDamaged = false
    }

    /// Change sets after `sequence`, in chain order.
    func pending(after sequence: UInt64) throws -> Pending {
        let select = try HotStatement(
            database,
            "SELECT sequence, bytes, placed FROM lynk_outbox WHERE sequence > ? ORDER BY sequence")
        select.bind(1, Int64(sequence))
        defer { select.reset() }
        var pending = Pending()
        while try select.step() {
            if let sealed = try? ChangeSetCodec.open(select.blob(1)) {
                pending.changeSets.append((try select.natural(0), sealed.content))
            } else {
                pending.isDamaged = true
            }
            if !select.isNull(2) { pending.isDamaged = true }
        }
        return pending
    }

    /// Brings every row with a pending change back to the hub's image.
    func undoAll() throws {
        for sql in tables.values {
            let select = try HotStatement(database, sql.selectPending)
            var keys: [RowKey] = []
            while try select.step() { keys.append(try select.key(0)) }
            select.reset()
            for key in keys { try undo(sql, key) }
        }
        // Rows that pending deletes hide.
        for (row, table) in try Shadow(database).all(tables) {
            if let sql = tables[table.id] { try undo(sql, row.key) }
        }
    }

    /// Brings rows back to the hub's image, before pages are applied: a refused change of ours
    /// leaves nothing behind, and pages meet only the hub's rows.
    func undo(_ changeSets: [ChangeSet]) throws {
        var seen: Set<RowName> = []
        for change in changeSets.lazy.flatMap(\.changes) {
            guard let sql = tables[change.table],
                seen.insert(RowName(table: change.table, key: change.key)).inserted
            else { continue }
            try undo(sql, change.key)
        }
    }

    private func undo(_ sql: TableSQL, _ key: RowKey) throws {
        let found = try find(sql, key)
        guard found?.record == nil else { return }
        let image = try Shadow(database).take(sql.schema, key)
        if let found, let image {
            try write(
                sql, found.rowid, Array(image.values.indices), image.values,
                stamp: StampCodec.encode(image.record))
        } else if let found {
            let delete = try HotStatement(database, sql.delete)
            delete.bind(1, found.rowid)
            try delete.run()
        } else if let image {
            try insert(sql, key, image.values, stamp: StampCodec.encode(image.record))
        }
    }

    /// Applies pending changes again over the hub's rows; they stay on top until acknowledged.
    func redo(_ changeSet: ChangeSet, sequence: UInt64) throws {
        for change in changeSet.changes {
            guard let sql = tables[change.table] else { continue }
            let found = try find(sql, change.key)
            switch (change.kind, found) {
            case (.delete, let found?): try delete(found, change, sql)
            case (.update, let found?): try update(found, with: change, sql)
            // The first birth stands.
            case (.insert, _?): break
            case (.insert, nil):
                try Shadow(database).dropGhosts { $0 != change.table || $1 != change.key }
                try insert(
                    sql, change.key, PendingOverlay.born(change, of: sql.schema), stamp: nil)
            case (.update, nil):
                let ghost = try Shadow(database).ghost(sql.schema, change.key)
                if let ghost, sql.schema.deletes == .updateWins {
                    var values = ghost.values
                    _ = apply(change, to: &values, sql.schema)
                    try insert(sql, change.key, values, stamp: nil)
                } else {
                    try hide(change, sequence)
                }
            case (.delete, nil): break
            }
        }
    }

    private func insert(
        _ sql: TableSQL, _ key: RowKey, _ values: [Value], stamp: [UInt8]?
    ) throws {
        let insert = try HotStatement(database, sql.insert)
        insert.bind(1, blob: key.bytes)
        for (ordinal, value) in values.enumerated() { insert.bind(Int32(ordinal + 2), value) }
        insert.bind(Int32(values.count + 2), stamp.map { .blob($0) } ?? .null)
        try insert.run()
    }

    private func delete(_ found: Found, _ change: RowChange, _ sql: TableSQL) throws {
        if let record = found.record {
            try Shadow(database).keep(
                sql.schema.id, change.key, record: record, values: found.values)
        }
        let delete = try HotStatement(database, sql.delete)
        delete.bind(1, found.rowid)
        try delete.run()
    }

    /// The change set is sent all the same; only its row is not shown.
    private func hide(_ change: RowChange, _ sequence: UInt64) throws {
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_hidden (sequence, table_id, row_key) VALUES (?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(1, Int64(sequence))
        insert.bind(2, Int64(change.table))
        insert.bind(3, blob: change.key.bytes)
        try insert.run()
    }

    /// Names of the rows that the change sets update.
    static func updated(_ changeSets: [ChangeSet]) -> Set<RowName> {
        var names: Set<RowName> = []
        for change in changeSets.lazy.flatMap(\.changes) where change.kind == .update {
            names.insert(RowName(table: change.table, key: change.key))
        }
        return names
    }

    struct RowName: Hashable {
        let table: TableID
        let key: RowKey
    }

    private struct Found {
        let rowid: Int64
        let record: [UInt8]?
        let values: [Value]
    }

    private func find(_ sql: TableSQL, _ key: RowKey) throws -> Found? {
        let select = try HotStatement(database, sql.selectByKey)
        select.bind(1, blob: key.bytes)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return Found(
            rowid: select.integer(0), record: select.isNull(2) ? nil : select.blob(2),
            values: select.values(sql.schema))
    }

    private func update(_ found: Found, with change: RowChange, _ sql: TableSQL) throws {
        var values = found.values
        let changed = apply(change, to: &values, sql.schema)
        guard !changed.isEmpty else { return }
        if let record = found.record {
            try Shadow(database).keep(
                sql.schema.id, change.key, record: record, values: found.values)
        }
        try write(sql, found.rowid, changed, values, stamp: nil)
    }

    /// - Returns: the ordinals that changed.
    private func apply(
        _ change: RowChange, to values: inout [Value], _ table: TableSchema
    ) -> [Int] {
        var changed: Set<Int> = []
        for put in change.puts {
            guard let ordinal = table.ordinal(of: put.field) else { continue }
            // The same step that the hub would take for an author who knew the row.
            let decision = FieldMerge.decide(
                put.value, over: values[ordinal], policy: table.fields[ordinal].policy,
                knew: true, isLater: { true })
            guard decision == .replace else { continue }
            values[ordinal] = put.value
            changed.insert(ordinal)
        }
        for add in change.adds {
            guard let ordinal = table.ordinal(of: add.field) else { continue }
            values[ordinal] = .integer((values[ordinal].integerValue ?? 0) &+ add.delta)
            changed.insert(ordinal)
        }
        for edit in change.edits {
            guard let ordinal = table.ordinal(of: edit.field) else { continue }
            values[ordinal] = edit.applied(to: values[ordinal])
            changed.insert(ordinal)
        }
        return changed.sorted()
    }

    private func write(
        _ sql: TableSQL, _ rowid: Int64, _ ordinals: [Int], _ values: [Value], stamp: [UInt8]?
    ) throws {
        let update = try HotStatement(database, sql.update(ordinals))
        for (offset, ordinal) in ordinals.enumerated() {
            update.bind(Int32(offset + 1), values[ordinal])
        }
        update.bind(Int32(ordinals.count + 1), stamp.map { .blob($0) } ?? .null)
        update.bind(Int32(ordinals.count + 2), rowid)
        try update.run()
    }
}
