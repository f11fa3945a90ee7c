import GRDB
import LynkCore

/// What a device keeps of a newer schema than its own, by table and row: the unknown fields of
/// rows that it shows, and rows of tables that it does not have (Protocol/01-identity.md, I8).
///
/// It belongs to the hub's image of a row, as the shadow of a pending one does.
struct UnknownRows {
    private let database: Database
    /// Most devices know all that their hub knows, and pay for one look.
    private var isEmpty: Bool

    init(_ database: Database) throws {
        self.database = database
        let select = try HotStatement(database, "SELECT 1 FROM lynk_unknown LIMIT 1")
        defer { select.reset() }
        isEmpty = try !select.step()
    }

    /// The unknown fields of a row; empty for a row without.
    func fields(_ table: TableID, _ key: RowKey) throws -> [UInt8] {
        if isEmpty { return [] }
        let select = try HotStatement(
            database, "SELECT fields FROM lynk_unknown WHERE table_id = ? AND row_key = ?")
        select.bind(1, Int64(table))
        select.bind(2, blob: key.bytes)
        defer { select.reset() }
        return try select.step() ? select.blob(0) : []
    }

    /// A row of a table that this program does not know.
    func row(_ table: TableID, _ key: RowKey) throws -> StampedRow? {
        if isEmpty { return nil }
        let select = try HotStatement(
            database,
            """
            SELECT record FROM lynk_unknown
            WHERE table_id = ? AND row_key = ? AND record IS NOT NULL
            """)
        select.bind(1, Int64(table))
        select.bind(2, blob: key.bytes)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return StampedRow(key: key, values: [], record: try StampCodec.decode(select.blobView(0)))
    }

    /// Every row of unknown tables, or those of one table from a key on, before another.
    func forEach(
        _ table: TableID? = nil, _ range: KeyRange = .all,
        _ body: (TableSchema, StampedRow) throws -> Void
    ) throws {
        if isEmpty { return }
        let bounds =
            table == nil
            ? ""
            : " AND table_id = ?1 AND row_key >= ?2"
                + (range.upper == nil ? "" : " AND row_key < ?3")
        let select = try HotStatement(
            database,
            """
            SELECT table_id, row_key, record FROM lynk_unknown WHERE record IS NOT NULL\(bounds)
            ORDER BY table_id, row_key
            """)
        if let table {
            select.bind(1, Int64(table))
            select.bind(2, blob: range.lower.bytes)
            if let upper = range.upper { select.bind(3, blob: upper.bytes) }
        }
        defer { select.reset() }
        while try select.step() {
            let row = StampedRow(
                key: try select.key(1), values: [],
                record: try StampCodec.decode(select.blobView(2)))
            try body(UnknownFields.table(TableID(truncatingIfNeeded: select.integer(0))), row)
        }
    }

    /// What is kept of one row: a record when its table was not known.
    struct Kept {
        let key: RowKey
        let record: [UInt8]?
        let fields: [UInt8]
    }

    /// Everything that is kept of a table's rows.
    func all(_ table: TableID) throws -> [Kept] {
        if isEmpty { return [] }
        let select = try HotStatement(
            database,
            "SELECT row_key, record, fields FROM lynk_unknown WHERE table_id = ? ORDER BY row_key")
        select.bind(1, Int64(table))
        defer { select.reset() }
        var kept: [Kept] = []
        while try select.step() {
            kept.append(
                Kept(
                    key: try select.key(0), record: select.isNull(1) ? nil : select.blob(1),
                    fields: select.blob(2)))
        }
        return kept
    }

    /// Keeps the unknown fields of a row in the place of earlier ones.
    ///
    /// - Parameter record: the row's stamps, when its table is not known; otherwise they stand
    ///   in the row.
    mutating func put(
        _ table: TableID, _ key: RowKey, record: [UInt8]? = nil, fields: [UInt8]
    ) throws {
        guard record != nil || !fields.isEmpty else { return try drop(table, key) }
        isEmpty = false
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_unknown (table_id, row_key, record, fields) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET record = excluded.record, fields = excluded.fields
            """)
        insert.bind(1, Int64(table))
        insert.bind(2, blob: key.bytes)
        insert.bind(3, record.map { .blob($0) } ?? .null)
        insert.bind(4, blob: fields)
        try insert.run()
    }

    func drop(_ table: TableID, _ key: RowKey) throws {
        if isEmpty { return }
        let delete = try HotStatement(
            database, "DELETE FROM lynk_unknown WHERE table_id = ? AND row_key = ?")
        delete.bind(1, Int64(table))
        delete.bind(2, blob: key.bytes)
        try delete.run()
    }
}
