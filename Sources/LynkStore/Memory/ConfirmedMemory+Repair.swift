import LynkCore
import LynkEngine

/// Digests of ranges of an in-memory replica's rows, recomputed from the rows.
struct MemoryRanges: RangeDigests {
    let confirmed: ConfirmedMemory
    let schema: Schema

    func digests() -> [TableDigest] {
        confirmed.scopes.names.flatMap { scope in
            confirmed.tables(schema).map { digest(scope, $0.id, .all) }
        }.filter { $0.count > 0 }
    }

    func digest(_ scope: Scope, _ table: TableID, _ range: KeyRange) -> TableDigest {
        var digest = SetDigest()
        if let handle = confirmed.scopes.known(scope) {
            let declared = schema.table(table) ?? UnknownFields.table(table)
            var hasher = RowHasher(digestKey: confirmed.digestKey)
            let prefix = hasher.prefix(handle) { _ in scope }
            // A sum in a group: the order of the rows does not matter.
            for row in confirmed.rows(table, handle, range) {
                let name = RowName(table: table, key: row.key)
                hasher.write(
                    row, of: declared, unknown: confirmed.unknown[name] ?? [],
                    era: { confirmed.eras[$0] })
                hasher.insert(into: &digest, prefix: prefix)
            }
        }
        return TableDigest(
            scope: scope, table: table, count: UInt64(digest.count), hash: digest.root)
    }
}

extension ConfirmedMemory {
    func rows(_ table: TableID, _ scope: UInt32, _ range: KeyRange) -> [StampedRow] {
        (rows[table] ?? [:]).values.filter {
            range.contains($0.key) && $0.record.scopes.contains(scope)
        }
    }

    /// Makes the rows of a differing range the hub's.
    ///
    /// - Parameters:
    ///   - isSeen: whether a commit is inside the replica's checkpoint: what is newer comes with
    ///     the next pull.
    ///   - isBehind: the hub has newer commits: what it does not have may be deleted since.
    /// - Returns: the rows that differed, in key order.
    mutating func repair(
        _ found: DifferingRange, _ schema: Schema, isBehind: Bool, isSeen: (Dot) -> Bool
    ) throws -> [RowKey] {
        let table = schema.table(found.table) ?? UnknownFields.table(found.table)
        let page = try PageRows(found.page, schema)
        let scope = scopes.handle(found.scope)
        var ours = Dictionary(
            rows(table.id, scope, found.range).map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        var repaired: [RowKey] = []
        var hasher = RowHasher(digestKey: digestKey)
        for line in page.rows {
            let row = line.row
            guard line.table == table.id, found.range.contains(row.key) else {
                throw Problem(.responseInvalid, "a row outside of the range that was asked for")
            }
            let own = ours.removeValue(forKey: row.key)
            let stamps = [row.record.row] + row.record.overrides.map(\.stamp)
            guard
                stamps.allSatisfy({
                    isSeen(Dot(era: page.eras[Int($0.era)], number: $0.number))
                })
            else { continue }
            // A comparison answers for one scope; the row's other scope stays as it is here.
            let before = own?.record.scopes ?? [scope]
            let theirs = local(
                row, of: page, in: before.contains(scope) ? before : before + [scope])
            let others = unknown[RowName(table: table.id, key: row.key)] ?? []
            guard theirs != own || line.unknown != others else { continue }
            put(theirs, line.unknown, table, &hasher)
            repaired.append(row.key)
        }
        guard !isBehind else { return repaired }
        for key in ours.keys.sorted() {
            _ = remove(RowName(table: table.id, key: key), schema, &hasher)
            repaired.append(key)
        }
        return repaired
    }
}
