import LynkCore

/// The state that a set of accepted change sets means, from the rules of Protocol/04-merge.md and
/// not from the merge: every write of a field is kept, what a later author knew is struck out, and
/// the policy chooses among the rest. Who knew what comes from contexts alone.
struct Definition {
    let application: any Application
    let deeds: [Deed]

    struct Row {
        var values: [Value] = []
        /// Per ordinal the commit whose write stands; `nil` where several may.
        var dots: [Dot?] = []
    }

    /// One change of one row.
    struct Write {
        let by: Deed
        let change: RowChange
    }

    /// One write of one field.
    struct Version {
        let value: Value
        let by: Deed

        static func precedes(_ left: Version, _ right: Version) -> Bool {
            (left.by.effective, left.by.oid) < (right.by.effective, right.by.oid)
        }
    }

    func rows(_ table: TableSchema) throws -> [RowKey: Row] {
        var writes: [RowKey: [Write]] = [:]
        for deed in deeds {
            for change in deed.changes where change.table == table.id {
                writes[change.key, default: []].append(Write(by: deed, change: change))
            }
        }
        var rows: [RowKey: Row] = [:]
        for (key, all) in writes { rows[key] = try row(key, table, all) }
        return rows
    }

    private func row(_ key: RowKey, _ table: TableSchema, _ all: [Write]) throws -> Row? {
        guard let first = all.first(where: { $0.change.kind == .insert }) else { return nil }
        var values = table.defaults
        for put in first.change.puts {
            if let ordinal = table.ordinal(of: put.field) { values[ordinal] = put.value }
        }
        let scopes = application.scopes(
            of: key, values: values, in: table, effective: first.by.effective)
        let history = History(table: table, scopes: scopes)
        return try history.row(history.generation(all), application)
    }
}

/// The writes of one key, and what they make.
private struct History {
    let table: TableSchema
    let scopes: [Scope]

    typealias Write = Definition.Write
    typealias Version = Definition.Version

    func knew(_ left: Write, _ right: Write) -> Bool { left.by.knew(right.by, of: scopes) }

    /// The writes of the newest generation: it begins with a birth by one who knew a delete of the
    /// one before, and has what was written by those who knew that birth.
    func generation(_ writes: [Write]) -> [Write] {
        guard let first = writes.first(where: { $0.change.kind == .insert }),
            let next = writes.first(where: { write in
                write.change.kind == .insert && write.by.place > first.by.place
                    && writes.contains {
                        $0.change.kind == .delete && $0.by.place <= write.by.place
                            && knew(write, $0)
                    }
            })
        else { return writes }
        return generation(
            [next] + writes.filter { $0.by.place > next.by.place && knew($0, next) })
    }

    func row(_ writes: [Write], _ application: any Application) throws -> Definition.Row? {
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
        // Who gives birth again without knowing of the first birth, or of a delete, writes the row.
        let written =
            [birth]
            + writes.filter { $0.change.kind != .delete && $0.by.place != birth.by.place }
        var row = Definition.Row()
        for (ordinal, field) in table.fields.enumerated() {
            let (value, dot) = try cell(field, table.defaults[ordinal], written, application)
            row.values.append(value)
            row.dots.append(dot)
        }
        return row
    }

    /// - Parameter writes: the birth first.
    private func cell(
        _ field: FieldSchema, _ start: Value, _ writes: [Write], _ application: any Application
    ) throws -> (Value, Dot?) {
        let birth = writes[0]
        let versions = writes.enumerated().compactMap { index, write -> Version? in
            let value = write.change.put(field.id) ?? (index == 0 ? start : nil)
            return value.map { Version(value: $0, by: write.by) }
        }
        switch field.policy {
        case .counter:
            let sum = writes.flatMap(\.change.adds).filter { $0.field == field.id }
                .reduce(start.integerValue ?? 0) { $0 &+ $1.delta }
            return (.integer(sum), nil)
        case .set: return (elements(field, writes), nil)
        case .flag(let flag):
            let isOn = live(versions).contains { $0.value == flag.winner }
            return (isOn ? flag.winner : flag.loser, nil)
        case .multiValue:
            var values: [Value] = []
            for version in live(versions).sorted(by: Version.precedes) {
                for value in ScalarArray.elements(of: version.value) ?? [] {
                    values.removeAll { $0 == value }
                    values.append(value)
                }
            }
            return (values.isEmpty ? .null : .blob(ScalarArray.encode(values)), nil)
        case .custom(let name, let number):
            let values = live(versions).sorted(by: Version.precedes).map(\.value)
                .filter { !$0.isNull }
            guard var value = values.first else { return (.null, nil) }
            for next in values.dropFirst() {
                value = try application.resolve(name, version: number, value, next)
            }
            return (value, nil)
        default:
            guard let standing = stand(versions, field.policy) else {
                return (start, birth.by.commit.dot)
            }
            return (standing.value, standing.by.commit.dot)
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
        let said = versions.filter { !isUnsaid($0, among: versions) }
        return said.filter { version in
            !said.contains { $0.by.knew(version.by, of: scopes) }
        }
    }

    /// Whether a release came after its author had written the field again: it does not say it any
    /// more (Protocol/03-change-set.md, C31), so it replaces nothing either.
    private func isUnsaid(_ version: Version, among versions: [Version]) -> Bool {
        version.by.commit.decides != nil
            && versions.contains {
                $0.by.place < version.by.place && $0.by.knew(version.by, of: scopes)
            }
    }

    private func stand(_ versions: [Version], _ policy: MergePolicy) -> Version? {
        guard let first = versions.first else { return nil }
        let rest = versions.dropFirst()
        switch policy {
        case .immutable:
            // A knowing second value is refused.
            let firsts = versions.filter { version in
                !versions.contains { version.by.knew($0.by, of: scopes) }
            }
            return firsts.dropFirst().reduce(firsts.first) { best, next in
                guard let best else { return next }
                return Version.precedes(next, best) ? next : best
            }
        case .maximum, .minimum:
            let isBelow: (Int64, Int64) -> Bool = policy == .maximum ? { $0 < $1 } : { $0 > $1 }
            return rest.reduce(first) { best, next in
                guard let new = next.value.integerValue else { return best }
                guard let old = best.value.integerValue else { return next }
                if new == old { return Version.precedes(best, next) ? next : best }
                return isBelow(old, new) ? next : best
            }
        case .lattice(let lattice):
            return rest.reduce(first) { best, next in
                let (left, right) = (
                    lattice.rank(best.value) ?? -1, lattice.rank(next.value) ?? -1
                )
                if left != right { return right > left ? next : best }
                return Version.precedes(best, next) ? next : best
            }
        default:
            let live = live(versions)
            return live.dropFirst().reduce(live.first) { best, next in
                guard let best else { return next }
                return Version.precedes(best, next) ? next : best
            }
        }
    }
}
