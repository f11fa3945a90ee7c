import LynkCore

/// One short read of a pull: gathers rows into a page until it is full or the scan met the head.
final class PullReader<Reads: HubReads> {
    private let reads: Reads
    private let application: (any Application)?
    private let page: Reads.Page
    /// Where each scope stands in the scan, and what the device has of it.
    private var owed: [UInt32: (part: Int, from: Int64)] = [:]

    /// - Parameter application: computes a device's scope set; a snapshot has none.
    init(_ reads: Reads, _ application: (any Application)? = nil) throws {
        self.reads = reads
        self.application = application
        page = try reads.makePage()
    }

    private var isFull: Bool {
        page.byteCount >= Limits.pageBytesTarget || page.rowCount >= Limits.rowsPerPageMax
    }

    /// - Throws: ``Problem`` `scopes_changed` where the device's scope set is another one at the
    ///   head than the pull was opened with: a cut there, of the old set, would show a part of a
    ///   change set, or a later one without an earlier one that its author had seen.
    func next(_ state: inout PullState) throws -> PullStep {
        while true {
            for (index, part) in state.parts.enumerated() where owed[part.scope] == nil {
                owed[part.scope] = (index, part.from)
            }
            try scanRound(&state)
            if isFull { return try finishPage(&state, hasMark: true) }
            let head = try reads.head()
            if head == state.target {
                // A pull of one page is as quickly had again.
                if page.rowCount > 0 { return try finishPage(&state, hasMark: state.hasPages) }
                let conflicts = try nextConflicts(&state)
                if !conflicts.isEmpty { return .conflicts(conflicts) }
                return .checkpoint(try checkpoint(state))
            }
            guard try state.hasSameScopes(at: head, reads, application) else {
                guard page.rowCount > 0 else { throw Problem(.scopesChanged) }
                return try finishPage(&state, hasMark: true)
            }
            try startRound(&state, to: head)
        }
    }

    private func finishPage(_ state: inout PullState, hasMark: Bool) throws -> PullStep {
        state.hasPages = true
        return .page(try page.finish(mark: hasMark ? state.mark(reads) : []))
    }

    /// Goes on from where this round ended; scopes of the set that were born meanwhile join.
    private func startRound(_ state: inout PullState, to head: Int64) throws {
        state.floor = state.target
        state.target = head
        for scope in try reads.scopes() {
            state.newestScope = max(state.newestScope, scope.handle)
            guard state.unborn.remove(scope.name) != nil else { continue }
            state.parts.append(.init(scope: scope.handle, from: state.floor))
        }
        enter(part: 0, &state)
    }

    private func enter(part: Int, _ state: inout PullState) {
        state.part = part
        guard part < state.parts.count else { return }
        state.last = .end(of: max(state.parts[part].from, state.floor))
    }

    private func scanRound(_ state: inout PullState) throws {
        while state.part < state.parts.count {
            let part = state.parts[state.part]
            // At the very position rows may be left of a commit that a page cut.
            if try reads.scopeHead(part.scope) >= state.last.position {
                try scan(part, &state)
                if isFull { return }
            }
            enter(part: state.part + 1, &state)
        }
    }

    private func scan(_ part: PullState.Part, _ state: inout PullState) throws {
        try reads.changes(in: part.scope, after: state.last, through: state.target) { entry in
            state.last = entry
            let floor = state.floor
            guard entry.row > 0 else {
                try remove(entry, part, state)
                return !isFull
            }
            try page.append(row: entry.row, of: TableID(truncatingIfNeeded: entry.table)) {
                members(of: $0, at: entry.position, part, floor)
            }
            return !isFull
        }
    }

    /// The scopes of the set that a row is in; `nil` when another part sends it.
    private func members(
        of record: StampRecord, at position: Int64, _ part: PullState.Part, _ floor: Int64
    ) -> [UInt32]? {
        let members = record.scopes.filter { owed[$0] != nil }
        // A row of two scopes of the set goes out once: with the first one that still owes it.
        let owing = members.filter { position > max(owed[$0]?.from ?? 0, floor) }
            .min { (owed[$0]?.part ?? 0) < (owed[$1]?.part ?? 0) }
        return owing == part.scope ? members : nil
    }

    /// Tells that a row is gone, to a device that may have it: from before this pull, or from an
    /// earlier round of it.
    private func remove(
        _ entry: ChangeEntry, _ part: PullState.Part, _ state: PullState
    ) throws {
        func mayHave(from: Int64) -> Bool { state.mayHaveRows || max(from, state.floor) > 0 }
        guard mayHave(from: part.from), let (table, tombstone) = try reads.tombstone(entry.row),
            let members = members(
                of: tombstone.row.record, at: entry.position, part, state.floor)
        else { return }
        try page.remove(
            tombstone.row.key, of: table,
            members: members.filter { mayHave(from: owed[$0]?.from ?? 0) })
    }

    /// Conflicts about rows of the device's scopes, with the first scope that owes them; empty when
    /// all up to the state's target were told.
    ///
    /// A commit may come between two frames of them, so a round may end short of that target.
    private func nextConflicts(_ state: inout PullState) throws -> [ConflictRecord] {
        var cursor = state.conflicts
        defer { state.conflicts = cursor }
        while cursor.done < state.target {
            if cursor.target == nil {
                cursor.target = state.target
                cursor.part = 0
                cursor.last = (0, 0)
            }
            let owing = try nextConflicts(&cursor, state)
            if !owing.isEmpty { return owing }
            cursor.done = cursor.target ?? cursor.done
            cursor.target = nil
        }
        return []
    }

    /// Those of one round; empty at its end.
    private func nextConflicts(
        _ cursor: inout PullState.ConflictCursor, _ state: PullState
    ) throws -> [ConflictRecord] {
        while let target = cursor.target, cursor.part < state.parts.count {
            let part = state.parts[cursor.part]
            let from = max(part.from, cursor.done)
            if cursor.last.position <= from { cursor.last = (from, .max) }
            let found = try reads.conflicts(
                in: part.scope, after: cursor.last, through: target,
                limit: Limits.conflictsPerFrameMax)
            guard let last = found.last else {
                cursor.part += 1
                cursor.last = (0, 0)
                continue
            }
            cursor.last = (last.position, last.number)
            let done = cursor.done
            let owing = try found.filter { conflict in
                let scopes = try reads.scopes(ofConflict: conflict.number)
                let owing = scopes.filter {
                    owed[$0] != nil && conflict.position > max(owed[$0]?.from ?? 0, done)
                }.min { (owed[$0]?.part ?? 0) < (owed[$1]?.part ?? 0) }
                return owing == part.scope
            }
            if !owing.isEmpty { return try owing.map { try $0.record(reads) } }
        }
        return []
    }

    private func checkpoint(_ state: PullState) throws -> Checkpoint {
        var digest = SetDigest()
        for part in state.parts { digest.formUnion(try reads.digest(ofScope: part.scope)) }
        return Checkpoint(
            position: state.target, vector: try reads.vector(),
            head: try reads.lane(state.lane)?.head, scopeSetHash: state.scopeSetHash,
            digestRoot: digest.root,
            chain: Array(
                (try reads.log(at: state.target)?.chain ?? []).prefix(CommitChain.shortBytes)),
            durable: try reads.durable())
    }
}
