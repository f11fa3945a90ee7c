import Foundation
import GRDB
import LynkCore
import LynkEngine

extension Replica {
    /// What has a receipt with a dot that the checkpoint contains is inside it too, also when the
    /// lane's head is none of ours because a copy of this file went on with the lane.
    func settledByDots(
        from settled: UInt64, in vector: VersionVector, _ state: ReplicaState,
        _ database: Database
    ) throws -> UInt64 {
        guard settled < state.answered else { return settled }
        var settled = settled
        for row in try Row.fetchAll(
            database,
            sql:
                """
                SELECT sequence, era, number FROM lynk_receipt
                WHERE sequence > ? ORDER BY sequence
                """,
            arguments: [Int64(clamping: settled)])
        {
            let number = UInt64(bitPattern: try row.integer("number"))
            guard try row.natural("sequence") == settled + 1,
                let era = EraID(bytes: try row.bytes("era")),
                state.graph.contains(vector, Dot(era: era, number: number))
            else { break }
            settled += 1
        }
        return settled
    }

    /// The first change set that has a receipt and is not in the checkpoint that came after it:
    /// the hub gave its dot and lost it, and by another replica of this device the hub may already
    /// have so much again that it does not say `rollback`.
    ///
    /// - Parameter settled: how far the chain was settled before that checkpoint.
    func firstLost(
        after settled: UInt64, in vector: VersionVector, _ state: ReplicaState,
        _ database: Database
    ) throws -> UInt64? {
        let settled = min(settled, state.settled)
        guard settled < state.answered else { return nil }
        let select = try HotStatement(
            database,
            """
            SELECT sequence, era, number FROM lynk_receipt JOIN lynk_outbox USING (sequence)
            WHERE sequence > ? AND sequence <= ? ORDER BY sequence
            """)
        select.bind(1, Int64(clamping: settled))
        select.bind(2, Int64(clamping: state.answered))
        defer { select.reset() }
        while try select.step() {
            let dot = Dot(era: try select.key(1), number: UInt64(bitPattern: select.integer(2)))
            if !state.graph.contains(vector, dot) { return try select.natural(0) }
        }
        return nil
    }
}
