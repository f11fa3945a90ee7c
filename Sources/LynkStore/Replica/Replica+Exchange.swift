import Foundation
import GRDB
public import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

extension Replica: ReplicaStore {
    public func enrolment() throws -> Enrolment? { state.withLock { $0.enrolment } }

    public func adopt(_ enrolment: Enrolment) throws {
        try pool.write { database in
            let meta = ReplicaMeta(database)
            guard try meta.enrolment() == nil else {
                throw Problem(.alreadyExists, "this replica is enrolled")
            }
            try meta.write(enrolment)
        }
        state.withLock { $0.enrolment = enrolment }
    }

    public func offer() throws -> ExchangeOffer {
        var state = state.withLock { $0 }
        guard let enrolment = state.enrolment else { throw Problem(.notEnrolled) }
        var changeSets: [OfferedChangeSet] = []
        var signature: [UInt8] = []
        var hasMore = false
        state.offered = [:]
        try pool.read { database in
            let select = try HotStatement(
                database,
                """
                SELECT sequence, oid, bytes, signature FROM lynk_outbox
                WHERE sequence > ? ORDER BY sequence
                """)
            select.bind(1, Int64(state.answered))
            defer { select.reset() }
            var bytes = 0
            while try select.step() {
                guard let oid = ContentID(bytes: select.blobView(1)) else {
                    throw Problem(.storeFailed, "an own change set has no name")
                }
                let body = select.blob(2)
                bytes += body.count
                if !changeSets.isEmpty,
                    bytes > Limits.pushBytesMax
                        || changeSets.count == Limits.changeSetsPerPushMax
                {
                    hasMore = true
                    break
                }
                changeSets.append(OfferedChangeSet(oid: oid, bytes: body))
                state.offered[oid] = UInt64(select.integer(0))
                signature = select.blob(3)
            }
        }
        let offered = state.offered
        self.state.withLock { $0.offered = offered }
        let hello = Hello(
            device: enrolment.principal.device, lane: state.lane, schemaName: schema.name,
            schemaVersion: schema.version, head: state.head, cursor: state.cursor,
            clock: clock.read(), digestRoot: state.root)
        return ExchangeOffer(
            hello: hello, changeSets: changeSets, signature: signature, hasMore: hasMore)
    }

    public func begin(_ welcome: Welcome) throws {
        if let refusal = welcome.refusal { try recover(from: refusal) }
        try pool.writeWithoutTransaction { database in
            var state = self.state.withLock { $0 }
            state.pages = []
            state.bootstrapRows = 0
            state.incomingScopes = welcome.scopes
            state.isBootstrapping = state.cursor.position == 0 && state.head == nil
            try database.inTransaction(.immediate) {
                try database.execute(sql: "DELETE FROM lynk_inbox")
                try note(welcome.eras, database)
                if state.cursor.position == 0, let scopes = welcome.scopes {
                    let meta = ReplicaMeta(database)
                    let earlier = try meta.read("bootstrap")
                    state.mustPurge = earlier != nil && earlier != scopes.hash
                    // Kept until a checkpoint: rows of the first set are what may be here.
                    if earlier == nil { try meta.write("bootstrap", scopes.hash) }
                }
                if state.digestKey != welcome.digestKey {
                    state.digestKey = welcome.digestKey
                    try ReplicaMeta(database).write("digest_key", welcome.digestKey)
                    try ConfirmedRows(database, tables: tables).rekey(welcome.digestKey)
                }
                return .commit
            }
            if state.isBootstrapping {
                // Rows before the first checkpoint are acknowledged by nobody: the checkpoint's
                // own synced commit makes the whole WAL before it durable.
                try database.execute(sql: "PRAGMA synchronous = NORMAL")
                state.isRelaxed = true
            }
            self.state.withLock { $0 = state }
        }
    }

