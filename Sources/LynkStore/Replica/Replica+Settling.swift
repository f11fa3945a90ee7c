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
}
