import Foundation
import GRDB
import LynkCore
import LynkEngine

extension Replica {
    /// Keeps what each era inherited: it says which dots a vector contains.
    func note(_ eras: [EraRecord], _ database: Database) throws {
        for era in eras {
            try database.execute(
                sql: """
                    INSERT INTO lynk_era (era, hub, parents) VALUES (?, ?, ?)
                    ON CONFLICT (era) DO UPDATE SET hub = excluded.hub, parents = excluded.parents
                    """,
                arguments: [
                    Data(era.era.bytes), Data(era.hub.bytes),
                    Data(VectorCodec.encode(era.parents)),
                ])
        }
    }

    /// What has a receipt with a dot that the checkpoint contains is inside it too, also when the
    /// lane's head is none of ours because a copy of this file went on with the lane.
    func settledByDots(
        from settled: UInt64, to answered: UInt64, in vector: VersionVector, _ database: Database
    ) throws -> UInt64 {
        guard settled < answered else { return settled }
        var eras = EraGraph()
        for row in try Row.fetchAll(
            database,
            sql: "SELECT era, hub, parents FROM lynk_era WHERE parents IS NOT NULL ORDER BY handle")
        {
            let (era, hub, parents): (Data, Data, Data) = (row["era"], row["hub"], row["parents"])
            guard let era = EraID(bytes: era), let hub = HubID(bytes: hub) else { continue }
            let vector = try VectorCodec.decode(Array(parents))
            eras.insert(EraRecord(era: era, hub: hub, parents: vector))
        }
        var settled = settled
        for row in try Row.fetchAll(
            database,
            sql:
                "SELECT sequence, era, number FROM lynk_receipt WHERE sequence > ? ORDER BY sequence",
            arguments: [Int64(settled)])
        {
            let (sequence, era, number): (Int64, Data, Int64) = (
                row["sequence"], row["era"], row["number"]
            )
            guard sequence == Int64(settled) + 1, let era = EraID(bytes: era),
                eras.contains(vector, Dot(era: era, number: UInt64(bitPattern: number)))
            else { break }
            settled += 1
        }
        return settled
    }
}
