import LynkCore

@testable import LynkStore

/// A change set that the hub applied, as the definition of its state sees it.
struct AppliedChangeSet {
    let oid: ContentID
    let dot: Dot
    let effective: HybridTimestamp
    /// `nil` for what the office wrote at the hub, which knows everything before.
    let lane: LaneID?
    /// The change sets before it in its author's chain, in whatever lane.
    var before: Set<ContentID> = []
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
        /// Per ordinal the dot of the write that stands; `nil` where several may.
        var dots: [Dot?] = []

        var description: String {
            zip(values, dots).map { "\($0) by \($1?.number ?? 0)" }.joined(separator: ", ")
        }
    }

    /// One change of one row, and who made it.
    struct Write {
        let place: Int
        let by: AppliedChangeSet
        let change: RowChange
    }

    /// - Parameter applied: in the order of the dots.
    func rows(_ table: TableSchema, _ applied: [AppliedChangeSet]) -> [RowKey: Row] {
        var writes: [RowKey: [Write]] = [:]
        for (place, by) in applied.enumerated() {
            for change in by.changes where change.table == table.id {
                writes[change.key, default: []].append(
                    Write(place: place, by: by, change: change))
            }
        }
        return writes.compactMapValues { row(table, generation(of: $0, table)) }
    }

    /// The writes of the newest generation: it begins with a birth by one who knew a delete of
    /// the one before, and has what was written by those who knew that birth.
    private func generation(of writes: [Write], _ table: TableSchema) -> [Write] {
        guard let first = writes.first(where: { $0.change.kind == .insert }) else { return [] }
        guard
            let next = writes.first(where: { write in
                write.change.kind == .insert && write.place > first.place
                    && writes.contains { $0.change.kind == .delete && knew(write, $0) }
            })
        else { return writes }
        return generation(
            of: [next] + writes.filter { $0.place > next.place && knew($0, next) }, table)
    }

    private func row(_ table: TableSchema, _ writes: [Write]) -> Row? {
        guard let birth = writes.first(where: { $0.change.kind == .insert }) else { return nil }
        let deletes = writes.filter { $0.change.kind == .delete }
        switch table.deletes {
        case .deleteWins where !deletes.isEmpty: return nil
        case .updateWins:
            // There is a write that no delete knew.
            let isThere = writes.contains { write in
                write.change.kind != .delete && !deletes.contains { knew($0, write) }
            }
            if !isThere { return nil }
        default: break
        }
        let written = [birth] + writes.filter { $0.change.kind == .update }
        var row = Row()
        for (ordinal, field) in table.fields.enumerated() {
            let (value, dot) = cell(field, table.defaults[ordinal], written, table)
            row.values.append(value)
            row.dots.append(dot)
        }
        return row
    }

    /// - Parameter writes: the birth first.
    private func cell(
        _ field: FieldSchema, _ start: Value, _ writes: [Write], _ table: TableSchema
    ) -> (Value, Dot?) {
        let birth = writes[0]
        var versions = writes.compactMap { write -> Version? in
            let value = write.change.put(field.id) ?? (write.place == birth.place ? start : nil)
            return value.map { Version(value: $0, by: write.by, place: write.place) }
        }
        switch field.policy {
        case .counter:
            let adds = writes.flatMap { write in
                write.change.adds.filter { $0.field == field.id }.map { ($0.delta, write.by.dot) }
            }
            let sum = adds.reduce(start.integerValue ?? 0) { $0 + $1.0 }
            return (.integer(sum), adds.last?.1 ?? birth.by.dot)
        case .set: return (elements(field, writes), nil)
        case .flag(let flag):
            let live = live(versions).contains { $0.value == flag.winner }
            return (live ? flag.winner : flag.loser, nil)
        case .multiValue:
            var values: [Value] = []
            for version in live(versions).sorted(by: Version.isLess) {
                for value in ScalarArray.elements(of: version.value) ?? [] {
                    values.removeAll { $0 == value }
                    values.append(value)
                }
            }
            return (values.isEmpty ? .null : .blob(ScalarArray.encode(values)), nil)
        default:
            versions.sort { $0.place < $1.place }
            let standing = stand(versions, field.policy)
            return (standing.value, standing.by.dot)
        }
    }

    /// An element is there while one of its additions was neither removed nor added again by one
    /// who knew it.
    private func elements(_ field: FieldSchema, _ writes: [Write]) -> Value {
        func edits(_ write: Write) -> [SetEdit] {
            write.change.edits.filter { $0.field == field.id }
        }
        var there: Set<Value> = []
        for write in writes {
            for element in edits(write).flatMap(\.added) {
                let isGone = writes.contains { later in
                    edits(later).contains { $0.removed.contains(element) } && knew(later, write)
                }
                if !isGone { there.insert(element) }
            }
        }
        let values = ScalarArray.canonicalSet(there)
        return values.isEmpty ? .null : .blob(ScalarArray.encode(values))
    }

    private func live(_ versions: [Version]) -> [Version] {
        versions.filter { version in !versions.contains { knew($0, version) } }
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
        case .maximum, .minimum:
            let isBelow: (Int64, Int64) -> Bool = policy == .maximum ? { $0 < $1 } : { $0 > $1 }
            return rest.reduce(first) { best, next in
                guard let new = next.value.integerValue else { return best }
                guard let old = best.value.integerValue else { return next }
                if new == old { return Version.isLess(best, next) ? next : best }
                return isBelow(old, new) ? next : best
            }
        case .lattice(let lattice):
            return rest.reduce(first) { best, next in
                let (left, right) = (
                    lattice.rank(best.value) ?? -1, lattice.rank(next.value) ?? -1
                )
                if left != right { return right > left ? next : best }
                return Version.isLess(best, next) ? next : best
            }
        default:
            let live = live(versions)
            return live.dropFirst().reduce(live[0]) { Version.isLess($0, $1) ? $1 : $0 }
        }
    }

    /// Whether the author of one write had the other.
    private func knew(_ write: Version, _ other: Version) -> Bool {
        other.place < write.place && knew(write.by, other.by)
    }

    private func knew(_ write: Write, _ other: Write) -> Bool {
        other.place < write.place && knew(write.by, other.by)
    }

    private func knew(_ write: AppliedChangeSet, _ other: AppliedChangeSet) -> Bool {
        guard let lane = write.lane else { return true }
        if write.before.contains(other.oid) { return true }
        return lane == other.lane || eras.contains(write.context, other.dot)
    }
}
