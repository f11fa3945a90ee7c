import LynkCore
import LynkEngine
import LynkStore

/// Nothing that a person wrote disappears silently: what is not shown was replaced by one who had
/// seen it, or it is kept in a conflict.
final class NothingLostSilently: Checker {
    static let name = "NothingLostSilently"
    static let invariant = "I34"

    private struct Put {
        let value: Value
        let deed: Deed
    }

    func check(_ moment: Moment, in world: World) throws {
        // What is below the floor is forgotten; what was lost with a hub was met again otherwise.
        guard case .rested = moment, world.truth.floor == 0, world.truth.hubRestores == 0 else {
            return
        }
        let graph = try world.hub.store.inspect { reads in
            var graph = EraGraph()
            for era in try reads.eras() { graph.insert(era.record) }
            return graph
        }
        let deeds = Deed.all(in: world.truth, graph)
        for table in [SimulatedApplication.board, SimulatedApplication.card] {
            for row in world.hub.presentRows(table.id) {
                try check(row, table, deeds, world)
            }
        }
    }

    private func check(
        _ row: NamedRow, _ table: TableSchema, _ deeds: [Deed], _ world: World
    ) throws {
        let changes = deeds.flatMap { deed in
            deed.changes.filter { $0.table == table.id && $0.key == row.key }.map { (deed, $0) }
        }
        // Of a key that had several lives only the last is shown.
        guard !changes.contains(where: { $0.1.kind == .delete }),
            changes.count(where: { $0.1.kind == .insert }) == 1
        else { return }
        let kept = try world.hub.store.inspect {
            try $0.conflicts(about: RowName(table: table.id, key: row.key))
        }
        for (ordinal, field) in table.fields.enumerated() {
            switch field.policy {
            case .lastWriter, .group: break
            default: continue
            }
            let puts = changes.compactMap { deed, change in
                change.put(field.id).map { Put(value: $0, deed: deed) }
            }
            for put in puts where put.value != row.values[ordinal] && !put.deed.isHub {
                let isKnown = puts.contains { same in
                    same.value == put.value
                        && puts.contains { isCovered(same, by: $0, row.scopes) }
                }
                guard !isKnown,
                    !kept.contains(where: { $0.conflict.keeps(put.value, of: field, put.deed) })
                else { continue }
                throw breach(
                    "\(put.value) in \(table.name).\(field.name) of \(row.key) is neither shown, "
                        + "nor replaced by one who knew it, nor in a conflict")
            }
        }
    }

    /// Replaced by one who knew it. Of two who wrote the same it is enough to have known one.
    private func isCovered(_ put: Put, by later: Put, _ scopes: [Scope]) -> Bool {
        later.deed !== put.deed && later.deed.knew(put.deed, of: scopes)
    }
}

extension Conflict {
    /// Whether one of the two sides is this write, or another of the same value.
    fileprivate func keeps(_ value: Value, of field: FieldSchema, _ deed: Deed) -> Bool {
        self.field == field.id && (new == value || current == value)
    }
}

/// Nobody is asked about a conflict with itself: of two writes of one chain the later one knew the
/// earlier, whatever lanes its device has left since.
final class NoConflictWithOneself: Checker {
    static let name = "NoConflictWithOneself"
    static let invariant = "I33"

    func check(_ moment: Moment, in world: World) throws {
        guard case .rested = moment else { return }
        let chains = Chains(world.truth)
        // The hub's own writes carry the dot of the change set that caused them.
        let deeds = Dictionary(
            world.truth.log.filter { !$0.isByHub && $0.consequences.isEmpty }
                .map { ($0.dot, $0.subject) }, uniquingKeysWith: { first, _ in first })
        let kept = try world.hub.store.inspect { reads in
            try reads.scopes().flatMap { scope in
                try reads.conflicts(
                    in: scope.handle, after: (0, 0), through: .max, limit: .max
                ).map { try $0.record(reads) }
            }
        }
        // Where several values are live, the conflict names the one that was written last, and is
        // with another.
        for conflict in kept
        where conflict.policy == MergePolicy.lastWriter.name
            || conflict.policy.hasPrefix(MergePolicy.group("").name)
        {
            guard let current = deeds[conflict.current.dot], let new = deeds[conflict.new.dot],
                chains.isBefore(current, new) || chains.isBefore(new, current)
            else { continue }
            throw breach(
                "\(new.short) and \(current.short) of one chain are in conflict about "
                    + "\(conflict.key): \(conflict.policy) \(conflict.outcome)")
        }
    }
}

/// Whoever sees a row is told of what became of concurrent writes to it.
final class ConflictsArrive: Checker {
    static let name = "ConflictsArrive"
    static let invariant = "I34"

    func check(_ moment: Moment, in world: World) throws {
        guard case .rested = moment, world.truth.floor == 0, world.truth.hubRestores == 0 else {
            return
        }
        for device in world.everyDevice where !device.isRevoked {
            let told = Set(device.replica.toldConflicts())
            let scopes = Set(device.replica.inspect().scopes)
            let owed = try world.hub.store.inspect { reads in
                try reads.scopes().filter { scopes.contains($0.name) }.flatMap { scope in
                    try reads.conflicts(
                        in: scope.handle, after: (0, 0), through: .max, limit: .max
                    ).map { try $0.record(reads) }
                }
            }
            for conflict in owed where !told.contains(ToldConflict(conflict)) {
                throw breach(
                    "the conflict about \(conflict.key) at \(conflict.position) was not told",
                    device: device)
            }
        }
    }
}
