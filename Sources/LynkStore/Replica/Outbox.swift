import GRDB
import LynkCore
import LynkWire

/// Own change sets in chain order, sent or not, until they are durable elsewhere.
struct Outbox {
    /// The intent of a change set that takes the place of one that cannot be sent.
    static let skipIntent = "skip"

    struct Entry {
        let sequence: UInt64
        /// What the hub sees: of a skip, its own oid.
        let oid: ContentID
        let bytes: [UInt8]
        let signature: [UInt8]
    }

    /// What one push carries.
    struct Batch {
        var entries: [Entry] = []
        /// More follows than one push may carry.
        var hasMore = false
        /// The next one, if its bytes are not those that its name was computed from.
        var damaged: Entry?
    }

    private let database: Database

    init(_ database: Database) { self.database = database }

    func batch(after sequence: UInt64) throws -> Batch {
        let select = try HotStatement(
            database,
            """
            SELECT sequence, coalesce(placed, oid), bytes, signature, placed IS NOT NULL
            FROM lynk_outbox WHERE sequence > ? ORDER BY sequence
            """)
        select.bind(1, Int64(sequence))
        defer { select.reset() }
        var batch = Batch()
        var bytes = 0
        while try select.step() {
            let entry = try Self.entry(select)
            guard ContentID(hashing: entry.bytes) == entry.oid else {
                batch.damaged = entry
                return batch
            }
            bytes += entry.bytes.count
            // A push is one unbroken chain. After a rollback some change sets are kept and those
            // between them were durable and dropped: the hub has those, so each run goes by itself.
            let follows = batch.entries.last.map { $0.sequence + 1 == entry.sequence } ?? true
            if !batch.entries.isEmpty,
                !follows || bytes > Limits.pushBytesMax
                    || batch.entries.count == Limits.changeSetsPerPushMax
            {
                batch.hasMore = true
                return batch
            }
            batch.entries.append(entry)
            // The next one names the damaged predecessor, so one signature cannot cover both.
            if select.integer(4) == 1 {
                batch.hasMore = try select.step()
                return batch
            }
        }
        return batch
    }

    func entry(_ oid: ContentID) throws -> Entry? {
        let select = try HotStatement(
            database,
            """
            SELECT sequence, coalesce(placed, oid), bytes, signature FROM lynk_outbox
            WHERE oid = ?
            """)
        select.bind(1, blob: oid.bytes)
        defer { select.reset() }
        return try select.step() ? try Self.entry(select) : nil
    }

    private static func entry(_ select: HotStatement) throws -> Entry {
        guard let oid = ContentID(bytes: select.blobView(1)) else {
            throw Problem(.storeFailed, "an own change set has no name")
        }
        return Entry(
            sequence: try select.natural(0), oid: oid, bytes: select.blob(2),
            signature: select.blob(3))
    }

    /// The oid at this place of the chain.
    func name(of sequence: UInt64) throws -> ContentID? {
        let select = try HotStatement(database, "SELECT oid FROM lynk_outbox WHERE sequence = ?")
        select.bind(1, Int64(sequence))
        defer { select.reset() }
        return try select.step() ? ContentID(bytes: select.blobView(0)) : nil
    }

    /// Where in the chain the oid stands, or the skip with this oid.
    func sequence(of oid: ContentID) throws -> UInt64? {
        let select = try HotStatement(
            database, "SELECT sequence FROM lynk_outbox WHERE oid = ?1 OR placed = ?1")
        select.bind(1, blob: oid.bytes)
        defer { select.reset() }
        return try select.step() ? select.natural(0) : nil
    }

    /// The change set that the skip with this oid stands for.
    func skipped(by oid: ContentID) throws -> ContentID? {
        let select = try HotStatement(database, "SELECT oid FROM lynk_outbox WHERE placed = ?")
        select.bind(1, blob: oid.bytes)
        defer { select.reset() }
        return try select.step() ? ContentID(bytes: select.blobView(0)) : nil
    }

