/// Whether a run kept its promises, from its history alone: no part of the engine is used.
///
/// Checked: what a session may rely on (it sees its own writes, never goes back, sees the writes of
/// others in their order and with what their authors had seen), that change sets are seen whole,
/// that at the end everybody has what the hub has, that every acknowledged write is there or was
/// overwritten, decided against in the open or refused with a reason, and that each payment is
/// there exactly once.
public struct HistoryCheck: Sendable {
    public let anomalies: [Anomaly]
    public let operations: Int
    public let sessions: Int
    public let writes: Int
    public let reads: Int
    public let payments: Int
    public let conflicts: Int

    /// - Parameter records: of all sessions, in any order; those of one session in theirs.
    /// - Complexity: about the number of writes times the number of sessions.
    public init(_ records: [Record]) {
        let history = History(records)
        var sessionCheck = SessionCheck(history)
        sessionCheck.run()
        var finalCheck = FinalCheck(sessionCheck.checked)
        finalCheck.run()
        anomalies = history.anomalies + sessionCheck.anomalies + finalCheck.anomalies
        operations = records.count
        sessions = history.sessions.count
        writes = history.writes.count
        reads = records.count { if case .read = $0.event { true } else { false } }
        payments = history.writes.reduce(0) { sum, write in
            sum + (write.happened ? write.cells.count { $0.amount != nil } : 0)
        }
        conflicts =
            Set(
                records.compactMap { record -> [String]? in
                    guard case .conflict(let key, let values) = record.event else { return nil }
                    return [key] + values
                }
            ).count
    }
}
