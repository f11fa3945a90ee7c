import GRDB
public import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

extension Replica: SnapshotReplica {
    public func snapshotTask() throws -> SnapshotTask? {
        try pool.read { database in
            let intake = SnapshotIntake(database)
            guard let next = try intake.entries().first(where: { !$0.isComplete }) else {
                return nil
            }
            return SnapshotTask(
                scope: next.scope, manifest: next.manifest, taken: next.taken,
                byteCount: try intake.byteCount())
        }
    }

    public func begin(snapshot: SnapshotManifest) throws -> Bool {
        guard snapshot.tenant == state.withLock({ $0.enrolment?.principal.tenant }) else {
            throw Problem(.responseInvalid, "the snapshot is another tenant's")
        }
        return try change { intake, _, _ in
            guard let next = try intake.entries().first(where: { !$0.isComplete }),
                next.scope == snapshot.scope
            else { throw Problem(.responseInvalid, "a snapshot that was not asked for") }
            let before = next.manifest?.segments ?? []
            let taken = before.prefix(next.taken)
            guard snapshot.segments.starts(with: taken) else { return false }
            let goesOn =
                next.taken < before.count && next.taken < snapshot.segments.count
                && before[next.taken] == snapshot.segments[next.taken]
            if !goesOn { try intake.dropBytes() }
            try intake.keep(snapshot, next)
            return true
        }
    }

    public func keep(segmentBytes: [UInt8]) throws {
        try change { intake, _, _ in try intake.append(segmentBytes) }
    }

    public func dropSegmentBytes() throws {
        try change { intake, _, _ in try intake.dropBytes() }
    }

    public func takeSegment() throws {
        let (entry, frames) = try pool.read { database in
            let intake = SnapshotIntake(database)
            guard let next = try intake.entries().first(where: { !$0.isComplete }),
                let manifest = next.manifest
            else { throw Problem(.responseInvalid, "a segment that was not asked for") }
            let bytes = try intake.bytes()
            do throws(WireError) {
                return (next, try SegmentCodec.open(bytes, as: manifest.segments[next.taken]))
            } catch {
                return (next, [])
            }
        }
        guard !frames.isEmpty else {
            try dropSegmentBytes()
            throw Problem(.responseInvalid, "a segment is not what its hash stands for")
        }
        // Told before their rows are there, as in an exchange; telling them again changes nothing.
        for case .conflicts(let conflicts) in frames { try record(conflicts: conflicts) }
        do {
            try change { intake, database, state in
                for case .page(let page) in frames {
                    try take(page, intake, database, &state)
                }
                try intake.advance(entry)
            }
        } catch let problem as Problem where problem.code == .responseInvalid {
            try dropSegmentBytes()
            throw problem
        }
    }

    /// A first sync puts the rows in place at once, as those of a pull; otherwise they wait for the
    /// checkpoint, so that readers see a consistent cut.
    private func take(
        _ page: [UInt8], _ intake: SnapshotIntake, _ database: Database,
        _ state: inout ReplicaState
    ) throws {
        let checked = try InboxPage(checking: page)
        guard state.isBootstrapping else { return try intake.stage(checked.bytes) }
        let pages = try PageApply(
            database, tables: tables, digestKey: state.digestKey, joinsScopes: true)
        try pages.apply(checked.bytes)
        try pages.flush()
        state.snapshotRows += pages.rowCount
    }

    public func dropSnapshots() throws {
        try change { _, database, state in try dropSnapshots(&state, database) }
    }

    /// - Throws: nothing of it is dropped then.
    func dropSnapshots(_ state: inout ReplicaState, _ database: Database) throws {
        guard try !SnapshotIntake(database).isEmpty() else { return }
        try SnapshotIntake(database).clear()
        // A pull that went on from them does not go on any more.
        try Inbox(database).clear()
        try ReplicaMeta(database).remove("bootstrap_mark")
        state.resumeMark = []
        state.hasInbox = false
        state.firstPage = nil
        state.snapshotRows = 0
        state.mustTruncate = true
        // What a first sync has put in place may be gone at the hub: a pull from zero would not
        // say so. With own writes on top the comparison after the checkpoint finds it instead.
        guard state.cursor.position == 0, state.head == nil else { return }
        for sql in tables.values {
            try database.execute(sql: "DELETE FROM \(sql.schema.name)")
        }
        try database.execute(sql: "DELETE FROM lynk_digest")
    }

    /// One transaction that is not synced: like a staged page it is acknowledged by nobody.
    @discardableResult
    private func change<T>(
        _ body: (SnapshotIntake, Database, inout ReplicaState) throws -> T
    ) throws -> T {
        var result: T?
        try pool.writeWithoutTransaction { database in
            var state = self.state.withLock { $0 }
            try relax(database, &state)
            self.state.withLock { $0.isRelaxed = true }
            try database.inTransaction(.immediate) {
                result = try body(SnapshotIntake(database), database, &state)
                return .commit
            }
            self.state.withLock { $0 = state }
        }
        guard let result else { throw Problem(.storeFailed, "a transaction gave no result") }
        return result
    }
}
