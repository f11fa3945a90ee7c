import GRDB
import LynkCore

/// The eras that a replica has heard of, with their parents.
struct ReplicaEras {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func note(_ record: EraRecord) throws {
        var names = try ReplicaNames(database)
        let handle = try names.handle(record.era)
        let update = try HotStatement(
            database, "UPDATE lynk_era SET hub = ?, parents = ? WHERE handle = ?")
        update.bind(1, blob: record.hub.bytes)
        update.bind(2, blob: VectorCodec.encode(record.parents))
        update.bind(3, Int64(handle))
        try update.run()
    }

    /// Parents first, as they were told.
    func records() throws -> [EraRecord] {
        let select = try HotStatement(
            database,
            "SELECT era, hub, parents FROM lynk_era WHERE hub IS NOT NULL ORDER BY handle")
        defer { select.reset() }
        var left: [EraRecord] = []
        while try select.step() {
            left.append(
                EraRecord(
                    era: try select.key(0), hub: try select.key(1),
                    parents: try VectorCodec.decode(select.blob(2))))
        }
        // A page may have named an era before a welcome told its parents.
        var known: Set<EraID> = []
        var ordered: [EraRecord] = []
        let all = Set(left.map(\.era))
        while !left.isEmpty {
            let ready = left.filter { record in
                record.parents.entries.keys.allSatisfy { known.contains($0) || !all.contains($0) }
            }
            if ready.isEmpty { return ordered + left }
            ordered += ready
            known.formUnion(ready.map(\.era))
            left.removeAll { known.contains($0.era) }
        }
        return ordered
    }

    func graph() throws -> EraGraph {
        var graph = EraGraph()
        for record in try records() { graph.insert(record) }
        return graph
    }
}
