import Foundation
import LynkCore
import LynkEngine
import LynkWire
import TestSupport

@testable import LynkStore

/// A hub alone, with authors that write straight to it: what a hub decides, without a device.
final class LawWorld {
    let directory: String
    let time = TestTime()
    var hub: TestHub
    var random = SeededGenerator(seed: 5)

    init(_ kind: HubKind) throws {
        directory = NSTemporaryDirectory() + "lynk-laws-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        hub = try TestHub(
            kind, directory: directory, application: LawApplication(), random: &random)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    static func key(_ number: UInt64) -> RowKey { RowKey(high: 1, low: number) }

    func values(_ table: TableID, _ number: UInt64) throws -> [Value]? {
        try hub.read { try $0.row(table, Self.key(number))?.values }
    }

    /// Whether the kept digests are those of the rows that are there.
    func digestsAreRight() throws -> Bool {
        try hub.read { reads in
            var sums: [DigestName: SetDigest] = [:]
            var hasher = RowHasher(digestKey: try reads.meta(.digestKey) ?? [])
            let (eras, scopes) = (try reads.eras(), try reads.scopes())
            for table in LawApplication(version: 2).schema.tables {
                try reads.rows(of: table.id, in: .all) { _, row in
                    hasher.write(row, of: table, era: { eras[Int($0)].record.era })
                    for scope in row.record.scopes {
                        let prefix = hasher.prefix(scope) { scopes[Int($0)].name }
                        hasher.insert(
                            into: &sums[.init(scope: scope, table: table.id), default: .init()],
                            prefix: prefix)
                    }
                }
            }
            for scope in scopes {
                for table in LawApplication(version: 2).schema.tables {
                    let name = DigestName(scope: scope.handle, table: table.id)
                    let kept = try reads.digest(name) ?? SetDigest()
                    if kept != sums[name] ?? SetDigest() { return false }
                }
            }
            return true
        }
    }
}

/// What a pull brought.
struct Pulled {
    let welcome: Welcome
    var rows: Set<RowKey> = []
    var removed: Set<RowKey> = []
    var conflicts: [ConflictRecord] = []
    var checkpoint: Checkpoint?
    var marks: [[UInt8]] = []
}

/// An author without a replica.
final class LawAuthor {
    let world: LawWorld
    private(set) var principal: Principal
    let key = DeviceKey()
    var lane: LaneID
    var cursor = PullCursor.start
    var chain: [UInt8] = []
    var previous: ContentID?
    var ratchet: [UInt8] = []
    var eras: [EraRecord] = []
    var proofs: [ReceiptProof] = []

    init(_ world: LawWorld, _ number: UInt64, role: String = "all") {
        self.world = world
        principal = Principal(
            tenant: World.tenant, device: DeviceID(high: 6, low: number),
            user: UserID(high: number, low: 1), role: role)
        lane = LaneID(high: 5, low: number)
    }

    /// The same device with another role.
    func role(_ role: String) {
        principal = Principal(
            tenant: principal.tenant, device: principal.device, user: principal.user, role: role)
    }

    func make(
        _ changes: [RowChange], intent: Intent? = nil, version: UInt32 = 1
    ) -> SealedChangeSet {
        let sealed = ChangeSetCodec.seal(
            ChangeSet(
                tenant: World.tenant, device: principal.device, previous: previous,
                context: cursor.vector, schemaVersion: version, changes: changes, intent: intent,
                claimed: .zero, made: world.time.read()))
        previous = sealed.oid
        return sealed
    }

    @discardableResult
    func push(_ sets: [SealedChangeSet]) throws -> PushAnswer {
        world.time.advance(10)
        let push = Push(
            principal: principal, lane: lane, publicKey: key.publicKey, upload: world.time.read(),
            receivedMilliseconds: world.time.now,
            work: .changeSets(
                sets, signature: try key.sign(sets[sets.count - 1].oid.bytes, as: .changeSet)),
            claims: PushClaims(ratchet: ratchet, eras: eras, proofs: proofs))
        let answer = try world.hub.store.commit([push])[0]
        if !answer.ratchet.isEmpty { ratchet = answer.ratchet }
        return answer
    }

    /// Makes and pushes one change set.
    @discardableResult
    func write(_ changes: RowChange..., intent: Intent? = nil) throws -> Receipt? {
        try push([make(changes, intent: intent)]).receipts.first
    }

    @discardableResult
    func pull(
        answer: PushAnswer? = nil, keptHeads: [LaneHead] = [], resume: [UInt8] = [],
        pages: Int = .max, between: () throws -> Void = {}
    ) throws -> Pulled {
        let hello = Hello(
            device: principal.device, lane: lane, schemaName: "laws", schemaVersion: 1, head: nil,
            cursor: cursor, clock: world.time.read(), digestRoot: [], chain: chain,
            keptHeads: keptHeads, resume: resume)
        var scan = try world.hub.store.openPull(
            for: principal, hello: hello, answer: answer, nowMilliseconds: world.time.now)
        var pulled = Pulled(welcome: scan.welcome)
        while pulled.checkpoint == nil, pulled.marks.count < pages {
            switch try world.hub.store.next(&scan) {
            case .page(let payload):
                try read(payload, into: &pulled)
                try between()
            case .conflicts(let conflicts):
                pulled.conflicts += conflicts
                try between()
            case .checkpoint(let checkpoint): pulled.checkpoint = checkpoint
            }
        }
        if let checkpoint = pulled.checkpoint {
            cursor = PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash)
            chain = checkpoint.chain
        }
        return pulled
    }

    private func read(_ payload: [UInt8], into pulled: inout Pulled) throws {
        try payload.withUnsafeBytes { bytes in
            var page = try PageReader(bytes)
            while let section = try page.next() {
                for start in stride(from: 0, to: section.removed.count, by: 16) {
                    let key = RowKey(bytes: section.removed[start..<start + 16])
                    if let key { pulled.removed.insert(key) }
                }
                for start in stride(from: 0, to: section.keys.count, by: 16) {
                    let key = RowKey(bytes: section.keys[start..<start + 16])
                    if let key { pulled.rows.insert(key) }
                }
            }
            pulled.marks.append(page.mark)
        }
    }
}
