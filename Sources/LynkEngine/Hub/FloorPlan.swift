import LynkCore

/// How far a hub may forget, and what of each commit it forgets (Protocol/07-integrity.md).
struct FloorPlan {
    let state: HubState
    let application: any Application
    /// Commits that were received up to here are old enough.
    let limit: HybridTimestamp

    init(
        _ state: HubState, _ application: any Application, nowMilliseconds: Int64,
        ageMilliseconds: Int64
    ) {
        self.state = state
        self.application = application
        let (time, overflow) = nowMilliseconds.subtractingReportingOverflow(ageMilliseconds)
        limit = HybridTimestamp(milliseconds: overflow ? 0 : time)
    }

    /// The last commit that survives the loss of this file.
    func durable(_ reads: some HubReads) throws -> Int64 {
        let contained = state.eras.expand(try reads.durable())
        return state.eraList.compactMap { era -> Int64? in
            let number = contained[era.record.era]
            return number == 0
                ? nil : state.position(of: Dot(era: era.record.era, number: number))
        }.max() ?? 0
    }

    /// The last commit that is old enough; times ascend with positions.
    func old(_ reads: some HubReads) throws -> Int64 {
        var (low, high): (Int64, Int64) = (0, state.position)
        while low < high {
            let middle = (low + high + 1) / 2
            if let time = try reads.received(at: middle), time <= limit {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    func target(_ reads: some HubReads) throws -> Int64 {
        max(state.floor, min(try durable(reads), try old(reads)))
    }

    func report(_ reads: some HubReads) throws -> FloorReport {
        let (durable, old) = (try durable(reads), try old(reads))
        let target = max(state.floor, min(durable, old))
        return FloorReport(
            floor: state.floor, target: target, head: state.position,
            wait: wait(target, durable: durable, old: old),
            nextMilliseconds: try reads.received(at: target + 1)?.milliseconds)
    }

    private func wait(_ target: Int64, durable: Int64, old: Int64) -> FloorReport.Wait {
        if target >= state.position { return .commits }
        if durable == 0 { return .backup }
        return old <= durable ? .age : .newerBackup
    }

    /// Forgets what one commit left behind.
    ///
    /// - Returns: how many rows were looked at.
    func forget(_ position: Int64, in storage: some HubStorage) throws -> Int {
        let isAwaited = try isAwaited(position, storage)
        var rows: Set<RowName> = []
        for change in try storage.writes(at: position) {
            let row = RowName(table: change.table, key: change.key)
            guard rows.insert(row).inserted else { continue }
            if !isAwaited { try storage.forget(row, at: position) }
            guard let (number, tombstone) = try tombstone(of: row, made: position, storage)
            else { continue }
            let entry = ChangeEntry(
                position: position, table: Int64(row.table), row: number)
            for scope in tombstone.row.record.scopes { try storage.unindex(entry, in: scope) }
            try storage.remove(tombstone: number)
            try storage.forgetLive(of: row)
        }
        if try !isAwaited && mayDrop(position, storage) { try storage.dropBody(at: position) }
        return 1 + rows.count
    }

    /// Counts what ``forget(_:in:)`` would forget.
    func count(
        _ position: Int64, in reads: some HubReads, into sum: inout FloorReport.Forgettable
    ) throws {
        sum.commits += 1
        let rows = Set(
            try reads.writes(at: position).map { RowName(table: $0.table, key: $0.key) })
        for row in rows where try tombstone(of: row, made: position, reads) != nil {
            sum.tombstones += 1
        }
        if try !isAwaited(position, reads) && mayDrop(position, reads) {
            sum.bytes += Int64(try reads.changeSet(at: position)?.bytes.count ?? 0)
        }
    }

    /// The tombstone of a row that was deleted by this commit and stayed so. A delete stands in
    /// the commit that made it, so that commit tells of every tombstone.
    private func tombstone(
        of row: RowName, made position: Int64, _ reads: some HubReads
    ) throws -> (number: Int64, tombstone: Tombstone)? {
        guard let table = application.schema.table(row.table), table.deletes != .forbidden,
            let stored = try reads.stored(table, row.key),
            case .deleted(let tombstone) = stored.state,
            state.position(of: tombstone.deleted) == position
        else { return nil }
        return (stored.number, tombstone)
    }

    /// Whether a release may ask for it: what the author of a quarantined change set wrote later
    /// decides what of that one still counts.
    private func isAwaited(_ position: Int64, _ reads: some HubReads) throws -> Bool {
        guard let log = try reads.log(at: position) else { return false }
        let author = try log.subject.flatMap { try reads.position(of: $0) } ?? position
        guard let lane = try author == position ? log.lane : reads.log(at: author)?.lane
        else { return false }
        return try reads.hasQuarantined(of: state.lanes[Int(lane)].device)
    }

    /// Facts, and what was ever quarantined, keep their bytes.
    private func mayDrop(_ position: Int64, _ reads: some HubReads) throws -> Bool {
        if try reads.quarantined(at: position) != nil { return false }
        return try reads.writes(at: position).allSatisfy {
            application.schema.table($0.table)?.deletes ?? .forbidden != .forbidden
        }
    }
}
