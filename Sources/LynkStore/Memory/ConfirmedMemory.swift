import LynkCore
import LynkEngine
import LynkWire

/// The rows as the hub last gave them, and their digests. A value: a copy is a snapshot.
struct ConfirmedMemory: Sendable {
    private(set) var rows: [TableID: [RowKey: StampedRow]] = [:]
    private(set) var eras = HandleNames<EraID>()
    private(set) var lanes = HandleNames<LaneID>()
    var scopes = HandleNames<Scope>()
    /// Scopes that the device has.
    private(set) var members: Set<UInt32> = []
    private(set) var digestKey: [UInt8] = []
    /// What of these rows the replica's schema does not have; rows of tables that it does not
    /// have are in ``rows`` without values.
    private(set) var unknown: [RowName: [UInt8]] = [:]
    private var digests: [CommitEffects.DigestName: SetDigest] = [:]
    /// Last images of rows that the hub has removed under an own pending update.
    private(set) var removed: [RowName: [Value]] = [:]

    func row(_ table: TableID, _ key: RowKey) -> StampedRow? { rows[table]?[key] }

    /// The digest over the device's scopes, as kept.
    var total: SetDigest { Self.sum(digests, over: members) }

    /// The same from all rows.
    func recomputed(_ schema: Schema) -> SetDigest {
        Self.sum(freshDigests(schema), over: members)
    }

    private static func sum(
        _ digests: [CommitEffects.DigestName: SetDigest], over members: Set<UInt32>
    ) -> SetDigest {
        var total = SetDigest()
        // A sum in a group: the order of the parts does not matter.
        for (name, digest) in digests where members.contains(name.scope) {
            total.formUnion(digest)
        }
        return total
    }

    private func freshDigests(_ schema: Schema) -> [CommitEffects.DigestName: SetDigest] {
        var fresh = self
        fresh.digests = [:]
        var hasher = RowHasher(digestKey: digestKey)
        for table in tables(schema) {
            for row in (rows[table.id] ?? [:]).values {
                fresh.count(row, of: table, &hasher) { $0.insert(into: &$1, prefix: $2) }
            }
        }
        return fresh.digests
    }

    /// Takes the digests with another key, as when a hub was made anew.
    mutating func rekey(_ key: [UInt8], _ schema: Schema) {
        guard key != digestKey else { return }
        digestKey = key
        digests = freshDigests(schema)
    }

    /// Every table that has rows here, known or not.
    func tables(_ schema: Schema) -> [TableSchema] {
        let others = rows.keys.filter { schema.table($0) == nil }.sorted()
        return schema.tables + others.map { UnknownFields.table($0) }
    }

    private mutating func count(
        _ row: StampedRow, of table: TableSchema, _ hasher: inout RowHasher,
        _ change: (RowHasher, inout SetDigest, [UInt8]) -> Void
    ) {
        let name = RowName(table: table.id, key: row.key)
        hasher.write(row, of: table, unknown: unknown[name] ?? [], era: { eras[$0] })
        for scope in row.record.scopes {
            let prefix = hasher.prefix(scope, name: { scopes[$0] })
            change(
                hasher,
                &digests[.init(scope: scope, table: table.id), default: SetDigest()], prefix)
        }
    }
}

extension ConfirmedMemory {
    /// Puts the rows of pages in the place of what was there.
    ///
    /// - Parameter joinsScopes: for a snapshot's pages, which name each row under its own scope
    ///   alone: a row that is here already, under another one, is in both from then on.
    /// - Returns: how many rows the pages had.
    mutating func apply(
        _ pages: [PageRows], _ schema: Schema, joinsScopes: Bool = false
    ) -> Int {
        var hasher = RowHasher(digestKey: digestKey)
        var count = 0
        for page in pages {
            let local = page.scopes.map { scopes.handle($0) }
            for line in page.rows {
                let table = schema.table(line.table) ?? UnknownFields.table(line.table)
                var names = line.row.record.scopes.map { local[Int($0)] }
                // Another birth of the key may be in other scopes.
                if joinsScopes, let here = row(line.table, line.row.key)?.record,
                    here.generation == line.row.record.generation
                {
                    names += here.scopes.filter { !names.contains($0) }
                }
                put(self.local(line.row, of: page, in: names), line.unknown, table, &hasher)
                count += 1
            }
            for name in page.removed where remove(name, schema, &hasher) != nil { count += 1 }
        }
        return count
    }

    /// A row of a page with this replica's own handles in its stamps.
    mutating func local(
        _ row: StampedRow, of page: PageRows, in scopes: [UInt32]
    ) -> StampedRow {
        func stamp(_ stamp: Stamp) -> Stamp {
            Stamp(
                era: eras.handle(page.eras[Int(stamp.era)]), number: stamp.number,
                effective: stamp.effective, author: lanes.handle(page.lanes[Int(stamp.author)]))
        }
        let record = StampRecord(
            scopes: scopes, row: stamp(row.record.row), generation: row.record.generation,
            overrides: row.record.overrides.map {
                .init(field: $0.field, stamp: stamp($0.stamp))
            })
        return StampedRow(key: row.key, values: row.values, record: record)
    }

