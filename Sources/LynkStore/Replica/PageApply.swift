import GRDB
import LynkCore
import LynkWire

/// Writes the hub's rows from pages into the user's tables, and keeps the digests.
///
/// Lives inside one transaction. Cells go from the page's bytes straight into bindings.
final class PageApply {
    private let database: Database
    private let tables: [TableID: TableSQL]
    private(set) var names: ReplicaNames
    private(set) var digests: ReplicaDigests
    var unknown: UnknownRows
    private var hasher: RowHasher
    private(set) var rowCount = 0
    private(set) var touched: Set<TableID> = []
    /// Rows that own pending updates name: the last image of one that is removed is kept.
    private let pending: Set<Overlay.RowName>
    /// A snapshot names each row under its own scope alone: a row that is here already, under
    /// another one, is in both from then on.
    var joinsScopes: Bool
    /// The device's scopes, when the hub has told them: a page of another one is no page. Its rows
    /// would be shown, and no digest would cover them.
    var allowed: Set<Scope>?
    /// Only a first sync meets rows with own changes on top; otherwise the overlay is off.
    private let hasShadows: Bool

    init(
        _ database: Database, tables: [TableID: TableSQL], digestKey: [UInt8],
        pending: Set<Overlay.RowName> = [], joinsScopes: Bool = false
    ) throws {
        self.joinsScopes = joinsScopes
        self.database = database
        self.tables = tables
        self.pending = pending
        hasShadows = try !Shadow(database).isEmpty()
        names = try ReplicaNames(database)
        digests = ReplicaDigests(database)
        unknown = try UnknownRows(database)
        hasher = RowHasher(digestKey: digestKey)
    }

    /// - Throws: ``Problem`` `response_invalid` for a page that is not one; roll back then.
    func apply(_ page: [UInt8]) throws {
        do {
            try page.withUnsafeBytes { bytes in
                var reader = try PageReader(bytes)
                if let allowed, let stray = reader.scopes.first(where: { !allowed.contains($0) }) {
                    throw WireError.invalid("rows of the scope \(stray), which is not the device's")
                }
                let handles = try Handles(reader, &names)
                while var section = try reader.next() { try apply(&section, handles) }
            }
        } catch let error as WireError {
            throw Problem(.responseInvalid, "a page does not decode: \(error)")
        }
    }

    func flush() throws { try digests.flush() }

    /// A page's own indexes as this replica's handles.
    struct Handles {
        let eras: [UInt32]
        let lanes: [UInt32]
        let scopes: [UInt32]

        init(_ page: PageReader, _ names: inout ReplicaNames) throws {
            eras = try page.eras.map { try names.handle($0) }
            lanes = try page.lanes.map { try names.handle($0) }
            scopes = try page.scopes.map { try names.handle($0) }
        }

        func local(_ stamp: Stamp) -> Stamp {
            Stamp(
                era: eras[Int(stamp.era)], number: stamp.number, effective: stamp.effective,
                author: lanes[Int(stamp.author)])
        }
    }

