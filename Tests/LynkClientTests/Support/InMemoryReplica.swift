import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// A replica's port in memory: an outbox, and a record of what the client did to it.
final class InMemoryReplica: ReplicaStore {
    enum Event: Hashable, Sendable {
        case begin(HubID)
        case record([ContentID])
        case stage([UInt8])
        case apply(Int64)
    }

    struct State: Sendable {
        var enrolment: Enrolment?
        var enrolmentKey: DeviceKey?
        var outbox: [OfferedChangeSet] = []
        var receipts: [ContentID: Receipt] = [:]
        var events: [Event] = []
        var stagedPages = 0
        /// The replica's own failure, thrown by the next `stage`.
        var stageProblem: Problem?
        /// What the hello says; its cursor follows the checkpoints when it is to.
        var hello = Fixture.hello
        var followed: Checkpoint?
        /// What it says to have, when nothing waits in the outbox.
        var held: HeadTag?
    }

    let state: Mutex<State>
    private let perPush: Int

    init(_ enrolment: Enrolment? = Fixture.enrolment, perPush: Int = 2) {
        state = Mutex(State(enrolment: enrolment))
        self.perPush = perPush
    }

    /// Writes `count` change sets while offline.
    func write(_ count: Int) {
        state.withLock { state in
            for _ in 0..<count {
                let sealed = Fixture.changeSet(after: state.outbox.last?.oid)
                state.outbox.append(OfferedChangeSet(oid: sealed.oid, bytes: sealed.bytes))
            }
        }
    }

    /// From now on the hello names the last checkpoint, as a real replica's does.
    func follow(_ checkpoint: Checkpoint) { state.withLock { $0.followed = checkpoint } }

    var events: [Event] { state.withLock { $0.events } }
    var outboxCount: Int { state.withLock { $0.outbox.count } }

    func enrolment() throws -> Enrolment? { state.withLock { $0.enrolment } }

    func enrolmentKey() -> DeviceKey {
        state.withLock { state in
            let key = state.enrolmentKey ?? DeviceKey()
            state.enrolmentKey = key
            return key
        }
    }

    func adopt(_ enrolment: Enrolment) throws { state.withLock { $0.enrolment = enrolment } }

    func offer() throws -> ExchangeOffer {
        let outbox = state.withLock { $0.outbox }
        let offered = Array(outbox.prefix(perPush))
        let signature = try offered.last.map {
            try Fixture.key.sign($0.oid.bytes, as: .changeSet)
        }
        return ExchangeOffer(
            hello: state.withLock { $0.hello }, changeSets: offered, signature: signature ?? [],
            hasMore: outbox.count > offered.count)
    }

    func heldHead() -> HeadTag? {
        state.withLock { $0.outbox.isEmpty && !$0.receipts.isEmpty ? $0.held : nil }
    }

    func begin(_ welcome: Welcome) throws {
        state.withLock {
            $0.stagedPages = 0
            $0.events.append(.begin(welcome.hub))
        }
    }

    func record(_ receipts: [Receipt]) throws {
        state.withLock { state in
            for receipt in receipts {
                state.receipts[receipt.oid] = receipt
                state.outbox.removeAll { $0.oid == receipt.oid }
            }
            state.events.append(.record(receipts.map(\.oid)))
        }
    }

    func stage(page: [UInt8]) throws {
        try state.withLock { state in
            if let problem = state.stageProblem { throw problem }
            state.stagedPages += 1
            state.events.append(.stage(page))
        }
    }

    func apply(_ checkpoint: Checkpoint) throws -> ApplyReport {
        state.withLock { state in
            state.events.append(.apply(checkpoint.position))
            if state.followed != nil { state.hello = Fixture.hello(after: checkpoint) }
            return ApplyReport(rowsApplied: state.stagedPages * 10, digestMatches: true)
        }
    }
}
