public import LynkCore
import LynkEngine
import Synchronization

extension InMemoryReplica {
    /// What waits for a person, in the order in which it was written.
    public func refused() -> [RefusedChangeSet] {
        memory.withLock { memory in memory.written.compactMap { memory.refused($0) } }
    }

    /// Writes the changes of a refused change set again, over what the rows are now, as a new
    /// change set that names the refused one. One step.
    ///
    /// - Parameter edits: mend the rows before they are captured.
    /// - Returns: the new change set's name.
    /// - Throws: ``Problem`` `not_found` for an oid that does not wait for a decision,
    ///   `row_unknown` when a row that it updates is not there, `parameter_invalid` when nothing
    ///   would change, and what ``write(intent:_:)`` throws.
    @discardableResult
    public func resubmit(_ oid: ContentID, edits: [RowEdit] = []) throws -> ContentID {
        try memory.withLock { memory in
            let refused = try memory.refused(oid)
            var next = memory
            var working = WorkingRows(schema)
            for change in refused.content?.changes ?? [] {
                for edit in try replay(change, over: memory) {
                    try working.apply(edit) { memory.shown($0, $1)?.values }
                }
            }
            for edit in edits { try working.apply(edit) { memory.shown($0, $1)?.values } }
            let intent = Replica.resubmission(of: oid, refused.content?.intent)
            guard let successor = try commit(working.changes(), intent, &next) else {
                throw Problem(
                    .parameterInvalid, "nothing of \(oid.short) differs from the rows now")
            }
            next.decisions[refused.sequence] = .resubmitted(as: successor)
            memory = next
            return successor
        }
    }

    /// Gives a refused change set up. It and the reason stay in the replica.
    ///
    /// - Throws: ``Problem`` `not_found` for an oid that does not wait for a decision,
    ///   `parameter_invalid` without a reason.
    public func discard(_ oid: ContentID, reason: String) throws {
        guard !reason.isEmpty else {
            throw Problem(.parameterInvalid, "discarding needs a reason")
        }
        try memory.withLock { memory in
            let refused = try memory.refused(oid)
            memory.decisions[refused.sequence] = .discarded(reason: reason)
        }
    }

    /// A change as statements that do the same to the rows as they are shown.
    private func replay(_ change: RowChange, over memory: ReplicaMemory) throws -> [RowEdit] {
        guard let table = schema.table(change.table) else {
            throw Problem(.schemaUnknown, "this program has no table \(change.table)")
        }
        let adds = change.adds
        switch change.kind {
        case .insert:
            let sums = adds.map { RowChange.Put($0.field, .integer($0.delta)) }
            return [.insert(change.table, change.key, change.puts + sums)]
        case .delete: return [.delete(change.table, change.key)]
        case .update:
            guard let shown = memory.shown(table, change.key) else {
                throw Problem(.rowUnknown, "\(table.name) \(change.key) is not here any more")
            }
            let edited = try change.edits.map { edit in
                guard let ordinal = table.ordinal(of: edit.field) else {
                    throw Problem(.schemaUnknown, "\(table.name) has no field \(edit.field) here")
                }
                return RowChange.Put(edit.field, edit.applied(to: shown.values[ordinal]))
            }
            return [.update(change.table, change.key, change.puts + edited)]
                + adds.map { .add(change.table, change.key, $0.field, $0.delta) }
        }
    }
}

extension ReplicaMemory {
    /// An own change set when it waits for a person.
    fileprivate func refused(_ own: Written) -> RefusedChangeSet? {
        guard decisions[own.sequence] == nil, let receipt = receipts[own.sequence],
            !receipt.disposition.isApplied, receipt.disposition != .held
        else { return nil }
        return RefusedChangeSet(
            sequence: own.sequence, oid: own.sealed.oid, disposition: receipt.disposition,
            problem: receipt.problem, bytes: own.sealed.bytes, signature: [],
            content: own.sealed.content)
    }

    fileprivate func refused(_ oid: ContentID) throws -> RefusedChangeSet {
        guard let found = written.lazy.filter({ $0.sealed.oid == oid }).compactMap(refused).first
        else { throw Problem(.notFound, "no refused change set \(oid.short) waits for a decision") }
        return found
    }
}
