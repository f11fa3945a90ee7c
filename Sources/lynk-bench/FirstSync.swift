import ArgumentParser
import Foundation
import Lynk
import LynkEngine
import LynkServer
import LynkWire

/// A new device fetches all rows of a tenant: end to end, durable, over loopback TLS.
struct FirstSync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-sync",
        abstract: "First sync of payment rows beside a pipeline that only reads, sends, inserts.")

    @Option(help: "Payment rows in the tenant.")
    var rows = 100_000
    @Option(help: "Counted repetitions of each side.")
    var repeats = 5

    func run() async throws {
        Machine.printHeader(command: "lynk-bench first-sync --rows \(rows) --repeats \(repeats)")
        try await measure()
    }

    func measure() async throws {
        let source = try PlainTable(path: Scratch.path("plain-source"))
        let insert = try source.prepare(PlainTable.insert)
        try source.run("BEGIN")
        for number in 0..<rows { try source.insert(insert, PaymentRow(number)) }
        try source.run("COMMIT")
        let (rows, repeats) = (rows, repeats)
        try await BenchServers.run(source: source) { servers in
            let tenant = TenantID(high: 1, low: 2)
            try await Self.fill(servers, tenant, rows)
            var comparison = Comparison(
                name: "First sync of \(rows) payment rows over loopback TLS, durable", rows: rows)
            let engine = try CurlEngine(CurlOptions(certificateFile: servers.authority))
            let transport = CurlTransport(engine)
            var bytes = (lynk: 0, plain: 0)
            try await comparison.measure(repeats: repeats) {
                let (sample, received) = try await Self.lynk(servers, tenant, transport, rows)
                bytes.lynk = received
                return sample
            } plain: {
                let (sample, received) = try await Self.plain(servers, transport, rows)
                bytes.plain = received
                return sample
            }
            comparison.report()
            print(
                "| bytes per row on the wire | "
                    + String(format: "%.2f", Double(bytes.lynk) / Double(bytes.plain))
                    + " | \(bytes.lynk / rows) | \(bytes.plain / rows) | | |")
        }
    }

    /// The tenant's rows as a device's change sets of one row each, and how fast the hub took them.
    private static func fill(
        _ servers: BenchServers, _ tenant: TenantID, _ rows: Int
    ) async throws {
        let store = try servers.tenants.create(tenant)
        let principal = Principal(
            tenant: tenant, device: DeviceID(high: 3, low: 1), user: UserID(high: 3, low: 2),
            role: "worker")
        let key = DeviceKey()
        let clock = SystemReplicaClock()
        var previous: ContentID?
        var pushes: [Push] = []
        for start in stride(from: 0, to: rows, by: 1_000) {
            let made = clock.read()
            var sealed: [SealedChangeSet] = []
            for number in start..<min(start + 1_000, rows) {
                let next = ChangeSetCodec.seal(
                    ChangeSet(
                        tenant: tenant, device: principal.device, previous: previous,
                        context: .zero, schemaVersion: 1, changes: [PaymentRow(number).change],
                        intent: nil,
                        claimed: HybridTimestamp(milliseconds: made.wallMilliseconds), made: made))
                previous = next.oid
                sealed.append(next)
            }
            let signature = try previous.map { try key.sign($0.bytes, as: .changeSet) } ?? []
            pushes.append(
                Push(
                    principal: principal, lane: LaneID(high: 3, low: 3),
                    publicKey: key.publicKey, upload: made,
                    receivedMilliseconds: made.wallMilliseconds,
                    work: .changeSets(sealed, signature: signature)))
        }
        let sample = try Sample.of { for push in pushes { _ = try store.commit([push]) } }
        print("\n### Hub merge of \(rows) change sets of one row, 1,000 a commit, durable\n")
        print(
            String(
                format: "%d change sets a second, %.1f us CPU each",
                Int(Double(rows) / sample.wall),
                sample.cpu * 1e6 / Double(rows)))
    }

    private static func lynk(
        _ servers: BenchServers, _ tenant: TenantID, _ transport: CurlTransport, _ rows: Int
    ) async throws -> (Sample, Int) {
        let path = Scratch.path("replica")
        defer { Scratch.remove(path) }
        let key = DeviceKey()
        let device = DeviceID(high: 4, low: UInt64.random(in: 0...UInt64.max))
        let code = device.bytes
        try servers.control.addCode(
            EnrolmentCode(
                hash: code, tenant: tenant, user: UserID(high: 4, low: 4), role: "worker",
                expiresMilliseconds: .max))
        let record = try servers.control.redeem(
            codeHash: code, device: device, publicKey: key.publicKey, nowMilliseconds: 0)
        let replica = try Replica(
            path: path, schema: PaymentRows().schema, clock: SystemReplicaClock())
        try replica.adopt(
            Enrolment(server: servers.lynk, principal: record.principal, key: key))
        let client = SyncClient(replica: replica, transport: transport)
        var report = SyncReport()
        let sample = try await Sample.of { report = try await client.sync() }
        guard report.rowsApplied == rows, report.digestMatches else {
            throw Problem(.digestMismatch, "\(report.rowsApplied) of \(rows) rows")
        }
        try replica.close()
        return (sample, report.transfer.bodyBytesReceived)
    }

    private static func plain(
        _ servers: BenchServers, _ transport: CurlTransport, _ rows: Int
    ) async throws -> (Sample, Int) {
        let table = try PlainTable(path: Scratch.path("plain"))
        var count = 0
        var bytes = 0
        let sample = try await Sample.of {
            let receiver = try PlainPipeline.Receiver(table)
            // The transport calls the handler from one thread, a piece at a time.
            nonisolated(unsafe) let unsafeReceiver = receiver
            let response = try await transport.send(
                HTTPRequest(.get, servers.plain + "/plain", responseBytesMax: 1 << 30)
            ) { chunk in
                try unsafeReceiver.take(chunk.bytes)
                return .taken
            }
            try receiver.finish()
            count = receiver.rowCount
            bytes = response.transfer.bodyBytesReceived
        }
        guard count == rows else { throw Problem(.responseInvalid, "\(count) of \(rows) rows") }
        return (sample, bytes)
    }
}
