import LynkCore

@testable import LynkStore

/// A change set that the hub applied, as the definition of its state sees it.
struct AppliedChangeSet {
    let oid: ContentID
    let dot: Dot
    let effective: HybridTimestamp
    /// `nil` for what the office wrote at the hub, which knows everything before.
    let lane: LaneID?
    let context: VersionVector
    /// As the receipt counts them.
    let conflicts: Int
    let changes: [RowChange]
}

/// The state that a set of applied change sets means, written from the rules of page 4 of the
/// book and not from the merge: every version of a field is kept, what a later author knew is
/// struck out, and the policy chooses among the rest. No order of arrival is in it, except that
/// a dot names its commit.
struct StateFunction {
    let schema: Schema
    let eras: EraGraph

    /// One write of one field.
    struct Version {
        let value: Value
        let by: AppliedChangeSet
        /// Its place in the set, in the order of the dots.
        let place: Int

        static func isLess(_ left: Version, _ right: Version) -> Bool {
            (left.by.effective, left.by.oid) < (right.by.effective, right.by.oid)
        }
    }

    struct Row: Hashable, CustomStringConvertible {
        var values: [Value] = []
        /// Per ordinal the dot of the write that stands.
        var dots: [Dot] = []

        var description: String {
            zip(values, dots).map { "\($0) by \($1.number)" }.joined(separator: ", ")
        }
    }

    /// - Parameter applied: in the order of the dots.
    func rows(_ table: TableSchema, _ applied: [AppliedChangeSet]) -> [RowKey: Row] {
        var writes: [RowKey: [(place: Int, by: AppliedChangeSet, change: RowChange)]] = [:]
        for (place, by) in applied.enumerated() {
            for change in by.changes where change.table == table.id {
                writes[change.key, default: []].append((place, by, change))
            }
        }
        return writes.compactMapValues { writes in
            guard let birth = writes.first(where: { $0.change.kind == .insert }) else {
                return nil
            }
            var row = Row()
            for (ordinal, field) in table.fields.enumerated() {
                let born = Version(
                    value: birth.change.put(field.id) ?? table.defaults[ordinal], by: birth.by,
                    place: birth.place)
                let later = writes.filter { $0.change.kind == .update }
                if field.policy == .counter {
                    let adds = ([birth] + later).flatMap { write in
                        write.change.adds.filter { $0.field == field.id }.map {
                            (delta: $0.delta, write: write)
                        }
                    }
                    let start = born.value.integerValue ?? 0
                    row.values.append(.integer(adds.reduce(start) { $0 + $1.delta }))
                    row.dots.append(adds.last?.write.by.dot ?? birth.by.dot)
                    continue
                }
                let puts = later.compactMap { write in
                    write.change.put(field.id).map {
                        Version(value: $0, by: write.by, place: write.place)
                    }
                }
                let standing = stand([born] + puts, field.policy)
                row.values.append(standing.value)
                row.dots.append(standing.by.dot)
            }
            return row
        }
    }

    /// How many writes of the change set at this place a policy had to decide: the author did not
    /// know what stood there, or knew it and may not change it so.
    func conflicts(at place: Int, _ applied: [AppliedChangeSet]) -> Int {
        let before = applied[..<place]
        return applied[place].changes.reduce(0) { count, change in
            guard change.kind == .update, let table = schema.table(change.table) else {
                return count
            }
            return count
                + change.puts.count { put in
                    guard let ordinal = table.ordinal(of: put.field) else { return false }
                    let versions = versions(of: put.field, ordinal, change.key, table, before)
                    guard !versions.isEmpty else { return false }
                    let policy = table.fields[ordinal].policy
                    let standing = stand(versions, policy)
                    if standing.value == put.value { return false }
                    let write = Version(value: put.value, by: applied[place], place: place)
                    let isKnown = knew(write, standing)
                    switch policy {
                    case .immutable: return true
                    case .lattice(let lattice):
                        let rises =
                            lattice.rank(put.value) ?? -1 > lattice.rank(standing.value) ?? -1
                        return !(isKnown && rises)
                    case .maximum, .minimum: return false
                    default: return !isKnown
                    }
                }
        }
    }

    private func versions(
        of field: FieldID, _ ordinal: Int, _ key: RowKey, _ table: TableSchema,
        _ applied: ArraySlice<AppliedChangeSet>
    ) -> [Version] {
        applied.enumerated().flatMap { place, by in
            by.changes.compactMap { change -> Version? in
                guard change.table == table.id, change.key == key else { return nil }
                let value =
                    change.put(field) ?? (change.kind == .insert ? table.defaults[ordinal] : nil)
                return value.map { Version(value: $0, by: by, place: place) }
            }
        }
    }

    private func stand(_ versions: [Version], _ policy: MergePolicy) -> Version {
        let (first, rest) = (versions[0], versions.dropFirst())
        switch policy {
        case .immutable:
            return rest.reduce(first) { Version.isLess($1, $0) ? $1 : $0 }
        case .lattice(let lattice):
            return rest.reduce(first) { best, next in
                let (left, right) = (
                    lattice.rank(best.value) ?? -1, lattice.rank(next.value) ?? -1
                )
                if left != right { return right > left ? next : best }
                return Version.isLess(best, next) ? next : best
            }
        default:
            let live = versions.filter { version in
                !versions.contains { knew($0, version) }
            }
            return live.dropFirst().reduce(live[0]) { Version.isLess($0, $1) ? $1 : $0 }
        }
    }

    /// Whether the author of one write had the other.
    private func knew(_ write: Version, _ other: Version) -> Bool {
        guard other.place < write.place else { return false }
        guard let lane = write.by.lane else { return true }
        return lane == other.by.lane || eras.contains(write.by.context, other.by.dot)
    }
}
