public import LynkCore
public import LynkEngine
import Synchronization

extension InMemoryReplica {
    public func startRepair() throws -> VerifyRequest? {
        memory.withLock { memory in
            var machine = RepairMachine(memory.cursor)
            let request = machine.start()
            memory.exchange.repair = machine
            return request
        }
    }

    public func continueRepair(_ answer: VerifyAnswer) throws -> RepairStep {
        try memory.withLock { memory in
            guard var machine = memory.exchange.repair else {
                throw Problem(.responseInvalid, "an answer to a comparison that was not begun")
            }
            let step = try machine.take(
                answer, local: MemoryRanges(confirmed: memory.confirmed, schema: schema))
            guard case .finished(let found) = step else {
                guard case .ask(let request) = step else { return .ask(machine.start()) }
                memory.exchange.repair = machine
                return .ask(request)
            }
            var next = memory
            next.exchange.repair = nil
            let count = try next.repair(found, schema, isBehind: machine.isBehind)
            memory = next
            return .finished(
                RepairReport(
                    roundTrips: machine.roundTrips, rowsRepaired: count,
                    isComplete: !machine.isBehind))
        }
    }
}

extension ReplicaMemory {
    /// Makes every differing row the hub's; each is kept as an incident.
    fileprivate mutating func repair(
        _ found: [DifferingRange], _ schema: Schema, isBehind: Bool
    ) throws -> Int {
        var count = 0
        for range in found {
            let (eras, vector) = (eras, cursor.vector)
            let keys = try confirmed.repair(range, schema, isBehind: isBehind) {
                eras.contains(vector, $0)
            }
            for key in keys {
                incidents.append(
                    .init(kind: .row, position: cursor.position, ours: key.bytes, hubs: []))
            }
            count += keys.count
        }
        root = confirmed.total.root
        return count
    }
}
