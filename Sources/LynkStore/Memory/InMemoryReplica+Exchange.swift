public import LynkCore
public import LynkEngine
import Synchronization

extension InMemoryReplica: ReplicaStore {
    public func enrolment() throws -> Enrolment? { memory.withLock { $0.enrolment } }

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
            let hello = Hello(
                device: enrolment.principal.device, lane: memory.lane, schemaName: schema.name,
                schemaVersion: schema.version, head: memory.head, cursor: memory.cursor,
                clock: clock.read(), digestRoot: memory.root)
            return ExchangeOffer(
                hello: hello,
                changeSets: chosen.map {
                    OfferedChangeSet(oid: $0.sealed.oid, bytes: $0.sealed.bytes)
                },
                signature: try chosen.last.map { try signer($0.sealed.oid, enrolment.key) } ?? [],
                hasMore: chosen.count < waiting.count)
        }
    }

    /// How many of the waiting change sets one push may carry; one in any case.
    private static func pushLength(_ waiting: ArraySlice<ReplicaMemory.Written>) -> Int {
        var bytes = 0
        var count = 0
        for own in waiting.prefix(Limits.changeSetsPerPushMax) {
            bytes += own.sealed.bytes.count
            if count > 0, bytes > Limits.pushBytesMax { break }
            count += 1
        }
        return count
    }

    public func begin(_ welcome: Welcome) throws {
        if let refusal = welcome.refusal { recover(from: refusal) }
        memory.withLock { memory in
            // An exchange that sent nothing says nothing about the last push.
            if welcome.refusal != nil || !memory.exchange.offered.isEmpty || !memory.owes {
                memory.refusal = welcome.refusal
            }
            memory.exchange.pages = []
            memory.exchange.scopes = welcome.scopes
            for era in welcome.eras { memory.eras.insert(era) }
            memory.confirmed.rekey(welcome.digestKey, schema)
        }
    }

    /// Continues under a new lane, or from further back in the chain; content ids stay.
    ///
    /// Any other refusal is for people: it is kept, and the pull goes on.
    private func recover(from refusal: Problem) {
        switch refusal.code {
        case .laneForked:
            let chance = (mintKey(), mintKey())
            let lane = LaneID(high: chance.0.low, low: chance.1.low)
            memory.withLock { memory in
                memory.lane = lane
                memory.head = memory.head.map {
                    LaneHead(lane: lane, sequence: $0.sequence, oid: $0.oid)
                }
            }
        case .chainGap:
            memory.withLock { $0.progress.reoffer() }
        default: break
        }
    }

    public func record(_ receipts: [Receipt]) throws {
        try memory.withLock { memory in
            var next = memory
            for receipt in receipts {
                guard let sequence = next.exchange.offered[receipt.oid] else {
                    throw Problem(.responseInvalid, "a receipt for what was not sent")
                }
                // A repeat by a hub that was restored may bring another dot.
                next.receipts[sequence] = receipt
                next.progress.answer(sequence)
            }
            memory = next
        }
    }

    public func record(conflicts: [ConflictRecord]) throws {
        memory.withLock { memory in
            for conflict in conflicts where !memory.conflicts.contains(conflict) {
                memory.conflicts.append(conflict)
            }
        }
    }

    public func stage(page: [UInt8]) throws {
        let rows = try PageRows(page, schema)
        memory.withLock { $0.exchange.pages.append(rows) }
    }

    public func apply(_ checkpoint: Checkpoint) throws -> ApplyReport {
        memory.withLock { memory in
            let rows = memory.confirmed.apply(memory.exchange.pages, schema)
            memory.settle(checkpoint)
            let pending = memory.pending
            if let scopes = memory.exchange.scopes { memory.confirmed.enter(scopes, schema) }
            memory.confirmed.sweep { name in
                pending[name]?.contains { $0.kind == .update } ?? false
            }
            memory.root = memory.confirmed.total.root
            memory.cursor = PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash)
            let matches = memory.root == checkpoint.digestRoot
            if !matches {
                memory.incidents.append(
                    .init(
                        position: checkpoint.position, ours: memory.root,
                        hubs: checkpoint.digestRoot))
            }
            memory.exchange = ReplicaMemory.Exchange()
            return ApplyReport(rowsApplied: rows, digestMatches: matches)
        }
    }
}