    private func apply(_ section: inout PageSection, _ handles: Handles) throws {
        guard let sql = tables[section.table] else { return try keep(&section, handles) }
        touched.insert(section.table)
        let table = sql.schema
        let others = UnknownFields.columns(section, table)
        let scopes = section.scopes.map { handles.scopes[$0] }
        let prefixes = try scopes.map { try hasher.prefix($0, name: { try names.scope($0) }) }
        var sums = scopes.map { _ in SetDigest() }
        let columns = table.fields.map { field in
            section.columns.firstIndex { $0.field == field.id }
        }
        let insert = try HotStatement(database, sql.insert)
        let stampColumn = Int32(table.fields.count + 2)
        var stampBytes: [UInt8] = []
        var cells: [Cell] = table.fields.map { _ in .null }
        var overrides = section.overrides[...]
        for row in 0..<section.count {
            let key = UnsafeRawBufferPointer(rebasing: section.keys[16 * row..<16 * row + 16])
            let record = try record(&section, row, scopes, &overrides, handles)
            stampBytes.removeAll(keepingCapacity: true)
            StampCodec.encode(record, to: &stampBytes)
            insert.bind(1, view: key)
            for (ordinal, field) in table.fields.enumerated() {
                if let column = columns[ordinal] {
                    cells[ordinal] = try section.columns[column].cursor.next()
                    insert.bind(Int32(ordinal + 2), view: cells[ordinal])
                } else {
                    cells[ordinal] = .null
                    insert.bind(Int32(ordinal + 2), field.defaultValue)
                }
            }
            try stampBytes.withUnsafeBytes { stamp in
                insert.bind(stampColumn, view: stamp)
                try insert.run()
            }
            let isNew = insert.changes > 0
            var joined: [UInt32] = []
            if isNew {
                if hasShadows { try forget(table, key) }
            } else {
                joined = try replace(
                    sql, key: key, cells: cells, columns: columns, record: record)
            }
            let fields = try unknownFields(others, of: &section)
            if !others.isEmpty || !isNew { try keep(fields, table, key) }
            try hash(table, key, cells, columns, fields, record)
            for index in sums.indices { hasher.insert(into: &sums[index], prefix: prefixes[index]) }
            for scope in joined {
                let prefix = try hasher.prefix(scope, name: { try names.scope($0) })
                try digests.update(scope, table.id) { hasher.insert(into: &$0, prefix: prefix) }
            }
            rowCount += 1
        }
        try section.finish()
        for start in stride(from: 0, to: section.removed.count, by: 16) {
            let view = UnsafeRawBufferPointer(rebasing: section.removed[start..<start + 16])
            if let key = RowKey(raw: view) { try delete(key, sql) }
        }
        for (scope, sum) in zip(scopes, sums) {
            try digests.update(scope, table.id) { $0.formUnion(sum) }
        }
    }

    /// What of the row this program's schema does not have.
    private func unknownFields(
        _ columns: [Int], of section: inout PageSection
    ) throws -> [UInt8] {
        if columns.isEmpty { return [] }
        var writer = CBORWriter()
        try UnknownFields.append(columns, of: &section, to: &writer)
        return writer.bytes
    }

    private func keep(
        _ fields: [UInt8], _ table: TableSchema, _ key: UnsafeRawBufferPointer
    ) throws {
        if let key = RowKey(raw: key) { try unknown.put(table.id, key, fields: fields) }
    }

    /// Rows of a table that this program does not know stay whole, until one does.
    private func keep(_ section: inout PageSection, _ handles: Handles) throws {
        let table = UnknownFields.table(section.table)
        let columns = UnknownFields.columns(section, table)
        let scopes = section.scopes.map { handles.scopes[$0] }
        var overrides = section.overrides[...]
        for row in 0..<section.count {
            let view = UnsafeRawBufferPointer(rebasing: section.keys[16 * row..<16 * row + 16])
            let record = try record(&section, row, scopes, &overrides, handles)
            let fields = try unknownFields(columns, of: &section)
            guard let key = RowKey(raw: view) else { continue }
            if let old = try unknown.row(table.id, key) { try remove(old, table) }
            try unknown.put(table.id, key, record: StampCodec.encode(record), fields: fields)
            try add(StampedRow(key: key, values: [], record: record), table)
            rowCount += 1
        }
        try section.finish()
        for start in stride(from: 0, to: section.removed.count, by: 16) {
            let view = UnsafeRawBufferPointer(rebasing: section.removed[start..<start + 16])
            if let key = RowKey(raw: view) { try deleteUnknown(key, table) }
        }
    }

    /// The hub has deleted a row of a table that this program does not know.
    func deleteUnknown(_ key: RowKey, _ table: TableSchema) throws {
        guard let row = try unknown.row(table.id, key) else { return }
        try remove(row, table)
        try unknown.drop(table.id, key)
        rowCount += 1
    }

    private func record(
        _ section: inout PageSection, _ row: Int, _ scopes: [UInt32],
        _ overrides: inout ArraySlice<PageSection.Override>, _ handles: Handles
    ) throws -> StampRecord {
        let stamp = handles.local(try section.nextStamp())
        var own: [StampRecord.Override] = []
        while let next = overrides.first, next.row == row {
            own.append(.init(field: next.field, stamp: handles.local(next.stamp)))
            overrides = overrides.dropFirst()
        }
        return StampRecord(
            scopes: scopes, row: stamp, generation: section.generation, overrides: own)
    }

