import GRDB
import LynkCore

/// Carries a replica's rows over to the schema of the program that opens the file, in the
/// transaction that opens it (Protocol/01-identity.md, I8, I9). Nothing is asked of the hub, and
/// no digest moves.
///
/// A newer program makes columns and rows of what was kept as unknown; an older one, as after a
/// program was put back, keeps as unknown what it does not have columns for. Tables and fields are
/// known by number, so a new name renames.
struct SchemaMove {
    private let database: Database
    private let schema: Schema
    private let tables: [TableID: TableSQL]

    init(_ database: Database, to schema: Schema, tables: [TableID: TableSQL]) {
        self.database = database
        self.schema = schema
        self.tables = tables
    }

    func run() throws {
        if let problem = schema.problems.first {
            throw Problem(.schemaUnknown, "\(problem.table): \(problem.reason)")
        }
        let meta = ReplicaMeta(database)
        let (kept, now) = (try KeptSchema(meta), KeptSchema(schema))
        guard kept != now else {
            try Migration.run(schema, in: database, isGuarded: true)
            return
        }
        var pending: [(sequence: UInt64, content: ChangeSet)] = []
        if let kept {
            let before = Dictionary(
                kept.tables.map { ($0.id, TableSQL($0)) }, uniquingKeysWith: { first, _ in first })
            // Moved is what the hub gave; what is pending goes on top again afterwards.
            let overlay = Overlay(database, tables: before)
            pending = try overlay.pending(after: try settled()).changeSets
            try overlay.undoAll()
            for table in kept.tables { try putAway(table) }
            try rename(kept.tables)
        }
        let known = kept?.tables ?? []
        try Migration.run(schema, in: database, isGuarded: true)
        for table in schema.tables {
            try store(table, since: known.first { $0.id == table.id })
        }
        if kept != nil {
            for sql in tables.values { try takeOut(sql) }
            let overlay = Overlay(database, tables: tables)
            for (sequence, content) in pending { try overlay.redo(content, sequence: sequence) }
        }
        try now.write(meta)
    }

    private func settled() throws -> UInt64 {
        UInt64(
            try Int64.fetchOne(database, sql: "SELECT sequence FROM lynk_settled WHERE id = 1")
                ?? 0)
    }

    // MARK: To an older schema

    /// Keeps as unknown what of the table this schema does not have.
    private func putAway(_ table: TableSchema) throws {
        guard let next = schema.table(table.id) else { return try putAwayWhole(table) }
        let gone = table.fields.filter { next.ordinal(of: $0.id) == nil }
        if gone.isEmpty { return }
        let remaining = TableSchema(
            table.id, table.name, .mutable,
            table.fields.filter { next.ordinal(of: $0.id) != nil })
        var unknown = try UnknownRows(database)
        for row in try rows(TableSQL(table)) {
            let before = try unknown.fields(table.id, row.key)
            let fields = try UnknownFields.move(row.values, before, from: table, to: remaining)
                .unknown
            if fields != before { try unknown.put(table.id, row.key, fields: fields) }
        }
        for field in gone {
            // So that the column is right for rows that pages bring meanwhile.
            let clear = try HotStatement(
                database,
                "UPDATE \(table.name) SET \(field.name) = ?1 WHERE \(field.name) IS NOT ?1")
            clear.bind(1, field.defaultValue)
            try clear.run()
        }
    }

    private func putAwayWhole(_ table: TableSchema) throws {
        var unknown = try UnknownRows(database)
        let none = UnknownFields.table(table.id)
        for row in try rows(TableSQL(table)) {
            let fields = try UnknownFields.move(
                row.values, try unknown.fields(table.id, row.key), from: table, to: none
            ).unknown
            try unknown.put(
                table.id, row.key, record: StampCodec.encode(row.record), fields: fields)
        }
        try database.execute(sql: "DELETE FROM \(table.name)")
    }

    private func rows(_ sql: TableSQL) throws -> [StampedRow] {
        let select = try HotStatement(database, sql.selectAll)
        defer { select.reset() }
        var rows: [StampedRow] = []
        while try select.step() {
            if let row = try select.stampedRow(sql.schema) { rows.append(row) }
        }
        return rows
    }

    // MARK: Names

    /// In two steps, so that two may exchange their names.
    private func rename(_ before: [TableSchema]) throws {
        var later: [String] = []
        for old in before {
            guard let new = schema.table(old.id) else { continue }
            for field in old.fields {
                guard let ordinal = new.ordinal(of: field.id) else { continue }
                let name = new.fields[ordinal].name
                guard name != field.name else { continue }
                let passing = "lynk_field_\(field.id)"
                try database.execute(
                    sql: "ALTER TABLE \(old.name) RENAME COLUMN \(field.name) TO \(passing)")
                later.append("ALTER TABLE \(new.name) RENAME COLUMN \(passing) TO \(name)")
            }
        }
        var names: [String] = []
        for old in before {
            guard let new = schema.table(old.id), new.name != old.name else { continue }
            let passing = "lynk_table_\(old.id)"
            try database.execute(sql: "ALTER TABLE \(old.name) RENAME TO \(passing)")
            names.append("ALTER TABLE \(passing) RENAME TO \(new.name)")
        }
        for statement in names + later { try database.execute(sql: statement) }
    }

    // MARK: To a newer schema

    /// Writes the default of a new column into the rows that are there. SQLite computes it when a
    /// row is read, but a session before SQLite 3.46 tells NULL as the old value of such a row,
    /// and the old value is what a counter's sum and a row's shadow are taken from.
    private func store(_ table: TableSchema, since before: TableSchema?) throws {
        let new = table.fields.filter {
            before?.ordinal(of: $0.id) == nil && $0.defaultValue != .null
        }
        // One column is enough: SQLite writes a row whole.
        guard let field = new.first else { return }
        try database.execute(
            sql: "UPDATE \(table.name) SET \(field.name) = \(field.name)")
    }

    /// Makes columns, or rows, of what was kept as unknown until now.
    private func takeOut(_ sql: TableSQL) throws {
        let table = sql.schema
        var unknown = try UnknownRows(database)
        for kept in try unknown.all(table.id) {
            let fields = try UnknownFields.decode(kept.fields)
            let values = table.fields.map { fields[$0.id] ?? $0.defaultValue }
            let rest = fields.filter { table.ordinal(of: $0.key) == nil }
            if let record = kept.record {
                let insert = try HotStatement(database, sql.insert)
                insert.bind(1, blob: kept.key.bytes)
                for (ordinal, value) in values.enumerated() {
                    insert.bind(Int32(ordinal + 2), value)
                }
                insert.bind(Int32(values.count + 2), blob: record)
                try insert.run()
            } else {
                let known = table.fields.filter { fields[$0.id] != nil }
                if known.isEmpty { continue }
                let sets = known.map { "\($0.name) = ?" }.joined(separator: ", ")
                let update = try HotStatement(
                    database, "UPDATE \(table.name) SET \(sets) WHERE id = ?")
                for (index, field) in known.enumerated() {
                    update.bind(Int32(index + 1), fields[field.id] ?? field.defaultValue)
                }
                update.bind(Int32(known.count + 1), blob: kept.key.bytes)
                try update.run()
            }
            try unknown.put(table.id, kept.key, fields: UnknownFields.encode(rest))
        }
    }
}
