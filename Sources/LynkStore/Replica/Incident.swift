import GRDB
import LynkCore

/// A divergence between this replica and its hub: kept with both sides, never silently healed.
struct Incident {
    enum Kind: String {
        /// The digests differ after a checkpoint.
        case digest
        /// One row differs; both images are kept.
        case row
        /// The hub lost commits that this replica has seen.
        case rollback = "rollback_notice"
        /// A row that was seen is not at the restored hub; its image is kept.
        case rolledBackRow = "rolled_back_row"
        /// The hub's signature over receipts does not verify.
        case proof
        /// A row with a local change that no readable change set tells; its image is kept.
        case unsentRow = "unsent_row"
    }

    let kind: Kind
    let position: Int64
    var ours: [UInt8] = []
    var hubs: [UInt8] = []
    var detail: String?
    var row: (table: TableID, key: RowKey)?

    func keep(_ database: Database) throws {
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_incident (position, kind, ours, hubs, detail, table_id, row_key)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """)
        insert.bind(1, position)
        insert.bind(2, text: kind.rawValue)
        insert.bind(3, blob: ours)
        insert.bind(4, blob: hubs)
        insert.bind(5, detail.map { .text($0) } ?? .null)
        insert.bind(6, row.map { .integer(Int64($0.table)) } ?? .null)
        insert.bind(7, row.map { .blob($0.key.bytes) } ?? .null)
        try insert.run()
    }
}
