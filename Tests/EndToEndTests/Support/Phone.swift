import Foundation
import GRDB
import Lynk
import LynkPayments
import Synchronization
import TestSupport
import Testing

/// A device in the field: a replica in a file of its own, a line, a clock that is set by hand.
final class Phone: Sendable {
    let path: String
    let replica: Replica
    let line: Line
    let person: RowKey
    private let clock: PhoneClock
    private let client: SyncClient
    private let server: String

    /// - Parameter snapshotRowsMin: from how many rows on a scope comes as a snapshot.
    init(
        _ name: String, of person: RowKey, at installation: Installation,
        snapshotRowsMin: Int64 = SyncClient.snapshotRowsMin,
        through transport: (any HTTPTransport)? = nil
    ) throws {
        path = "\(installation.directory)/\(name).sqlite"
        self.person = person
        server = installation.address
        clock = PhoneClock(name)
        line = Line(transport ?? installation.transport)
        replica = try Replica(
            path: path, schema: Payments().schema, clock: clock,
            random: SeededGenerator(seed: RowKey.derived("phone", [Array(name.utf8)]).low))
        client = SyncClient(
            replica: replica, transport: line, snapshotRowsMin: snapshotRowsMin)
    }

    /// A phone that is enrolled and has made its first sync.
    static func enrolled(
        _ name: String, _ person: RowKey, _ role: Role = .worker, of wholesaler: Wholesaler,
        at installation: Installation, through transport: (any HTTPTransport)? = nil
    ) async throws -> Phone {
        let phone = try Phone(name, of: person, at: installation, through: transport)
        let code = try await installation.office.code(
            for: person, role: role, in: wholesaler.tenant)
        try await phone.enrol(code)
        try await phone.sync()
        return phone
    }

    func enrol(_ code: String) async throws {
        _ = try await EnrolmentClient(replica: replica, transport: line)
            .enrol(server: server, code: code)
    }

    @discardableResult
    func sync() async throws -> SyncReport { try await client.sync() }

    /// Stays in step until its task is cancelled.
    func run() async { await client.run() }
    func wake() { client.wake() }
    func checkpoints() -> AsyncStream<Void> { client.checkpoints() }
    func states() -> AsyncStream<SyncState> { client.states() }

    /// Records money at a shop, without a network, and what this device expects it to cover.
    @discardableResult
    func collect(
        _ amount: Int64, at shop: RowKey, for invoices: [RowKey] = [], reference: String = "",
        lifecycle: Lifecycle = .completed
    ) throws -> RowKey {
        let key = replica.mintKey()
        clock.advance()
        let claimed = clock.read().wallMilliseconds
        try replica.write(intent: Intent(name: "collect", arguments: "\(shop)")) { database in
            let open = try OpenInvoice.all(of: shop, in: database)
            let expected = PaymentDesk.provisional(amount, over: open, intent: invoices)
            let isCompleted = lifecycle == .completed
            try database.execute(
                sql: """
                    INSERT INTO payment (id, retailer, worker, amount, currency, method,
                        reference, receipt_no, claimed_at, intent, provisional, lifecycle)
                    VALUES (?, ?, ?, ?, 'INR', 'CASH', ?, 'R-1', ?, ?, ?, ?)
                    """,
                arguments: [
                    Data(key.bytes), Data(shop.bytes), Data(person.bytes), amount, reference,
                    claimed, PaymentDesk.intentText(invoices),
                    isCompleted ? ProvisionalAllocation.text(expected.pieces) : "",
                    lifecycle.rawValue,
                ])
        }
        return key
    }

    func move(_ payment: RowKey, to lifecycle: Lifecycle) throws {
        clock.advance()
        try replica.write(intent: Intent(name: "move", arguments: lifecycle.rawValue)) {
            try $0.execute(
                sql: "UPDATE payment SET lifecycle = ? WHERE id = ?",
                arguments: [lifecycle.rawValue, Data(payment.bytes)])
        }
    }

    /// The rows of a select, each as text.
    func rows(_ sql: String) throws -> [String] {
        try replica.read { try Row.fetchAll($0, sql: sql).map(Snapshot.text) }
    }

    /// Dispositions of every receipt, in the order of the writes.
    func receipts() throws -> [String] {
        try rows("SELECT * FROM sync_receipts ORDER BY sequence")
    }

    /// Nothing unsent, no incident, and the rows give the digest that the hub has confirmed.
    func expectInStep(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let status = try replica.status()
        #expect(status.pending == 0, sourceLocation: sourceLocation)
        #expect(status.refused == 0, sourceLocation: sourceLocation)
        #expect(status.incidents == 0, sourceLocation: sourceLocation)
        let isWhole = try replica.recomputeRoot() == status.root
        #expect(isWhole, sourceLocation: sourceLocation)
    }

    /// Every byte that is on this device's disk.
    func fileBytes() throws -> Data {
        try ["", "-wal", "-shm"].reduce(into: Data()) { bytes, suffix in
            guard FileManager.default.fileExists(atPath: path + suffix) else { return }
            bytes.append(try Data(contentsOf: URL(fileURLWithPath: path + suffix)))
        }
    }
}

/// Booted an hour before the story begins; each write is a second after the last.
private final class PhoneClock: ReplicaClock {
    private let bootID: BootID
    private let seconds = Mutex<Int64>(0)

    init(_ name: String) { bootID = .derived("boot", [Array(name.utf8)]) }

    func advance() { seconds.withLock { $0 += 1 } }

    func read() -> ClockReading {
        let passed = seconds.withLock { $0 * 1000 }
        return ClockReading(
            wallMilliseconds: Installation.start + passed, bootID: bootID,
            bootMilliseconds: 3_600_000 + passed)
    }
}

extension OpenInvoice {
    fileprivate static func all(of shop: RowKey, in database: Database) throws -> [OpenInvoice] {
        try Row.fetchAll(
            database, sql: PaymentDesk.openInvoices.sql,
            arguments: ["retailer": Data(shop.bytes)]
        ).compactMap { row in
            RowKey(bytes: Array(row["id"] as Data)).map {
                OpenInvoice(
                    key: $0, number: row["invoice_number"], issueDate: row["issue_date"],
                    dueDate: row["due_date"], open: row["open"])
            }
        }
    }
}