    private func hash(
        _ table: TableSchema, _ key: UnsafeRawBufferPointer, _ cells: [Cell], _ columns: [Int?],
        _ unknown: [UInt8], _ record: StampRecord
    ) throws {
        hasher.begin(table: table.id, key: key)
        for (ordinal, field) in table.fields.enumerated() where columns[ordinal] != nil {
            hasher.field(field, cells[ordinal])
        }
        hasher.fields(encoded: unknown)
        hasher.endFields()
        try hasher.stamps(record, era: { try names.era($0) })
    }

    /// The row is here already: take its confirmed image out of the digests, then overwrite it.
    ///
    /// - Returns: scopes that it stays in besides those of the page.
    private func replace(
        _ sql: TableSQL, key: UnsafeRawBufferPointer, cells: [Cell], columns: [Int?],
        record: StampRecord
    ) throws -> [UInt32] {
        let table = sql.schema
        let select = try HotStatement(database, sql.selectByKey)
        select.bind(1, view: key)
        guard try select.step() else {
            select.reset()
            throw Problem(.storeFailed, "a row of \(table.name) cannot be inserted or found")
        }
        let rowid = select.integer(0)
        let rowKey: RowKey = try select.key(1)
        var confirmed = try select.stampedRow(table)
        select.reset()
        if confirmed == nil { confirmed = try Shadow(database).take(table, rowKey) }
        if let confirmed { try remove(confirmed, table) }
        // Another birth of the key may be in other scopes.
        let joined =
            joinsScopes && confirmed?.record.generation == record.generation
            ? (confirmed?.record.scopes ?? []).filter { !record.scopes.contains($0) } : []
        let kept = StampRecord(
            scopes: record.scopes + joined, row: record.row, generation: record.generation,
            overrides: record.overrides)
        let update = try HotStatement(database, sql.update(Array(table.fields.indices)))
        for (ordinal, field) in table.fields.enumerated() {
            if columns[ordinal] == nil {
                update.bind(Int32(ordinal + 1), field.defaultValue)
            } else {
                update.bind(Int32(ordinal + 1), view: cells[ordinal])
            }
        }
        update.bind(Int32(table.fields.count + 1), blob: StampCodec.encode(kept))
        update.bind(Int32(table.fields.count + 2), rowid)
        try update.run()
        return joined
    }

    /// A row that a pending delete had hidden is here again: its older image goes.
    private func forget(_ table: TableSchema, _ key: UnsafeRawBufferPointer) throws {
        guard let key = RowKey(raw: key),
            let image = try Shadow(database).take(table, key)
        else { return }
        try remove(image, table)
        try unknown.drop(table.id, key)
    }

    /// The hub has deleted the row. What a pending update would bring back is kept aside.
    func delete(_ key: RowKey, _ sql: TableSQL) throws {
        let select = try HotStatement(database, sql.selectByKey)
        select.bind(1, blob: key.bytes)
        let isThere = try select.step()
        let rowid = isThere ? select.integer(0) : 0
        let row = isThere ? try select.stampedRow(sql.schema) : nil
        select.reset()
        guard let row = try row ?? Shadow(database).take(sql.schema, key) else { return }
        try remove(row, sql.schema)
        try unknown.drop(sql.schema.id, key)
        if pending.contains(.init(table: sql.schema.id, key: key)) {
            try Shadow(database).keep(
                sql.schema.id, key, record: StampCodec.encode(row.record), values: row.values,
                isGhost: true)
        }
        guard isThere else { return }
        let delete = try HotStatement(database, sql.delete)
        delete.bind(1, rowid)
        try delete.run()
        rowCount += 1
    }

    /// Takes a confirmed row out of the digests of its scopes.
    func remove(_ row: StampedRow, _ table: TableSchema) throws {
        let fields = try unknown.fields(table.id, row.key)
        try hasher.write(row, of: table, unknown: fields, era: { try names.era($0) })
        for scope in row.record.scopes {
            let prefix = try hasher.prefix(scope, name: { try names.scope($0) })
            try digests.update(scope, table.id) { hasher.remove(from: &$0, prefix: prefix) }
        }
    }

    /// Adds a confirmed row to the digests of its scopes.
    func add(_ row: StampedRow, _ table: TableSchema) throws {
        let fields = try unknown.fields(table.id, row.key)
        try hasher.write(row, of: table, unknown: fields, era: { try names.era($0) })
        for scope in row.record.scopes {
            let prefix = try hasher.prefix(scope, name: { try names.scope($0) })
            try digests.update(scope, table.id) { hasher.insert(into: &$0, prefix: prefix) }
        }
    }
}
