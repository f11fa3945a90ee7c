import GRDB
public import LynkCore
import LynkEngine
import LynkWire
import Synchronization

extension Replica {
    /// Keeps what the hub decided between concurrent writes; telling it again changes nothing.
    public func record(conflicts: [ConflictRecord]) throws {
        try pool.writeWithoutTransaction { database in
            var state = self.state.withLock { $0 }
            // The cursor has not moved past them: after a power failure they are told again.
            try relax(database, &state)
            try database.inTransaction(.immediate) {
                let own = try ownLanes(state.lane, database)
                for conflict in conflicts { try keep(conflict, own, database) }
                return .commit
            }
            self.state.withLock { $0.isRelaxed = state.isRelaxed }
        }
        observers.publish([])
    }

    private func ownLanes(_ lane: LaneID, _ database: Database) throws -> Set<LaneID> {
        var lanes: Set = [lane]
        let select = try HotStatement(database, "SELECT lane FROM lynk_lane_left")
        defer { select.reset() }
        while try select.step() { lanes.insert(try select.key(0)) }
        return lanes
    }

    private func keep(
        _ conflict: ConflictRecord, _ own: Set<LaneID>, _ database: Database
    ) throws {
        let table = tables[conflict.table]?.schema
        let ordinal = conflict.field.flatMap { table?.ordinal(of: $0) }
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_conflict (position, table_id, row_key, field, table_name, field_name,
                policy, outcome, base, current, new, current_is_own, new_is_own, current_era,
                current_number, new_era, new_number, new_oid, effective)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """)
        insert.bind(1, conflict.position)
        insert.bind(2, Int64(conflict.table))
        insert.bind(3, blob: conflict.key.bytes)
        insert.bind(4, conflict.field.map { Int64($0) } ?? -1)
        insert.bind(5, table.map { .text($0.name) } ?? .null)
        insert.bind(
            6, ordinal.flatMap { index in table.map { .text($0.fields[index].name) } } ?? .null)
        insert.bind(7, text: conflict.policy)
        insert.bind(8, text: "\(conflict.outcome)")
        insert.bind(9, conflict.base ?? .null)
        insert.bind(10, conflict.current.value)
        insert.bind(11, conflict.new.value)
        insert.bind(12, Int64(own.contains(conflict.current.author) ? 1 : 0))
        insert.bind(13, Int64(own.contains(conflict.new.author) ? 1 : 0))
        insert.bind(14, blob: conflict.current.dot.era.bytes)
        insert.bind(15, Int64(bitPattern: conflict.current.dot.number))
        insert.bind(16, blob: conflict.new.dot.era.bytes)
        insert.bind(17, Int64(bitPattern: conflict.new.dot.number))
        insert.bind(18, blob: conflict.oid.bytes)
        insert.bind(19, Int64(bitPattern: conflict.new.effective.rawValue))
        try insert.run()
    }

    /// Keeps the hub's signature over receipts, to be shown to a hub that was restored.
    public func record(proof: ReceiptProof) throws {
        guard !proof.entries.isEmpty else { return }
        let key = state.withLock { $0.hubKey }
        guard let key = DevicePublicKey(bytes: key), proof.isGenuine(key) else {
            return try pool.write { database in
                try Incident(
                    kind: .proof, position: state.withLock { $0.cursor.position },
                    ours: key, hubs: proof.signature,
                    detail: "the signature over \(proof.entries.count) receipts does not verify"
                ).keep(database)
            }
        }
        try pool.write { try ReceiptProofs($0).keep(proof) }
    }
}
