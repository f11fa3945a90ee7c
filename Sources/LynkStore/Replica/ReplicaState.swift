import Foundation
import GRDB
import LynkCore
import LynkEngine

/// What a replica keeps in memory: the same as its tables, as of the last transaction.
struct ReplicaState {
    var enrolment: Enrolment?
    var lane: LaneID
    /// The last change set written here, sent or not.
    var head: LaneHead?
    var clock: HybridClock
    var cursor: PullCursor
    var digestKey: [UInt8] = []
    /// The scope set of the exchange at hand; becomes the cursor's at the checkpoint.
    var incomingScopes: ScopeUpdate?
    /// Root over the device's scopes at its cursor.
    var root: [UInt8] = []
    /// Up to this sequence the chain has receipts.
    var answered: UInt64 = 0
    /// Up to this sequence, and this oid, the chain is inside the last checkpoint.
    var settled: UInt64 = 0
    var settledOID: ContentID?
    /// First sync into an empty replica: pages are applied as they come.
    var isBootstrapping = false
    /// A first sync broke off under other scopes: rows of theirs may be here.
    var mustPurge = false
    /// The WAL still holds what was purged.
    var mustTruncate = false
    /// The writer's connection does not sync each commit at the moment.
    var isRelaxed = false
    /// Sequences of what the last offer sent, by oid: receipts name oids.
    var offered: [ContentID: UInt64] = [:]
    /// The exchange's first page; further ones take it with them into the inbox.
    var firstPage: InboxPage?
    /// Pages of this exchange, or of the one that it goes on with, are in the inbox.
    var hasInbox = false
    /// Where the hub can go on after the last page of a broken pull; empty without one.
    var resumeMark: [UInt8] = []
    var bootstrapRows = 0
    /// Rows of snapshots that a first sync has put in place.
    var snapshotRows = 0
    /// What the hub said of the last push, if it refused it.
    var refusal: Problem?
    var graph = EraGraph()
    /// A comparison with the hub that is under way.
    var repair: RepairMachine?
    /// What the next push presents, so that two copies of this file cannot both go on.
    var ratchet: [UInt8] = []
    /// Given with the welcome at hand; kept with its receipts.
    var nextRatchet: [UInt8] = []
    /// The first bytes of the hub's chain hash at the cursor.
    var chain: [UInt8] = []
    var durable = VersionVector.zero
    /// What the hub says in this exchange to be durable.
    var nextDurable: VersionVector?
    var hubKey: [UInt8] = []
    /// The hub asked for era records.
    var mustSendEras = false
    /// The hub lost commits: proofs and all that is kept follow in the next offer.
    var isRolledBack = false
}

extension ReplicaState {
    static func load(
        _ database: Database, random: inout some RandomNumberGenerator
    ) throws -> ReplicaState {
        let meta = ReplicaMeta(database)
        let lane: LaneID
        if let bytes = try meta.read("lane"), let stored = LaneID(bytes: bytes) {
            lane = stored
        } else {
            lane = LaneID(high: random.next(), low: random.next())
            try meta.write("lane", lane.bytes)
        }
        var state = ReplicaState(
            enrolment: try meta.enrolment(), lane: lane, clock: HybridClock(), cursor: .start)
        let last = try Row.fetchOne(
            database,
            sql: "SELECT sequence, oid, claimed FROM lynk_outbox ORDER BY sequence DESC LIMIT 1")
        if let last {
            let claimed = UInt64(bitPattern: try last.integer("claimed"))
            state.clock.observe(HybridTimestamp(rawValue: claimed))
            let sequence = try last.natural("sequence")
            state.head = ContentID(bytes: try last.bytes("oid")).map {
                LaneHead(lane: lane, sequence: sequence, oid: $0)
            }
        }
        if let bytes = try meta.read("clock") {
            state.clock.observe(HybridTimestamp(bytes: bytes))
        }
        let settled = try Row.fetchOne(
            database, sql: "SELECT answered, sequence, oid FROM lynk_settled WHERE id = 1")
        if let settled {
            state.answered = try settled.natural("answered")
            state.settled = try settled.natural("sequence")
            state.settledOID = try settled.bytesIfAny("oid").flatMap { ContentID(bytes: $0) }
        }
        state.digestKey = try meta.read("digest_key") ?? []
        try state.loadProgress(database)
        state.resumeMark = try Inbox(database).lastMark() ?? meta.read("bootstrap_mark") ?? []
        return state
    }

    private mutating func loadProgress(_ database: Database) throws {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT position, vector, scope_set, root, chain, durable, refusal, refusal_detail
                FROM lynk_sync
                """)
        guard let row else { throw Problem(.storeFailed, "lynk_sync is empty") }
        root = try row.bytes("root")
        chain = try row.bytes("chain")
        durable = try VectorCodec.decode(try row.bytes("durable"))
        graph = try ReplicaEras(database).graph()
        ratchet = try ReplicaMeta(database).read("ratchet") ?? []
        hubKey = try ReplicaMeta(database).read("hub_key") ?? []
        let position = try row.integer("position")
        let vector = try row.bytes("vector")
        if position > 0 || !vector.isEmpty {
            cursor = PullCursor(
                position: position, vector: try VectorCodec.decode(vector),
                scopeSetHash: try row.bytes("scope_set"))
        }
        let detail = try row.wordsIfAny("refusal_detail") ?? ""
        refusal = try row.wordsIfAny("refusal").flatMap { ProblemCode(rawValue: $0) }
            .map { Problem($0, detail) }
    }
}

/// Named values of a replica's file.
struct ReplicaMeta {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func read(_ name: String) throws -> [UInt8]? {
        let statement = try HotStatement(database, "SELECT value FROM lynk_meta WHERE name = ?")
        statement.bind(1, text: name)
        defer { statement.reset() }
        return try statement.step() ? statement.blob(0) : nil
    }

    func write(_ name: String, _ value: [UInt8]) throws {
        let statement = try HotStatement(
            database,
            """
            INSERT INTO lynk_meta (name, value) VALUES (?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """)
        statement.bind(1, text: name)
        statement.bind(2, blob: value)
        try statement.run()
    }

    func remove(_ name: String) throws {
        let statement = try HotStatement(database, "DELETE FROM lynk_meta WHERE name = ?")
        statement.bind(1, text: name)
        try statement.run()
    }

    func enrolment() throws -> Enrolment? {
        guard let server = try read("server"), let tenant = try read("tenant"),
            let device = try read("device"), let user = try read("user"),
            let role = try read("role"), let secret = try read("device_key")
        else { return nil }
        guard let tenant = TenantID(bytes: tenant), let device = DeviceID(bytes: device),
            let user = UserID(bytes: user), let key = DeviceKey(bytes: secret)
        else { throw Problem(.storeFailed, "the enrolment in this replica is damaged") }
        return Enrolment(
            server: String(decoding: server, as: UTF8.self),
            principal: Principal(
                tenant: tenant, device: device, user: user,
                role: String(decoding: role, as: UTF8.self)),
            key: key, proof: try read("proof").map { String(decoding: $0, as: UTF8.self) })
    }

    func write(_ enrolment: Enrolment) throws {
        try write("server", Array(enrolment.server.utf8))
        try write("tenant", enrolment.principal.tenant.bytes)
        try write("device", enrolment.principal.device.bytes)
        try write("user", enrolment.principal.user.bytes)
        try write("role", Array(enrolment.principal.role.utf8))
        try write("device_key", enrolment.key.bytes)
        if let proof = enrolment.proof { try write("proof", Array(proof.utf8)) }
    }
}