    /// Takes a row out that the hub does not have any more.
    mutating func remove(
        _ name: RowName, _ schema: Schema, _ hasher: inout RowHasher
    ) -> StampedRow? {
        guard let row = rows[name.table]?.removeValue(forKey: name.key) else { return nil }
        let table = schema.table(name.table) ?? UnknownFields.table(name.table)
        count(row, of: table, &hasher) { $0.remove(from: &$1, prefix: $2) }
        unknown[name] = nil
        removed[name] = row.values
        return row
    }

    /// Takes out rows with a stamp that the vector lacks: a restored hub lost what wrote them.
    ///
    /// - Returns: their keys, in order.
    mutating func removeLost(
        _ vector: VersionVector, _ graph: EraGraph, _ schema: Schema
    ) -> [RowName] {
        var hasher = RowHasher(digestKey: digestKey)
        var lost: [RowName] = []
        for table in tables(schema) {
            for row in (rows[table.id] ?? [:]).values {
                let stamps = [row.record.row] + row.record.overrides.map(\.stamp)
                let isKept = stamps.allSatisfy {
                    graph.contains(vector, Dot(era: eras[$0.era], number: $0.number))
                }
                if !isKept { lost.append(RowName(table: table.id, key: row.key)) }
            }
        }
        lost.sort { ($0.table, $0.key) < ($1.table, $1.key) }
        for name in lost { _ = remove(name, schema, &hasher) }
        return lost
    }

    mutating func put(
        _ row: StampedRow, _ unknown: [UInt8], _ table: TableSchema, _ hasher: inout RowHasher
    ) {
        let name = RowName(table: table.id, key: row.key)
        removed[name] = nil
        if let old = rows[table.id]?.updateValue(row, forKey: row.key) {
            count(old, of: table, &hasher) { $0.remove(from: &$1, prefix: $2) }
        } else {
            rows[table.id, default: [:]][row.key] = row
        }
        self.unknown[name] = unknown.isEmpty ? nil : unknown
        count(row, of: table, &hasher) { $0.insert(into: &$1, prefix: $2) }
    }

    /// Makes `update` the device's scopes and drops what only left scopes had.
    mutating func enter(_ update: ScopeUpdate, _ schema: Schema) {
        let now = Set(update.scopes.map { scopes.handle($0) })
        let isLeft = !members.isSubset(of: now)
        members = now
        guard isLeft else { return }
        var hasher = RowHasher(digestKey: digestKey)
        for table in tables(schema) {
            for row in (rows[table.id] ?? [:]).values {
                let kept: [UInt32]
                switch ScopeDeparture(scopes: row.record.scopes, members: now) {
                case .stays: continue
                case .narrowed(let scopes): kept = scopes
                case .leaves: kept = []
                }
                count(row, of: table, &hasher) { $0.remove(from: &$1, prefix: $2) }
                guard !kept.isEmpty else {
                    rows[table.id]?[row.key] = nil
                    unknown[RowName(table: table.id, key: row.key)] = nil
                    continue
                }
                let record = StampRecord(
                    scopes: kept, row: row.record.row, generation: row.record.generation,
                    overrides: row.record.overrides)
                let narrowed = StampedRow(key: row.key, values: row.values, record: record)
                rows[table.id]?[row.key] = narrowed
                count(narrowed, of: table, &hasher) { $0.insert(into: &$1, prefix: $2) }
            }
        }
        digests = digests.filter { now.contains($0.key.scope) }
    }

    /// Forgets images of removed rows that no own pending update would bring back.
    mutating func sweep(isUpdated: (RowName) -> Bool) {
        removed = removed.filter { isUpdated($0.key) }
    }
}

extension ConfirmedMemory {
    /// Carries the rows over to another version of the schema: no digest moves.
    mutating func move(from old: Schema, to new: Schema) throws {
        for table in tables(old) {
            let next = new.table(table.id) ?? UnknownFields.table(table.id)
            for row in (rows[table.id] ?? [:]).values {
                let name = RowName(table: table.id, key: row.key)
                let moved = try UnknownFields.move(
                    row.values, unknown[name] ?? [], from: table, to: next)
                rows[table.id]?[row.key] = StampedRow(
                    key: row.key, values: moved.values, record: row.record)
                unknown[name] = moved.unknown.isEmpty ? nil : moved.unknown
            }
        }
        for (name, values) in removed {
            let table = old.table(name.table) ?? UnknownFields.table(name.table)
            let next = new.table(name.table) ?? UnknownFields.table(name.table)
            removed[name] = try UnknownFields.move(values, [], from: table, to: next).values
        }
    }
}

extension PageRows {
    /// Carries staged rows over to another version of the schema.
    mutating func move(from old: Schema, to new: Schema) throws {
        for index in rows.indices {
            let line = rows[index]
            let moved = try UnknownFields.move(
                line.row.values, line.unknown,
                from: old.table(line.table) ?? UnknownFields.table(line.table),
                to: new.table(line.table) ?? UnknownFields.table(line.table))
            rows[index].row.values = moved.values
            rows[index].unknown = moved.unknown
        }
    }
}
