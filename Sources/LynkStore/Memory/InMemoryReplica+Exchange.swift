public import LynkCore
public import LynkEngine
import Synchronization

extension InMemoryReplica: ReplicaStore {
    public func enrolment() throws -> Enrolment? { memory.withLock { $0.enrolment } }

    public func enrolmentKey() throws -> DeviceKey {
        memory.withLock { memory in
            let key = memory.ownKey ?? DeviceKey()
            memory.ownKey = key
            return key
        }
    }

    public func adopt(_ enrolment: Enrolment) throws {
        try memory.withLock { memory in
            guard memory.enrolment == nil else {
                throw Problem(.alreadyExists, "this replica is enrolled")
            }
            memory.enrolment = enrolment
        }
    }

    public func offer() throws -> ExchangeOffer {
        try memory.withLock { memory in
            guard let enrolment = memory.enrolment else { throw Problem(.notEnrolled) }
            let waiting = memory.written(after: memory.progress.answered)
            let chosen = waiting.prefix(Self.pushLength(waiting))
            memory.exchange.offered = Dictionary(
                chosen.map { ($0.sealed.oid, $0.sequence) }, uniquingKeysWith: { $1 })
            let hello = hello(enrolment, memory)
            return ExchangeOffer(
                hello: hello,
                changeSets: chosen.map {
                    OfferedChangeSet(oid: $0.sealed.oid, bytes: $0.sealed.bytes)
                },
                signature: try chosen.last.map { try signer($0.sealed.oid, enrolment.key) } ?? [],
                hasMore: chosen.count < waiting.count)
        }
    }

    private func hello(_ enrolment: Enrolment, _ memory: ReplicaMemory) -> Hello {
        let exchange = memory.exchange
        let kept =
            memory.unsettledHead.map { [$0] } ?? []
            + memory.lanesLeft.filter { memory.sequence(of: $0.oid) != nil }
            .sorted { $0.sequence > $1.sequence }
        return Hello(
            device: enrolment.principal.device, lane: memory.lane, schemaName: schema.name,
            schemaVersion: schema.version, head: memory.head, cursor: memory.cursor,
            clock: clock.read(), digestRoot: memory.root, ratchet: memory.ratchet,
            chain: memory.chain, keptHeads: Array(kept.prefix(Limits.keptHeadsMax)),
            eras: exchange.mustSendEras || exchange.isRolledBack ? memory.eraRecords : [],
            proofs: exchange.isRolledBack ? memory.proofs.suffix(Limits.proofsPerHelloMax) : [],
            resume: memory.resumeMark, snapshots: memory.intake.held)
    }

    /// How many of the waiting change sets one push may carry; one in any case. A push ends where
    /// the chain has a hole: after a rollback some are kept and those between them were dropped.
    private static func pushLength(_ waiting: ArraySlice<ReplicaMemory.Written>) -> Int {
        var bytes = 0
        var count = 0
        for own in waiting.prefix(Limits.changeSetsPerPushMax) {
            bytes += own.sealed.bytes.count
            if count > 0, bytes > Limits.pushBytesMax { break }
            if own.sequence != waiting[waiting.startIndex].sequence + UInt64(count) { break }
            count += 1
        }
        return count
    }

