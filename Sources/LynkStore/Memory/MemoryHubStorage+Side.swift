import LynkCore
import LynkEngine
import LynkWire

/// What stands beside the rows and the log.
extension MemoryHubStorage {
    func remove(row number: Int64, from table: TableSchema) {
        guard let key = tables.rows[table.id]?.keys.removeValue(forKey: number) else { return }
        tables.rows[table.id]?.byKey[key] = nil
    }

    func insert(_ tombstone: Tombstone, of table: TableSchema) -> Int64 {
        tables.lastTombstone += 1
        let number = -tables.lastTombstone
        tables.tombstones[number] = RowName(table: table.id, key: tombstone.row.key)
        replace(tombstone, number: number, of: table)
        return number
    }

    func replace(_ tombstone: Tombstone, number: Int64, of table: TableSchema) {
        tables.rows[table.id, default: .init()].byKey[tombstone.row.key] = StoredState(
            number: number, state: .deleted(tombstone))
    }

    func remove(tombstone number: Int64) {
        guard let row = tables.tombstones.removeValue(forKey: number) else { return }
        tables.rows[row.table]?.byKey[row.key] = nil
    }

    func tombstone(_ number: Int64) -> (table: TableID, tombstone: Tombstone)? {
        guard let row = tables.tombstones[number],
            case .deleted(let tombstone)? = tables.rows[row.table]?.byKey[row.key]?.state
        else { return nil }
        return (row.table, tombstone)
    }

    func live(_ field: FieldID, of row: RowName) -> LiveVersions? {
        tables.live[.init(row: row, field: field)]
    }

    func put(_ live: LiveVersions, _ field: FieldID, of row: RowName) {
        tables.live[.init(row: row, field: field)] = live.isEmpty ? nil : live
    }

    func note(_ row: RowName, at position: Int64) {
        if tables.history[row]?.last != position {
            tables.history[row, default: []].append(position)
        }
    }

    func history(of row: RowName, limit: Int) -> [Int64] {
        Array((tables.history[row] ?? []).reversed().prefix(limit))
    }

    func writes(at position: Int64) throws -> [RowChange] {
        guard let commit = commit(at: position) else { return [] }
        let author = commit.record.subject.flatMap { self.position(of: $0) } ?? position
        return (try changeSet(at: author)?.content.changes ?? []) + commit.consequences
    }

    func changeSet(at position: Int64) throws -> SealedChangeSet? {
        guard let body = commit(at: position)?.body else { return nil }
        return body.flaw == nil ? body : try? ChangeSetCodec.open(body.bytes)
    }

    func keep(
        _ conflict: Conflict, by oid: ContentID, in scopes: [UInt32], at position: Int64
    ) {
        tables.lastConflict += 1
        tables.conflicts.append(
            .init(
                stored: StoredConflict(
                    number: tables.lastConflict, position: position, conflict: conflict,
                    newOID: oid), scopes: scopes))
    }

    func conflicts(
        in scope: UInt32, after: (position: Int64, number: Int64), through position: Int64,
        limit: Int
    ) -> [StoredConflict] {
        let found = tables.conflicts.filter {
            $0.scopes.contains(scope) && $0.stored.position <= position
                && ($0.stored.position, $0.stored.number) > after
        }
        return Array(found.prefix(limit).map(\.stored))
    }

    func scopes(ofConflict number: Int64) -> [UInt32] {
        tables.conflicts.first { $0.stored.number == number }.map { $0.scopes.sorted() } ?? []
    }

    func names(of stamp: Stamp) -> (era: EraID, lane: LaneID) {
        (tables.eras[Int(stamp.era)].record.era, tables.lanes[Int(stamp.author)].id)
    }

    func quarantine() -> [QuarantineRecord] {
        tables.quarantine.values.sorted { $0.position < $1.position }
    }

    func put(_ record: QuarantineRecord) { tables.quarantine[record.position] = record }
    func quarantined(at position: Int64) -> QuarantineRecord? { tables.quarantine[position] }

    func hasQuarantined(of device: DeviceID) -> Bool {
        tables.quarantine.values.contains {
            $0.principal.device == device && $0.resolution == nil
        }
    }

    func wait(for row: RowName, at position: Int64) {
        tables.waiting[row, default: []].insert(position)
    }

    func waiting(for row: RowName) -> [Int64] { (tables.waiting[row] ?? []).sorted() }

    func stopWaiting(at position: Int64) {
        tables.waiting = tables.waiting.compactMapValues { positions in
            let rest = positions.subtracting([position])
            return rest.isEmpty ? nil : rest
        }
    }

    func isAnyWaiting() -> Bool { !tables.waiting.isEmpty }
    func aliases() -> [DotAlias] { tables.aliases }
    func insert(_ alias: DotAlias) { tables.aliases.append(alias) }

    func keep(_ delivered: DeliveredScopes, of device: DeviceID) {
        var history = tables.deliveries[device] ?? []
        if history.last?.position == delivered.position { history.removeLast() }
        history.append(delivered)
        tables.deliveries[device] = history
    }

    func conflicts(about row: RowName) -> [StoredConflict] {
        tables.conflicts.map(\.stored).filter {
            $0.conflict.table == row.table && $0.conflict.key == row.key
        }
    }

    func changeCount(in scope: UInt32, after position: Int64) -> Int64 {
        let entries = tables.changes[scope] ?? []
        return Int64(entries.count - entries.lowerBound(of: .end(of: position)))
    }

    func rows(
        of table: TableID, in range: KeyRange, _ body: (Int64, StampedRow) throws -> Void
    ) rethrows {
        let states = (tables.rows[table]?.byKey ?? [:]).filter { range.contains($0.key) }
        for (_, stored) in states.sorted(by: { $0.key < $1.key }) {
            if let row = stored.state.row { try body(stored.number, row) }
        }
    }

    func conflictCount(after position: Int64, through last: Int64) -> Int {
        tables.conflicts.count { $0.stored.position > position && $0.stored.position <= last }
    }

    func forget(_ row: RowName, at position: Int64) {
        let rest = (tables.history[row] ?? []).filter { $0 != position }
        tables.history[row] = rest.isEmpty ? nil : rest
    }

    func forgetLive(of row: RowName) {
        tables.live = tables.live.filter { $0.key.row != row }
    }

    func forgetConflicts(through floor: Int64, limit: Int) -> Int {
        let gone = tables.conflicts.prefix(limit).prefix { $0.stored.position <= floor }.count
        tables.conflicts.removeFirst(gone)
        return gone
    }

    func forgetScopeSets(through floor: Int64, limit: Int) -> Int {
        var gone = 0
        tables.deliveries = tables.deliveries.mapValues { sets in
            let newest = sets.lastIndex { $0.position <= floor } ?? sets.startIndex
            let count = min(newest - sets.startIndex, limit - gone)
            gone += count
            return Array(sets.dropFirst(count))
        }
        return gone
    }

    func dropBody(at position: Int64) {
        guard let commit = commit(at: position) else { return }
        tables.log[Int(position) - 1] = .init(
            record: commit.record, body: nil, consequences: [])
    }
}
