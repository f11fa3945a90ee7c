import LynkCore
import LynkEngine

extension ReplicaMemory {
    /// Goes on under another lane; content ids stay.
    mutating func leave(for lane: LaneID) {
        if let own = written.last(where: { $0.sequence == progress.answered }) {
            lanesLeft.append(
                LaneHead(lane: self.lane, sequence: own.sequence, oid: own.sealed.oid))
        }
        self.lane = lane
        head = head.map { LaneHead(lane: lane, sequence: $0.sequence, oid: $0.oid) }
    }

    /// What the hub has answered and no checkpoint includes: a hub that does not know it was
    /// restored, although the cursor cannot show that.
    var unsettledHead: LaneHead? {
        guard progress.settled < progress.answered,
            let own = written.last(where: { $0.sequence == progress.answered })
        else { return nil }
        return LaneHead(lane: lane, sequence: own.sequence, oid: own.sealed.oid)
    }

    /// Keeps once that the hub lost commits which were seen here.
    mutating func noteRollback(_ hub: HubID) {
        let incident = Incident(
            kind: .rollback, position: cursor.position, ours: VectorCodec.encode(cursor.vector),
            hubs: hub.bytes)
        if !incidents.contains(incident) { incidents.append(incident) }
    }

    /// Takes out rows that a restored hub does not have. Each is kept as an incident; own ones
    /// come back as pending work, others when their authors have sent them again.
    mutating func removeLost(_ vector: VersionVector, _ schema: Schema) {
        for name in confirmed.removeLost(vector, eras, schema) {
            incidents.append(
                .init(
                    kind: .rolledBackRow, position: cursor.position, ours: name.key.bytes,
                    hubs: []))
        }
    }

    /// A hub that keeps a chain says when it has lost commits; without that word a checkpoint that
    /// lacks what was seen here is no checkpoint.
    func refuseBackward(_ checkpoint: Checkpoint) throws {
        guard !exchange.isRolledBack, !(chain.isEmpty && checkpoint.chain.isEmpty),
            !eras.isContained(cursor.vector, in: checkpoint.vector)
        else { return }
        throw Problem(.responseInvalid, "the checkpoint goes back behind what was seen here")
    }

    mutating func finish(_ checkpoint: Checkpoint, digestMatches: Bool) {
        cursor = PullCursor(
            position: checkpoint.position, vector: checkpoint.vector,
            scopeSetHash: checkpoint.scopeSetHash)
        chain = checkpoint.chain
        if !digestMatches {
            incidents.append(
                .init(
                    kind: .digest, position: checkpoint.position, ours: root,
                    hubs: checkpoint.digestRoot))
        }
        if let told = checkpoint.durable ?? exchange.durable, told != durable {
            drop(durable: told)
        }
        exchange.durable = nil
        exchange.scopes = nil
        exchange.isFirstPageOnly = false
        inbox = []
    }
}