    /// Keeps what each era inherited: it says which dots a vector contains.
    private func note(_ eras: [EraRecord], _ database: Database) throws {
        for era in eras {
            try database.execute(
                sql: """
                    INSERT INTO lynk_era (era, hub, parents) VALUES (?, ?, ?)
                    ON CONFLICT (era) DO UPDATE SET hub = excluded.hub, parents = excluded.parents
                    """,
                arguments: [
                    Data(era.era.bytes), Data(era.hub.bytes),
                    Data(VectorCodec.encode(era.parents)),
                ])
        }
    }

    /// Continues under a new lane, or from further back in the chain; content ids stay.
    private func recover(from refusal: Problem) throws {
        switch refusal.code {
        case .laneForked:
            let chance = (mintKey(), mintKey())
            let lane = LaneID(high: chance.0.low, low: chance.1.low)
            try pool.write { try ReplicaMeta($0).write("lane", lane.bytes) }
            state.withLock { state in
                state.lane = lane
                state.head = state.head.map {
                    LaneHead(lane: lane, sequence: $0.sequence, oid: $0.oid)
                }
            }
        case .chainGap:
            // The hub lost what it had answered: everything kept is offered again.
            try pool.write { database in
                try database.execute(sql: "UPDATE lynk_settled SET answered = 0")
            }
            state.withLock { $0.answered = 0 }
        default:
            throw refusal
        }
    }

    public func record(_ receipts: [Receipt]) throws {
        guard !receipts.isEmpty else { return }
        try pool.writeWithoutTransaction { database in
            try restoreSync(database)
            var answered = state.withLock { $0.answered }
            let offered = state.withLock { $0.offered }
            try database.inTransaction(.immediate) {
                for receipt in receipts {
                    guard let sequence = offered[receipt.oid] else {
                        throw Problem(.responseInvalid, "a receipt for what was not sent")
                    }
                    try keep(receipt, sequence: sequence, database)
                    answered = max(answered, sequence)
                }
                try database.execute(
                    sql: "UPDATE lynk_settled SET answered = ?", arguments: [Int64(answered)])
                return .commit
            }
            state.withLock { $0.answered = answered }
        }
    }

    private func keep(_ receipt: Receipt, sequence: UInt64, _ database: Database) throws {
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_receipt (sequence, oid, disposition, era, number, effective,
                conflicts, problem, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """)
        insert.bind(1, Int64(sequence))
        insert.bind(2, blob: receipt.oid.bytes)
        insert.bind(3, text: receipt.disposition.rawValue)
        insert.bind(4, blob: receipt.dot.era.bytes)
        insert.bind(5, Int64(bitPattern: receipt.dot.number))
        insert.bind(6, Int64(bitPattern: receipt.effective.rawValue))
        insert.bind(7, Int64(receipt.conflicts))
        insert.bind(8, receipt.problem.map { .text($0.code.rawValue) } ?? .null)
        insert.bind(9, receipt.problem.map { .text($0.detail) } ?? .null)
        try insert.run()
    }

    /// Pages that are kept in memory until the checkpoint; further ones wait in the inbox.
    private static let pagesInMemoryMax = 16

    public func stage(page: [UInt8]) throws {
        let (isBootstrapping, count, key) = state.withLock {
            ($0.isBootstrapping, $0.pages.count, $0.digestKey)
        }
        if isBootstrapping {
            try pool.writeWithoutTransaction { database in
                var rows = 0
                try database.inTransaction(.immediate) {
                    let pages = try PageApply(database, tables: tables, digestKey: key)
                    try pages.apply(page)
                    try pages.flush()
                    rows = pages.rowCount
                    return .commit
                }
                state.withLock { $0.bootstrapRows += rows }
            }
        } else if count < Self.pagesInMemoryMax {
            state.withLock { $0.pages.append(page) }
        } else {
            try pool.write { database in
                let insert = try HotStatement(database, "INSERT INTO lynk_inbox (page) VALUES (?)")
                insert.bind(1, blob: page)
                try insert.run()
            }
        }
    }
}
