import Foundation
import GRDB
import Lynk
import LynkHistory
import LynkPayments

/// A person with a device: writes what is theirs to write, syncs, looks, and tells all of it.
struct FieldDevice {
    private let replica: Replica
    private let client: SyncClient
    private let transport: CurlTransport
    private let log: HistoryLog
    private let user: UserID
    private let role: Role
    /// What the names of this process's writes begin with.
    private let names: String
    private var random: SeededRandom
    private var written = 0
    private var shown: [String: Cell] = [:]
    /// Receipts up to here are told.
    private var told: Int64 = 0

    init(
        replica: Replica, transport: CurlTransport, log: HistoryLog, user: UserID, role: Role,
        names: String, seed: UInt64
    ) {
        self.replica = replica
        self.transport = transport
        client = SyncClient(replica: replica, transport: transport)
        self.log = log
        self.user = user
        self.role = role
        self.names = names
        random = SeededRandom(seed: seed)
    }

    mutating func draw(_ bound: Int) -> Int { Int(random.next() % UInt64(max(bound, 1))) }

    /// What this person's devices see, as beginnings of keys.
    var sees: [String] {
        role == .admin
            ? [""] : ["area/", "retailer/", "payment/\(RowName.text(user))/"]
    }

    // MARK: begin and end

    /// Enrols when it has not: repeated until the hub has answered.
    func enrol(server: String, code: String, isAsked: () -> Bool) async throws {
        guard try replica.enrolment() == nil else { return }
        for attempt in 0... {
            do {
                _ = try await EnrolmentClient(replica: replica, transport: transport)
                    .enrol(server: server, code: code)
                return
            } catch let problem as Problem where attempt < 40 && !isAsked() {
                guard problem.code.isTransient else { throw problem }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    mutating func begin() throws {
        try log.tell(.began(sees: sees))
        try read(isWhole: true)
    }

    /// Exchanges until everything is answered and nothing differs, or the time is over.
    mutating func settle(seconds: Double) async throws -> Bool {
        let deadline = Moment.now + Int64(seconds * 1e9)
        while true {
            let isEqual = await exchange()
            if isEqual, try replica.status().pending == 0 { return true }
            guard Moment.now < deadline else { return false }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    mutating func end(_ isSettled: Bool) throws {
        told = 0
        try tellReceipts()
        let decisions = try replica.read { database in
            try Row.fetchAll(
                database,
                sql:
                    "SELECT table_name, row_key, field_name, base, current, new FROM sync_conflicts"
            )
        }
        for row in decisions {
            guard let table = row["table_name"] as String?, let field = row["field_name"] as String?
            else { continue }
            let values = ["current", "new"].compactMap { row[$0] as String? }
            try log.tell(
                .conflict(key: "\(table)/\(row["row_key"] as String)/\(field)", values: values))
        }
        let incidents = try replica.read { database in
            try Row.fetchAll(database, sql: "SELECT kind, detail FROM sync_incidents")
                .map { "\($0["kind"] as String): \($0["detail"] as String? ?? "")" }
        }
        try read(isWhole: true)
        let status = try replica.status()
        let isEqual = try isSettled && replica.recomputeRoot() == status.root
        try log.tell(.finished(pending: status.pending, isEqual: isEqual, incidents: incidents))
    }

    // MARK: steps

    mutating func step() async throws {
        switch draw(100) {
        case ..<50:
            write()
            if draw(3) == 0 { try read(isWhole: false) }
        case ..<90:
            _ = await exchange()
            try? tellReceipts()
            try read(isWhole: false)
        default: try read(isWhole: false)
        }
    }

    /// - Returns: whether the device equals the hub afterwards.
    private func exchange() async -> Bool {
        var problem: String?
        var isEqual = false
        do {
            isEqual = try await client.sync().digestMatches
        } catch let caught as Problem {
            problem = "\(caught)"
        } catch {
            problem = "\(error)"
        }
        // Without the record the next read would be taken for one before the exchange.
        do { try log.tell(.exchanged(problem: problem, isEqual: isEqual)) } catch { exit(1) }
        return isEqual
    }

    private mutating func tellReceipts() throws {
        let from = told
        let rows = try replica.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT sequence, oid, disposition, problem, detail, number FROM sync_receipts
                    WHERE sequence > ? ORDER BY sequence
                    """, arguments: [from])
        }
        for row in rows {
            let problem = (row["problem"] as String?).map {
                "\($0): \(row["detail"] as String? ?? "")"
            }
            try log.tell(
                .receipt(
                    oid: row["oid"], disposition: row["disposition"], problem: problem,
                    number: row["number"]))
            told = row["sequence"]
        }
    }

    private mutating func read(isWhole: Bool) throws {
        var now: [String: Cell] = [:]
        do {
            for cell in try replica.read({ try RowName.cells($0) }) { now[cell.key] = cell }
        } catch let error as DatabaseError where !isWhole {
            // A full disk may stand in the way of a read; the next one shows all the same.
            FileHandle.standardError.write(Data("\(names): read: \(error)\n".utf8))
            return
        }
        let changed = now.values.filter { isWhole || shown[$0.key] != $0 }
        let gone = isWhole ? [] : shown.keys.filter { now[$0] == nil }.sorted()
        shown = now
        guard isWhole || !changed.isEmpty || !gone.isEmpty else { return }
        try log.tell(
            .read(shown: changed.sorted { $0.key < $1.key }, gone: gone, isWhole: isWhole))
    }

    // MARK: writes

    private mutating func write() {
        written += 1
        let name = "\(names)-\(written)"
        guard let work = FieldWork.draw(name, role, user, shown, replica, &random) else { return }
        do {
            try log.tell(.writing(write: name, cells: work.cells))
        } catch { exit(1) }
        let ending: Event
        do {
            try replica.write(intent: Intent(name: "ordeal", arguments: name)) { database in
                for statement in work.statements {
                    try database.execute(sql: statement.sql, arguments: statement.arguments)
                    guard database.changesCount == 1 else { throw Problem(.rowUnknown) }
                }
            }
            ending = .wrote(write: name, oid: newestOID())
        } catch {
            ending = .failed(write: name, problem: "\(error)")
        }
        do { try log.tell(ending) } catch { exit(1) }
    }

    /// Nobody else writes to the file, so the last change set is the one just written.
    private func newestOID() -> String {
        let found = try? replica.read { database in
            try String.fetchOne(
                database,
                sql: "SELECT lower(hex(oid)) FROM lynk_outbox ORDER BY sequence DESC LIMIT 1")
        }
        return found.flatMap { $0 } ?? ""
    }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): the same seed draws the same plan.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to the bound, which is not reached.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}
