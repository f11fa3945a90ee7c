import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// A hub's file on one connection, inside a transaction or a snapshot. Readers take names from the
/// file and not from the commit thread's memory, so what they see is one snapshot.
class SQLiteHubReads: HubReads {
    let database: Database
    let tables: [TableID: TableSQL]

    init(_ database: Database, tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    /// Runs `read` on the first row of a statement that was bound by `bind`.
    func first<T>(
        _ sql: String, bind: (HotStatement) -> Void = { _ in },
        _ read: (HotStatement) throws -> T?
    ) throws -> T? {
        let statement = try HotStatement(database, sql)
        bind(statement)
        defer { statement.reset() }
        return try statement.step() ? try read(statement) : nil
    }

    func all<T>(
        _ sql: String, bind: (HotStatement) -> Void = { _ in },
        _ read: (HotStatement) throws -> T
    ) throws -> [T] {
        let statement = try HotStatement(database, sql)
        bind(statement)
        defer { statement.reset() }
        var found: [T] = []
        while try statement.step() { found.append(try read(statement)) }
        return found
    }

    func meta(_ name: HubMeta) throws -> [UInt8]? {
        try first(
            "SELECT value FROM lynk_meta WHERE name = ?", bind: { $0.bind(1, text: name.rawValue) }
        ) { $0.blob(0) }
    }

    func head() throws -> Int64 {
        try first("SELECT max(position) FROM lynk_log") { $0.integer(0) } ?? 0
    }

    func vector() throws -> VersionVector { try VectorCodec.decode(try meta(.vector) ?? []) }
    func durable() throws -> VersionVector { try VectorCodec.decode(try meta(.durable) ?? []) }

    private static let eraColumns = "SELECT handle, era, hub, parents, base FROM lynk_era"

    private func era(_ statement: HotStatement) throws -> HubEra {
        HubEra(
            handle: try statement.handle(0),
            record: EraRecord(
                era: try statement.key(1), hub: try statement.key(2),
                parents: try VectorCodec.decode(statement.blob(3))),
            base: statement.isNull(4) ? nil : statement.integer(4))
    }

    func eras() throws -> [HubEra] {
        try all("\(Self.eraColumns) ORDER BY handle") { try era($0) }
    }

    func era(_ id: EraID) throws -> HubEra? {
        try first("\(Self.eraColumns) WHERE era = ?", bind: { $0.bind(1, blob: id.bytes) }) {
            try era($0)
        }
    }

    static let laneColumns =
        """
        SELECT handle, lane, device, sequence, oid, effective, token, token_before, fork,
            fork_effective
        FROM lynk_lane
        """

    func lane(_ statement: HotStatement) throws -> HubLane {
        let id: LaneID = try statement.key(1)
        var lane = HubLane(
            handle: try statement.handle(0), id: id, device: try statement.key(2),
            effective: HybridTimestamp(rawValue: UInt64(bitPattern: statement.integer(5))))
        lane.ratchet = Ratchet(current: statement.blob(6), previous: statement.blob(7))
        if case .integer = statement.cell(8).value {
            lane.fork = LaneFork(
                lane: try statement.handle(8),
                effective: HybridTimestamp(rawValue: UInt64(bitPattern: statement.integer(9))))
        }
        let sequence = statement.integer(3)
        if sequence > 0 {
            guard let oid = ContentID(bytes: statement.blobView(4)) else {
                throw Problem(.storeFailed, "a lane's head is damaged")
            }
            lane.head = LaneHead(lane: id, sequence: UInt64(sequence), oid: oid)
        }
        return lane
    }

    func lane(_ id: LaneID) throws -> HubLane? {
        try first("\(Self.laneColumns) WHERE lane = ?", bind: { $0.bind(1, blob: id.bytes) }) {
            try lane($0)
        }
    }

    func scopes() throws -> [HubScope] {
        try all("SELECT handle, name, head FROM lynk_scope ORDER BY handle") {
            HubScope(
                handle: try $0.handle(0), name: Scope($0.text(1)), head: $0.integer(2))
        }
    }

    func scopeHead(_ handle: UInt32) throws -> Int64 {
        try first(
            "SELECT head FROM lynk_scope WHERE handle = ?", bind: { $0.bind(1, Int64(handle)) }
        ) { $0.integer(0) } ?? 0
    }

    func digest(_ name: DigestName) throws -> SetDigest? {
        try first(
            "SELECT rows, sum FROM lynk_digest WHERE scope = ? AND table_id = ?",
            bind: {
                $0.bind(1, Int64(name.scope))
                $0.bind(2, Int64(name.table))
            }
        ) { try digest($0) }
    }

    func digest(ofScope handle: UInt32) throws -> SetDigest {
        let found = try all(
            "SELECT rows, sum FROM lynk_digest WHERE scope = ?",
            bind: { $0.bind(1, Int64(handle)) }
        ) { try digest($0) }
        return found.reduce(into: SetDigest()) { $0.formUnion($1) }
    }

    private func digest(_ statement: HotStatement) throws -> SetDigest {
        guard let digest = SetDigest(count: statement.integer(0), sum: statement.blobView(1))
        else { throw Problem(.storeFailed, "a digest is damaged") }
        return digest
    }

    func log(at position: Int64) throws -> LogRecord? {
        try first(
            """
            SELECT era.era, log.number, log.oid, log.lane, log.effective, log.received,
                log.disposition, log.conflicts, log.problem, log.detail, log.context, log.subject,
                log.chain
            FROM lynk_log AS log JOIN lynk_era AS era ON era.handle = log.era
            WHERE log.position = ?
            """, bind: { $0.bind(1, position) }
        ) { row in
            guard let oid = ContentID(bytes: row.blobView(2)),
                let disposition = Disposition(rawValue: row.text(6))
            else { throw Problem(.storeFailed, "the log is damaged at position \(position)") }
            let problem =
                row.isNull(8)
                ? nil
                : Problem(ProblemCode(rawValue: row.text(8)) ?? .internalFailure, row.text(9))
            return LogRecord(
                position: position,
                dot: Dot(era: try row.key(0), number: UInt64(bitPattern: row.integer(1))),
                oid: oid, lane: try row.handle(3),
                effective: HybridTimestamp(rawValue: UInt64(bitPattern: row.integer(4))),
                received: HybridTimestamp(rawValue: UInt64(bitPattern: row.integer(5))),
                disposition: disposition, conflicts: UInt32(truncatingIfNeeded: row.integer(7)),
                problem: problem, context: try VectorCodec.decode(row.blob(10)),
                subject: ContentID(bytes: row.blobView(11)), chain: row.blob(12))
        }
    }

    private func delivered(_ row: HotStatement) -> DeliveredScopes {
        DeliveredScopes(
            position: row.integer(0), hash: row.blob(1), scopes: ScopeList.decode(row.text(2)),
            covered: ScopeList.decode(row.text(3)))
    }

    func scopeSet(of device: DeviceID, hash: [UInt8]) throws -> DeliveredScopes? {
        try first(
            """
            SELECT position, hash, scopes, covered FROM lynk_scope_set
            WHERE device = ? AND hash = ? ORDER BY position DESC
            """,
            bind: {
                $0.bind(1, blob: device.bytes)
                $0.bind(2, blob: hash)
            }
        ) { delivered($0) }
    }

    func scopeSet(of device: DeviceID, at position: Int64) throws -> DeliveredScopes? {
        try first(
            """
            SELECT position, hash, scopes, covered FROM lynk_scope_set
            WHERE device = ? AND position <= ?
            ORDER BY position DESC LIMIT 1
            """,
            bind: {
                $0.bind(1, blob: device.bytes)
                $0.bind(2, position)
            }
        ) { delivered($0) }
    }

    func changes(
        in scope: UInt32, after: ChangeEntry, through position: Int64,
        _ body: (ChangeEntry) throws -> Bool
    ) throws {
        let changes = try HotStatement(
            database,
            """
            SELECT position, table_id, row FROM lynk_change
            WHERE scope = ? AND (position, table_id, row) > (?, ?, ?) AND position <= ?
            ORDER BY position, table_id, row
            """)
        changes.bind(1, Int64(scope))
        changes.bind(2, after.position)
        changes.bind(3, after.table)
        changes.bind(4, after.row)
        changes.bind(5, position)
        defer { changes.reset() }
        while try changes.step() {
            let entry = ChangeEntry(
                position: changes.integer(0), table: changes.integer(1), row: changes.integer(2))
            guard try body(entry) else { return }
        }
    }

    func makePage() throws -> SQLitePage { try SQLitePage(database, tables: tables) }

    func row(_ table: TableID, _ key: RowKey) throws -> StampedRow? {
        guard let sql = tables[table] else { return nil }
        return try first(sql.selectByKey, bind: { $0.bind(1, blob: key.bytes) }) {
            try $0.stampedRow(sql.schema)
        }
    }

    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow] {
        guard let sql = tables[table],
            let declared = sql.schema.indexes.first(where: { $0.name == index }),
            values.count <= declared.fields.count
        else { throw Problem(.internalFailure, "no index \(index) is declared") }
        return try all(
            sql.select(index: declared, count: values.count),
            bind: { statement in
                for (offset, value) in values.enumerated() {
                    statement.bind(Int32(offset + 1), value)
                }
                statement.bind(Int32(values.count + 1), Int64(limit))
            }
        ) { try $0.stampedRow(sql.schema) }.compactMap { $0 }
    }
}

/// A scope set as one text column: names in order, each on its line.
enum ScopeList {
    static func encode(_ scopes: [Scope]) -> String {
        scopes.map(\.name).joined(separator: "\n")
    }

    static func decode(_ text: String) -> [Scope] {
        text.split(separator: "\n").map { Scope(String($0)) }
    }
}