    public func begin(_ welcome: Welcome) throws {
        let isForked = welcome.verdict == .fork || welcome.refusal?.code == .laneForked
        let lane = isForked ? LaneID(high: mintKey().low, low: mintKey().low) : nil
        memory.withLock { memory in
            if let lane { memory.leave(for: lane) }
            // The hub lost what it had answered: everything kept is offered again.
            let hasGap = welcome.verdict == .gap || welcome.refusal?.code == .chainGap
            let isNewlyLost = welcome.isNewlyRolledBack(
                wasTold: memory.exchange.isRolledBack, memory.eras)
            if hasGap || isNewlyLost { memory.progress.reoffer() }
            // An exchange that sent nothing says nothing about the last push.
            if welcome.refusal != nil || !memory.exchange.offered.isEmpty || !memory.owes {
                memory.refusal = welcome.refusal
            }
            for era in welcome.eras { memory.note(era) }
            memory.exchange.scopes = welcome.scopes
            memory.exchange.ratchet = welcome.ratchet
            memory.exchange.durable = welcome.durable
            memory.exchange.mustSendEras = welcome.wantsEras
            memory.exchange.isRolledBack = welcome.verdict == .rollback
            memory.exchange.isFirstPageOnly = false
            if !welcome.resumed { memory.inbox = [] }
            memory.noteSnapshots(welcome)
            memory.confirmed.rekey(welcome.digestKey, schema)
            if memory.exchange.isRolledBack { memory.noteRollback(welcome.hub) }
        }
    }

    public func record(_ receipts: [Receipt]) throws {
        try memory.withLock { memory in
            var next = memory
            // Told of a rollback by the answer to a push that began further on: what is kept from
            // before is offered again first.
            let isNext = next.written(after: next.progress.answered).first.map {
                next.exchange.offered[$0.sealed.oid] != nil
            }
            for receipt in receipts {
                guard let sequence = next.exchange.offered[receipt.oid] else {
                    throw Problem(.responseInvalid, "a receipt for what was not sent")
                }
                // A repeat by a hub that was restored may bring another dot.
                next.receipts[sequence] = receipt
                if isNext ?? true { next.progress.answer(sequence) }
            }
            // With the receipts or not at all: who has the one has the other.
            if !receipts.isEmpty, !next.exchange.ratchet.isEmpty {
                next.ratchet = next.exchange.ratchet
            }
            memory = next
        }
    }

    public func record(conflicts: [ConflictRecord]) throws {
        memory.withLock { $0.keep(conflicts) }
    }

    public func record(proof: ReceiptProof) throws {
        memory.withLock { memory in
            if !memory.proofs.contains(proof) { memory.proofs.append(proof) }
        }
    }

    public func stage(page: [UInt8]) throws {
        let rows = try PageRows(page, schema)
        try memory.withLock { memory in
            let held = memory.confirmed.members.map { memory.confirmed.scopes[$0] }
            let allowed = Set(memory.exchange.scopes?.scopes ?? held)
            guard allowed.isEmpty || allowed.isSuperset(of: rows.scopes) else {
                throw Problem(.responseInvalid, "rows of a scope that is not the device's")
            }
            memory.exchange.isFirstPageOnly = memory.inbox.isEmpty && !memory.isBootstrapping
            memory.inbox.append(.init(rows: rows, mark: rows.mark))
        }
    }

    public func apply(_ checkpoint: Checkpoint) throws -> ApplyReport {
        try memory.withLock { memory in
            try memory.refuseBackward(checkpoint)
            var report = ApplyReport(
                rowsApplied: memory.confirmed.apply(
                    memory.intake.pages, schema, joinsScopes: true), digestMatches: false)
            memory.intake = SnapshotMemory()
            report.rowsApplied += memory.confirmed.apply(memory.inbox.map(\.rows), schema)
            if let scopes = memory.exchange.scopes { memory.confirmed.enter(scopes, schema) }
            if memory.exchange.isRolledBack { memory.removeLost(checkpoint.vector, schema) }
            let settled = memory.progress.settled
            memory.settle(checkpoint)
            let pending = memory.pending
            memory.confirmed.sweep { name in
                pending[name]?.contains { $0.kind == .update } ?? false
            }
            memory.root = memory.confirmed.total.root
            report.digestMatches = memory.root == checkpoint.digestRoot
            report.hasMore = memory.exchange.isRolledBack && memory.head != nil
            if let lost = memory.firstLost(after: settled, in: checkpoint.vector) {
                memory.progress.reoffer(from: lost)
                report.hasMore = true
            }
            memory.finish(checkpoint, digestMatches: report.digestMatches)
            return report
        }
    }
}
