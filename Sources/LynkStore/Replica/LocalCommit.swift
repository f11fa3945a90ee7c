import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// The last step of a local write: change set, signature and outbox row, in the write's own
/// transaction.
struct LocalCommit {
    private let replica: Replica
    private let database: Database

    init(_ replica: Replica, _ database: Database) {
        self.replica = replica
        self.database = database
    }

    /// - Returns: the replica's state once the transaction has committed.
    func run(_ captured: [CapturedChange], intent: Intent?) throws -> ReplicaState {
        var state = replica.state.withLock { $0 }
        guard let enrolment = state.enrolment else { throw Problem(.notEnrolled) }
        guard captured.count <= Limits.changesPerSetMax else {
            throw Problem(.changeSetTooLarge, "\(captured.count) rows in one write")
        }
        let changes = try captured.map { try pending($0) }
        let made = replica.clock.read()
        let claimed = state.clock.tick(wallMilliseconds: made.wallMilliseconds)
        let sealed = ChangeSetCodec.seal(
            ChangeSet(
                tenant: enrolment.principal.tenant, device: enrolment.principal.device,
                previous: state.head?.oid, context: state.cursor.vector,
                schemaVersion: replica.schema.version, changes: changes,
                intent: intent, claimed: claimed, made: made))
        guard sealed.bytes.count <= Limits.changeSetBytesMax else {
            throw Problem(.changeSetTooLarge, "\(sealed.bytes.count) bytes in one write")
        }
        let sequence = (state.head?.sequence ?? 0) + 1
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_outbox (sequence, oid, claimed, bytes, signature)
            VALUES (?, ?, ?, ?, ?)
            """
        )
        insert.bind(1, Int64(sequence))
        insert.bind(2, blob: sealed.oid.bytes)
        insert.bind(3, Int64(bitPattern: claimed.rawValue))
        insert.bind(4, blob: sealed.bytes)
        insert.bind(5, blob: try enrolment.key.sign(sealed.oid.bytes, as: .changeSet))
        try insert.run()
        state.head = LaneHead(lane: state.lane, sequence: sequence, oid: sealed.oid)
        return state
    }

    /// Keeps the hub's image of a row before the first pending change on it, and marks the row as
    /// pending by a NULL stamp.
    ///
    /// - Returns: the change, with every field of each group that it writes.
    private func pending(_ captured: CapturedChange) throws -> RowChange {
        let table = captured.sql.schema
        switch captured.change.kind {
        case .insert: return captured.change
        case .delete:
            if let record = captured.oldRecord {
                try Shadow(database).keep(
                    table.id, captured.change.key, record: record,
                    values: captured.old.map(\.value))
            }
            return captured.change
        case .update: break
        }
        let select = try HotStatement(database, captured.sql.selectByKey)
        select.bind(1, blob: captured.change.key.bytes)
        guard try select.step() else {
            select.reset()
            return captured.change
        }
        let rowid = select.integer(0)
        var values = select.values(table)
        let record = captured.oldRecord ?? (select.isNull(2) ? nil : select.blob(2))
        select.reset()
        let change = Self.whole(captured.change, values, table)
        guard let record else { return change }
        for (ordinal, value) in captured.old { values[ordinal] = value }
        try Shadow(database).keep(table.id, change.key, record: record, values: values)
        let mark = try HotStatement(database, captured.sql.setStamp)
        mark.bindNull(1)
        mark.bind(2, rowid)
        try mark.run()
        return change
    }

    /// The fields of a group are one register: who writes one states all of them.
    private static func whole(
        _ change: RowChange, _ values: [Value], _ table: TableSchema
    ) -> RowChange {
        var puts = change.puts
        for put in change.puts {
            guard let ordinal = table.ordinal(of: put.field),
                case .group(let group) = table.fields[ordinal].policy
            else { continue }
            for member in table.ordinals(ofGroup: group) {
                let field = table.fields[member].id
                if !puts.contains(where: { $0.field == field }) {
                    puts.append(RowChange.Put(field, values[member]))
                }
            }
        }
        guard puts.count > change.puts.count else { return change }
        return RowChange(
            table: change.table, key: change.key, kind: change.kind, puts: puts,
            adds: change.adds, edits: change.edits)
    }
}
