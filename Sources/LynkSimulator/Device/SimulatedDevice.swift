import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// A device: the shipped replica on a machine with clocks of its own, and the client's side of an
/// exchange.
final class SimulatedDevice {
    let slot: Int
    let principal: Principal
    let key: DeviceKey
    let clock: MachineClock
    let replica: any DeviceStore
    private var chance: Chance
    /// The session with the hub; lost with the process.
    var session: ExchangeSession?
    /// The exchange that the device waits for.
    var conversation: Conversation?
    /// Copies of the file that somebody has put aside.
    var copies: [StoreImage] = []
    /// Refusals in a row that the replica was told how to mend.
    var refusals = 0
    /// Counts comparisons: an answer to an earlier one is passed over.
    var comparison = 0
    /// The device may have rows that the hub has not: it was told of a rollback, or it came from
    /// below the floor. Its next comparison finds them.
    var mayDiffer = false
    var isRevoked = false
    /// Somebody sends requests in its name that no replica has made.
    var isAttacker = false
    var deleted: [PolicyWorkload.Grave] = []
    /// Payments that were entered here, also those that a restored file does not have.
    var collected: [Collected] = []
    /// Until when the line is shut, towards the hub and back.
    var shutOut: Int64 = 0
    var shutBack: Int64 = 0
    var lastContact: Int64 = 0
    /// What the device was answered, by oid: a receipt is given once.
    var receipts: [ContentID: Receipt] = [:]

    init(
        slot: Int, principal: Principal, key: DeviceKey, clock: MachineClock, schema: Schema,
        chance: Chance, store: StoreKind
    ) throws {
        self.slot = slot
        self.principal = principal
        self.key = key
        self.clock = clock
        self.chance = chance
        replica =
            switch store {
            case .memory: try InMemoryReplica(schema: schema, clock: clock, random: chance)
            case .sqlite:
                try DiskReplica(schema: schema, clock: clock, random: chance, machine: slot)
            }
        try replica.adopt(
            Enrolment(server: "https://hub.test", principal: principal, key: key))
    }

    var schema: Schema { replica.schema }

    /// No checkpoint has come yet, and nothing was written.
    var isAtFirstSync: Bool {
        let standing = replica.inspect()
        return standing.cursor.position == 0 && standing.kept.isEmpty
    }

    /// The process ends now and starts again: what is on disk stays. With `power` the machine
    /// ends, and what was not synced is lost, kept or torn by it.
    func crash(losing power: Chance? = nil) throws {
        try replica.restart(losing: power)
        session = nil
        conversation = nil
        comparison += 1
    }

    /// Goes on from a copy of a file, on a machine that mints other chance.
    func restore(_ image: StoreImage) throws {
        try replica.goOn(from: image)
        session = nil
        conversation = nil
        comparison += 1
    }
}
