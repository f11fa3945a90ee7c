import GRDB
import LynkCore
import LynkEngine

/// Every row as the hub last gave it: clean rows, and the shadows under pending ones.
struct ConfirmedRows {
    private let database: Database
    private let tables: [TableID: TableSQL]

    init(_ database: Database, tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    /// The digests of the device's scopes, computed from all rows.
    func digests(_ key: [UInt8]) throws -> [CommitEffects.DigestName: SetDigest] {
        let names = try ReplicaNames(database)
        var hasher = RowHasher(digestKey: key)
        var members: Set<UInt32> = []
        let scopes = try HotStatement(
            database, "SELECT handle FROM lynk_scope WHERE member = 1")
        while try scopes.step() { members.insert(try scopes.handle(0)) }
        scopes.reset()
        var digests: [CommitEffects.DigestName: SetDigest] = [:]
        let unknown = try UnknownRows(database)
        func add(_ row: StampedRow, _ table: TableSchema) throws {
            let fields = try unknown.fields(table.id, row.key)
            try hasher.write(row, of: table, unknown: fields, era: { try names.era($0) })
            for scope in row.record.scopes where members.contains(scope) {
                let prefix = try hasher.prefix(scope, name: { try names.scope($0) })
                let name = CommitEffects.DigestName(scope: scope, table: table.id)
                hasher.insert(into: &digests[name, default: SetDigest()], prefix: prefix)
            }
        }
        for sql in tables.values {
            let all = try HotStatement(database, sql.selectAll)
            while try all.step() {
                if let row = try all.stampedRow(sql.schema) { try add(row, sql.schema) }
            }
            all.reset()
        }
        for image in try Shadow(database).all(tables) { try add(image.row, image.table) }
        try unknown.forEach { try add($1, $0) }
        return digests
    }

    /// Takes the digests with another key, as when a hub was made anew.
    func rekey(_ key: [UInt8]) throws {
        let fresh = try digests(key)
        try database.execute(sql: "DELETE FROM lynk_digest")
        var digests = ReplicaDigests(database)
        for (name, digest) in fresh {
            try digests.update(name.scope, name.table) { $0 = digest }
        }
        try digests.flush()
    }
}
