import GRDB
import LynkCore
import LynkEngine

/// Compares the rows of differing ranges one by one and makes them the hub's; each is kept as an
/// incident with both images. The overlay must be off.
struct Repair {
    let database: Database
    let tables: [TableID: TableSQL]
    let ranges: ConfirmedRanges
    let cursor: PullCursor
    let graph: EraGraph
    /// The hub has newer commits than this replica: what it does not have may be deleted since.
    let isBehind: Bool

    /// - Returns: how many rows differed.
    func run(_ found: [DifferingRange]) throws -> Int {
        var repaired = 0
        for range in found { repaired += try run(range) }
        return repaired
    }

    private func run(_ found: DifferingRange) throws -> Int {
        // A table that this program does not have differs as any other.
        let sql = tables[found.table]
        let table = sql?.schema ?? UnknownFields.table(found.table)
        var unknown = try UnknownRows(database)
        var names = try ReplicaNames(database)
        let scope = try names.handle(found.scope)
        let theirs = try RepairPage.read(found.page, table: table, &names)
        var ours: [RowKey: StampedRow] = [:]
        try ranges.forEach(scope, found.table, found.range) { row, _ in ours[row.key] = row }
        var repaired = 0
        for (row, fields) in theirs {
            guard found.range.contains(row.key) else {
                throw Problem(.responseInvalid, "a row outside of the range that was asked for")
            }
            let own = ours.removeValue(forKey: row.key)
            // What was committed after the cursor comes with the next pull.
            guard try isSeen(row.record, names) else { continue }
            let hubs = try RowImage.bytes(row, table, fields, names)
            let image = try own.map {
                try RowImage.bytes($0, table, unknown.fields(table.id, $0.key), names)
            }
            guard image != hubs else { continue }
            try keep(row.key, table, ours: image ?? [], hubs: hubs)
            let stamped = row.inScope(scope, of: own)
            if let sql {
                try write(stamped, sql)
                try unknown.put(table.id, row.key, fields: fields)
            } else {
                try unknown.put(
                    table.id, row.key, record: StampCodec.encode(stamped.record), fields: fields)
            }
            repaired += 1
        }
        guard !isBehind else { return repaired }
        for (key, row) in ours.sorted(by: { $0.key < $1.key }) {
            let image = try RowImage.bytes(row, table, unknown.fields(table.id, key), names)
            try keep(key, table, ours: image, hubs: [])
            if let sql { try remove(key, sql) }
            try unknown.drop(table.id, key)
            repaired += 1
        }
        return repaired
    }

    private func isSeen(_ record: StampRecord, _ names: ReplicaNames) throws -> Bool {
        try ([record.row] + record.overrides.map(\.stamp)).allSatisfy { stamp in
            graph.contains(
                cursor.vector, Dot(era: try names.era(stamp.era), number: stamp.number))
        }
    }

    private func keep(
        _ key: RowKey, _ table: TableSchema, ours: [UInt8], hubs: [UInt8]
    ) throws {
        try Incident(
            kind: .row, position: cursor.position, ours: ours, hubs: hubs,
            detail: ours.isEmpty
                ? "missing here" : hubs.isEmpty ? "not at the hub" : "different here",
            row: (table.id, key)
        ).keep(database)
    }

    private func write(_ row: StampedRow, _ sql: TableSQL) throws {
        try remove(row.key, sql)
        let insert = try HotStatement(database, sql.insert)
        insert.bind(1, blob: row.key.bytes)
        for (ordinal, value) in row.values.enumerated() { insert.bind(Int32(ordinal + 2), value) }
        insert.bind(Int32(row.values.count + 2), blob: StampCodec.encode(row.record))
        try insert.run()
    }

    private func remove(_ key: RowKey, _ sql: TableSQL) throws {
        let delete = try HotStatement(
            database, "DELETE FROM \(sql.schema.name) WHERE id = ?")
        delete.bind(1, blob: key.bytes)
        try delete.run()
    }
}

extension StampedRow {
    /// A repair answers for one scope; the row's other scope stays as it is here.
    fileprivate func inScope(_ scope: UInt32, of own: StampedRow?) -> StampedRow {
        let scopes = own?.record.scopes ?? [scope]
        return StampedRow(
            key: key, values: values,
            record: StampRecord(
                scopes: scopes.contains(scope) ? scopes : scopes + [scope], row: record.row,
                generation: record.generation, overrides: record.overrides))
    }
}
