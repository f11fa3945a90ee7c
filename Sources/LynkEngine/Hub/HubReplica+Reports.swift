package import LynkCore

/// What people ask a hub about.
extension HubReplica {
    package func clockReport() throws -> ClockReport {
        try file.read { reads in
            guard let hub = try reads.meta(.hub).flatMap({ HubID(bytes: $0) }) else {
                throw Problem(.storeFailed, "the hub's id is damaged")
            }
            return ClockReport(
                hub: hub, eras: try reads.eras().map(\.record), vector: try reads.vector(),
                durable: try reads.durable(), floor: try reads.floor(),
                position: try reads.head(),
                lanes: try reads.lanes().map {
                    ClockReport.Lane(
                        id: $0.id, device: $0.device, head: $0.head, effective: $0.effective,
                        hasRatchet: !$0.ratchet.current.isEmpty)
                })
        }
    }

    /// How many commits a history goes back.
    private static var stepsMax: Int { 1_000 }

    package func history(of table: TableID, _ key: RowKey) throws -> RowHistory {
        guard let schema = application.schema.table(table) else {
            throw Problem(.notFound, "no table \(table)")
        }
        let row = RowName(table: table, key: key)
        return try file.read { reads in
            guard let stored = try reads.stored(schema, key) else {
                throw Problem(.notFound, "\(schema.name) \(key)")
            }
            let image = stored.state.image
            let (era, _) = try reads.names(of: image.record.row)
            let base = try reads.era(era)?.base ?? 0
            var positions = Set(try reads.history(of: row, limit: Self.stepsMax))
            positions.insert(base + Int64(image.record.row.number))
            let lanes = try reads.lanes()
            let steps = try positions.sorted().compactMap { position -> RowHistory.Step? in
                guard let log = try reads.log(at: position) else { return nil }
                let content = try reads.changeSet(at: position)?.content
                let lane = lanes[Int(log.lane)]
                return RowHistory.Step(
                    position: position, dot: log.dot, oid: log.oid, lane: lane.id,
                    device: lane.device, effective: log.effective, received: log.received,
                    intent: content?.intent, disposition: log.disposition, context: log.context,
                    changes: try reads.writes(at: position)
                        .filter { $0.table == table && $0.key == key })
            }
            let conflicts = try reads.conflicts(about: row).map { try $0.record(reads) }
            let standing = try zip(schema.fields, image.values).map { field, value in
                let stamp = image.record[field.id]
                let (era, lane) = try reads.names(of: stamp)
                return RowHistory.Standing(
                    field: field.id, value: value, dot: Dot(era: era, number: stamp.number),
                    effective: stamp.effective, author: lane, policy: field.policy.name,
                    conflicts: conflicts.filter { $0.field == field.id })
            }
            return RowHistory(
                isDeleted: stored.state.row == nil, generation: image.record.generation,
                steps: steps, standing: standing)
        }
    }
}
