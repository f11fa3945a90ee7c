import GRDB
public import LynkCore
import LynkWire

/// What a change set of this replica, that is still in its file, does to one row.
public struct OwnChange: Sendable {
    public let sequence: UInt64
    public let oid: ContentID
    /// What this device said the time was.
    public let claimed: HybridTimestamp
    /// What the writer had seen.
    public let context: VersionVector
    public let intent: Intent?
    /// What the hub answered; `nil` while it has not.
    public let disposition: Disposition?
    /// Why the hub refused it.
    public let problem: String?
    /// Whether the hub's rows, as this replica has them, do not include it yet.
    public let isOnTop: Bool
    public let change: RowChange
}

extension Replica {
    /// What own change sets that are still in the file do to a row, in the order of the writes.
    ///
    /// Those that are durable at the hub have left the file. One that is damaged is left out;
    /// the next push reports it.
    public func ownChanges(of table: TableID, _ key: RowKey) throws -> [OwnChange] {
        try pool.read { database in
            let select = try HotStatement(
                database,
                """
                SELECT own.sequence, bytes, disposition, problem, detail,
                    own.sequence > (SELECT settled.sequence FROM lynk_settled AS settled)
                FROM lynk_outbox AS own LEFT JOIN lynk_receipt AS receipt USING (sequence)
                ORDER BY own.sequence
                """)
            defer { select.reset() }
            var found: [OwnChange] = []
            while try select.step() {
                guard let sealed = try? ChangeSetCodec.open(select.blob(1)) else { continue }
                let content = sealed.content
                for change in content.changes where change.table == table && change.key == key {
                    found.append(
                        OwnChange(
                            sequence: try select.natural(0), oid: sealed.oid,
                            claimed: content.claimed, context: content.context,
                            intent: content.intent,
                            disposition: select.isNull(2)
                                ? nil : Disposition(rawValue: select.text(2)),
                            problem: select.isNull(3)
                                ? nil : "\(select.text(3)): \(select.text(4))",
                            isOnTop: select.integer(5) == 1, change: change))
                }
            }
            return found
        }
    }
}