    /// How far the hub had answered lanes that this device left, while that is not durable, and
    /// what it has answered that no checkpoint includes: a hub that does not know them has lost
    /// commits.
    func keptHeads(_ state: ReplicaState) throws -> [LaneHead] {
        var heads: [LaneHead] = []
        if state.settled < state.answered, let oid = try placed(at: state.answered) {
            heads.append(LaneHead(lane: state.lane, sequence: state.answered, oid: oid))
        }
        let select = try HotStatement(
            database,
            """
            SELECT lane, lane_left.sequence, lane_left.oid FROM lynk_lane_left AS lane_left
            JOIN lynk_outbox AS own ON own.oid = lane_left.oid
            ORDER BY lane_left.sequence DESC LIMIT \(Limits.keptHeadsMax - 1)
            """)
        defer { select.reset() }
        while try select.step() {
            guard let oid = ContentID(bytes: select.blobView(2)) else { continue }
            heads.append(
                LaneHead(
                    lane: try select.key(0), sequence: try select.natural(1), oid: oid))
        }
        return heads
    }

    /// What the hub knows the change set at this place by: a skip's own oid.
    private func placed(at sequence: UInt64) throws -> ContentID? {
        let select = try HotStatement(
            database, "SELECT coalesce(placed, oid) FROM lynk_outbox WHERE sequence = ?")
        select.bind(1, Int64(sequence))
        defer { select.reset() }
        return try select.step() ? ContentID(bytes: select.blobView(0)) : nil
    }

    /// The first change set after this place of the chain.
    func first(after sequence: UInt64) throws -> UInt64? {
        let select = try HotStatement(
            database, "SELECT min(sequence) FROM lynk_outbox WHERE sequence > ?")
        select.bind(1, Int64(sequence))
        defer { select.reset() }
        guard try select.step() else { return nil }
        let first = select.integer(0)
        return first > 0 ? UInt64(first) : nil
    }

    /// Drops what is on disk in two places, and settled here; the last one stays, because the
    /// chain goes on from it, and so does what a person has not decided about.
    func drop(
        durable: VersionVector, settled: UInt64, _ graph: EraGraph
    ) throws {
        let select = try HotStatement(
            database,
            """
            SELECT sequence, era, number FROM lynk_receipt JOIN lynk_outbox USING (sequence)
            WHERE sequence <= ? AND sequence < (SELECT max(sequence) FROM lynk_outbox)
                AND (disposition NOT IN ('rejected', 'quarantined') OR resolution IS NOT NULL)
            """)
        select.bind(1, Int64(settled))
        var durables: [Int64] = []
        while try select.step() {
            let dot = Dot(
                era: try select.key(1), number: UInt64(bitPattern: select.integer(2)))
            if graph.contains(durable, dot) { durables.append(select.integer(0)) }
        }
        select.reset()
        let delete = try HotStatement(database, "DELETE FROM lynk_outbox WHERE sequence = ?")
        for sequence in durables {
            delete.bind(1, sequence)
            try delete.run()
        }
    }

    func replace(
        _ sequence: UInt64, with skip: SealedChangeSet, signature: [UInt8]
    ) throws {
        let update = try HotStatement(
            database,
            "UPDATE lynk_outbox SET bytes = ?, signature = ?, placed = ? WHERE sequence = ?")
        update.bind(1, blob: skip.bytes)
        update.bind(2, blob: signature)
        update.bind(3, blob: skip.oid.bytes)
        update.bind(4, Int64(sequence))
        try update.run()
    }

    /// Keeps what is given up, for an audit.
    func discard(_ entry: Entry, reason: String, now: Int64) throws {
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_discarded (sequence, oid, bytes, signature, reason, discarded)
            VALUES (?, ?, ?, ?, ?, ?)
            """)
        insert.bind(1, Int64(entry.sequence))
        insert.bind(2, blob: entry.oid.bytes)
        insert.bind(3, blob: entry.bytes)
        insert.bind(4, blob: entry.signature)
        insert.bind(5, text: reason)
        insert.bind(6, now)
        try insert.run()
    }
}
