import LynkCore
import LynkEngine
import LynkStore

/// A device's replica as it is shipped, on a simulated disk.
///
/// `@unchecked Sendable`: a port asks for it; a world and all that is in it is on one thread.
final class DiskReplica: DeviceStore, @unchecked Sendable {
    let schema: Schema
    let disk: SimulatedDisk
    var simulatedDisk: SimulatedDisk? { disk }
    private let clock: any ReplicaClock
    private let random: SharedChance
    /// Chance of the disk alone, so that worlds with and without a disk draw alike.
    private var luck: Chance
    private var replica: Replica
    private var place: FileFingerprint
    private(set) var unreadable: Problem?
    /// What was read since the last call that may have changed something.
    private var seen = Seen()

    private struct Seen {
        var rows: [TableID: [ShownRow]] = [:]
        var confirmed: [TableID: [NamedRow]] = [:]
        var inspection: ReplicaInspection?
    }

    /// - Parameter machine: a number of the machine, which its files carry.
    init(schema: Schema, clock: any ReplicaClock, random: Chance, machine: Int) throws {
        self.schema = schema
        self.clock = clock
        self.random = SharedChance(random)
        luck = random.stream("disk")
        disk = try SimulatedDisk()
        place = FileFingerprint(
            machine: Array("machine \(machine)".utf8), inode: 1, birthNanoseconds: 0)
        replica = try Self.open(disk, schema, clock, self.random, place)
        try replica.checkpoint(every: Self.checkpointPages(&luck))
    }

    /// Shipped files meet a checkpoint after thousands of pages; the small ones of a world would
    /// meet none.
    static func checkpointPages(_ luck: inout Chance) -> Int {
        [4, 16, 64, 1_000][luck.number(3)]
    }

    private static func open(
        _ disk: SimulatedDisk, _ schema: Schema, _ clock: any ReplicaClock,
        _ random: SharedChance, _ place: FileFingerprint
    ) throws -> Replica {
        try Replica(
            path: disk.path("replica.sqlite"), schema: schema, clock: clock, random: random,
            fingerprint: { _ in place })
    }

    private func reopen() throws {
        seen = Seen()
        replica = try Self.open(disk, schema, clock, random, place)
        try replica.checkpoint(every: Self.checkpointPages(&luck))
    }

    // MARK: What befalls the files

    func image() throws -> StoreImage { .disk(try SimulatedDisk(copying: disk), at: place) }

    func restart(losing power: Chance?) throws {
        var power = power
        // Some processes end in order; the handles of the others fail by then, so that closing
        // them writes nothing.
        if power == nil, luck.isOne(in: 3) { try replica.close() }
        disk.start(losing: &power)
        try? replica.close()
        try reopen()
    }

    /// In half of the cases the files come by a copy of the whole machine, which nothing tells
    /// from the original; else they are files of another place.
    func goOn(from image: StoreImage) throws {
        guard case .disk(let other, let origin) = image else { throw Problem(.internalFailure) }
        var none: Chance?
        disk.start(losing: &none)
        try? replica.close()
        disk.copy(other)
        if luck.isOne(in: 2) {
            place = FileFingerprint(
                machine: place.machine, inode: luck.next() >> 1, birthNanoseconds: 0)
        } else if let origin {
            place = origin
        }
        try reopen()
    }

    // MARK: What people and checkers see

    private func see<T>(_ nothing: T, _ body: () throws -> T) -> T {
        do { return try body() } catch let problem as Problem {
            unreadable = unreadable ?? problem
        } catch {
            unreadable = unreadable ?? Problem(.storeFailed, "\(error)")
        }
        return nothing
    }

    func row(_ table: TableID, _ key: RowKey) -> ShownRow? {
        see(nil) { try replica.row(table, key) }
    }

    func rows(_ table: TableID) -> [ShownRow] {
        if let known = seen.rows[table] { return known }
        let rows = see([]) { try replica.rows(table) }
        seen.rows[table] = rows
        return rows
    }

    func confirmedRows(_ table: TableID) -> [NamedRow] {
        if let known = seen.confirmed[table] { return known }
        let rows = see([]) { try replica.confirmedRows(table) }
        seen.confirmed[table] = rows
        return rows
    }

    func inspect() -> ReplicaInspection {
        if let known = seen.inspection { return known }
        let nothing = ReplicaInspection(lane: LaneID(high: 0, low: 0))
        let inspection = see(nothing) { try replica.inspect() }
        seen.inspection = inspection
        return inspection
    }

    func status() throws -> ReplicaStatus { try replica.status() }

    func receipts() -> [Receipt] { see([]) { try replica.receipts() } }
    func recomputeRoot() -> [UInt8] { see([]) { try replica.recomputeRoot() } }
    func toldConflicts() -> [ToldConflict] { see([]) { try replica.toldConflicts() } }
    func bytes(of oid: ContentID) -> [UInt8]? { see(nil) { try replica.bytes(of: oid) } }

    func damage() -> String? {
        let said = see("unreadable") { try replica.integrity() }
        return said == "ok" ? nil : said
    }

    // MARK: What the client calls

    private func change<T>(_ body: (Replica) throws -> T) rethrows -> T {
        defer { seen = Seen() }
        return try body(replica)
    }

    func write(edits: [RowEdit]) throws -> ContentID? { try change { try $0.write(edits) } }
    func enrolment() throws -> Enrolment? { try replica.enrolment() }
    func enrolmentKey() throws -> DeviceKey { try replica.enrolmentKey() }
    func adopt(_ enrolment: Enrolment) throws { try change { try $0.adopt(enrolment) } }
    func offer() throws -> ExchangeOffer { try change { try $0.offer() } }
    func begin(_ welcome: Welcome) throws { try change { try $0.begin(welcome) } }
    func record(_ receipts: [Receipt]) throws { try change { try $0.record(receipts) } }
    func record(conflicts: [ConflictRecord]) throws {
        try change { try $0.record(conflicts: conflicts) }
    }
    func record(proof: ReceiptProof) throws { try change { try $0.record(proof: proof) } }
    func stage(page: [UInt8]) throws { try change { try $0.stage(page: page) } }
    func apply(_ checkpoint: Checkpoint) throws -> ApplyReport {
        try change { try $0.apply(checkpoint) }
    }
    func heldHead() throws -> HeadTag? { try replica.heldHead() }
    func startRepair() throws -> VerifyRequest? { try change { try $0.startRepair() } }
    func continueRepair(_ answer: VerifyAnswer) throws -> RepairStep {
        try change { try $0.continueRepair(answer) }
    }
}
