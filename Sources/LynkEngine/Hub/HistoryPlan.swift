import LynkCore

/// Tells from one snapshot how a row became what it is.
struct HistoryPlan {
    let table: TableSchema
    let key: RowKey
    let stored: StoredState
    /// Whether the reader is told what this device's user meant.
    let tellsIntent: (DeviceID) -> Bool

    func history(_ reads: some HubReads) throws -> RowHistory {
        let image = stored.state.image
        let (steps, isCut) = try steps(reads)
        let row = RowName(table: table.id, key: key)
        let conflicts = try reads.conflicts(about: row).map { try $0.record(reads) }
        let floor = try reads.floor()
        let bases = Dictionary(
            try reads.eras().map { ($0.record.era, $0.base ?? 0) },
            uniquingKeysWith: { first, _ in first })
        let standing = try zip(table.fields, image.values).map { field, value in
            let stamp = image.record[field.id]
            let (era, lane) = try reads.names(of: stamp)
            let dot = Dot(era: era, number: stamp.number)
            let own = conflicts.filter { $0.field == field.id }
            let position = (bases[era] ?? 0) + Int64(stamp.number)
            let decision = Decision(
                of: field, dot, at: position, steps: steps, conflicts: own,
                isForgotten: position <= floor || isCut,
                oid: { try Self.oid(of: $0, bases, reads) })
            return RowHistory.Standing(
                field: field.id, value: value, dot: dot, effective: stamp.effective,
                author: lane, policy: field.policy.name, conflicts: own,
                relation: try decision.relation, other: decision.other,
                ground: try decision.ground)
        }
        return RowHistory(
            isDeleted: stored.state.row == nil, generation: image.record.generation,
            isCut: isCut, steps: steps, standing: standing)
    }

    private static func oid(
        of dot: Dot, _ bases: [EraID: Int64], _ reads: some HubReads
    ) throws -> ContentID? {
        guard let base = bases[dot.era] else { return nil }
        return try reads.log(at: base &+ Int64(bitPattern: dot.number))?.oid
    }

    /// Oldest first, as many of the newest as the limits allow.
    private func steps(
        _ reads: some HubReads
    ) throws -> (steps: [RowHistory.Step], isCut: Bool) {
        let image = stored.state.image
        let row = RowName(table: table.id, key: key)
        let (era, _) = try reads.names(of: image.record.row)
        let base = try reads.era(era)?.base ?? 0
        let noted = try reads.history(of: row, limit: Limits.historyStepsMax + 1)
        var positions = Set(noted)
        positions.insert(base + Int64(image.record.row.number))
        let lanes = try reads.lanes()
        var steps: [RowHistory.Step] = []
        var bytes = 0
        for position in positions.sorted(by: >) {
            guard let log = try reads.log(at: position) else { continue }
            let step = try step(log, lanes[Int(log.lane)], reads)
            bytes += step.bytes
            if !steps.isEmpty,
                bytes > Limits.historyBytesMax || steps.count == Limits.historyStepsMax
            {
                return (steps.reversed(), true)
            }
            steps.append(step)
        }
        return (steps.reversed(), false)
    }

    private func step(
        _ log: LogRecord, _ lane: HubLane, _ reads: some HubReads
    ) throws -> RowHistory.Step {
        let content = try reads.changeSet(at: log.position)?.content
        // A release puts another commit's changes in force.
        let author = try log.subject.flatMap { try reads.position(of: $0) } ?? log.position
        let authored = try reads.changeSet(at: author)?.content.changes.count ?? 0
        let writes = try reads.writes(at: log.position)
        func mine(_ changes: ArraySlice<RowChange>) -> [RowChange] {
            changes.filter { $0.table == table.id && $0.key == key }
        }
        return RowHistory.Step(
            position: log.position, dot: log.dot, oid: log.oid, lane: lane.id,
            device: lane.device, effective: log.effective, received: log.received,
            intent: tellsIntent(lane.device) ? content?.intent : nil,
            disposition: log.disposition, context: log.context, claimed: content?.claimed,
            changes: mine(writes.prefix(authored)),
            consequences: mine(writes.dropFirst(authored)))
    }
}

/// Why one field's value stands. Pure but for looking up names.
private struct Decision {
    let other: Dot?
    private let policy: MergePolicy
    private let dot: Dot
    private let conflict: ConflictRecord?
    private let isForgotten: Bool
    private let oid: (Dot) throws -> ContentID?

    init(
        of field: FieldSchema, _ dot: Dot, at position: Int64, steps: [RowHistory.Step],
        conflicts: [ConflictRecord], isForgotten: Bool,
        oid: @escaping (Dot) throws -> ContentID?
    ) {
        policy = field.policy
        self.dot = dot
        self.isForgotten = isForgotten
        self.oid = oid
        conflict = conflicts.last { $0.new.dot == dot || $0.current.dot == dot }
        if let conflict {
            other = conflict.new.dot == dot ? conflict.current.dot : conflict.new.dot
        } else {
            other = steps.last { $0.position < position && $0.writes(field.id) }?.dot
        }
    }

    var relation: RowHistory.Relation {
        get throws {
            if let conflict { return conflict.outcome == .refused ? .refused : .concurrent }
            if other != nil { return .known }
            return isForgotten ? .forgotten : .onlyWrite
        }
    }

    var ground: RowHistory.Ground? {
        get throws {
            guard let other else { return nil }
            if policy == .counter || policy == .maximum || policy == .minimum { return .policy }
            guard let conflict, conflict.outcome != .refused else {
                return conflict == nil ? .cause : .policy
            }
            if conflict.outcome == .combined || policy.hasLiveVersions { return .policy }
            if case .lattice = policy { return .policy }
            let (ours, theirs) =
                conflict.new.dot == dot
                ? (conflict.new, conflict.current) : (conflict.current, conflict.new)
            if ours.effective != theirs.effective {
                return ours.effective > theirs.effective
                    ? .laterEffectiveTime : .earlierEffectiveTime
            }
            guard let mine = try oid(dot), let its = try oid(other) else { return nil }
            return its < mine ? .greaterContentID : .lesserContentID
        }
    }
}

extension RowHistory.Step {
    fileprivate func writes(_ field: FieldID) -> Bool {
        (changes + consequences).contains { change in
            change.kind == .insert || change.put(field) != nil
                || change.adds.contains { $0.field == field }
                || change.edits.contains { $0.field == field }
        }
    }

    /// About what the values take.
    fileprivate var bytes: Int {
        (changes + consequences).reduce(256) { sum, change in
            change.puts.reduce(sum + 64) { $0 + $1.value.bytes }
                + change.edits.reduce(0) { sum, edit in
                    (edit.added + edit.removed).reduce(sum) { $0 + $1.bytes }
                }
        }
    }
}

extension Value {
    fileprivate var bytes: Int {
        switch self {
        case .null, .integer, .real: 16
        case .text(let text): text.utf8.count + 16
        case .blob(let bytes): 2 * bytes.count + 16
        }
    }
}
