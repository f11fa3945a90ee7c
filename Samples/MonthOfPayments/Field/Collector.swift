import Lynk
import LynkPayments
import Synchronization

/// A line worker's device: a replica of its own, a clock of its own, a line that may be bad.
final class Collector: Sendable {
    let place: Int
    private let worker: UserID
    private let replica: Replica
    private let clock: VirtualClock
    private let transport: FaultyTransport
    private let client: SyncClient
    private let totals = Mutex(Totals())

    /// What a device did in the month.
    struct Totals: Sendable {
        var changeSets = 0
        var report = SyncReport()
        var retries = 0
        var digestMatches = false
    }

    init(
        place: Int, worker: UserID, path: String, clock: VirtualClock, transport: FaultyTransport
    ) throws {
        self.place = place
        self.worker = worker
        self.clock = clock
        self.transport = transport
        replica = try Replica(path: path, schema: Payments().schema, clock: clock)
        client = SyncClient(replica: replica, transport: transport)
    }

    var sum: Totals { totals.withLock { $0 } }
    /// What the line did to this device.
    var faults: (repeated: Int, dropped: Int) {
        (transport.repeatedUploads, transport.droppedAnswers)
    }

    func enrol(server: String, code: String) async throws {
        _ = try await EnrolmentClient(replica: replica, transport: transport)
            .enrol(server: server, code: code)
    }

    /// Records a payment with whatever the device knows at that moment; no network is touched.
    func record(_ record: PaymentRecord) throws {
        clock.advance(to: record.collectedAt)
        clock.setSkew(milliseconds: record.skewSeconds * 1000)
        let claimed = clock.read().wallMilliseconds
        let number = totals.withLock { totals in
            totals.changeSets += 1
            return totals.changeSets
        }
        try replica.write(intent: Intent(name: "collect", arguments: record.key.description)) {
            try PaymentForm(record, claimedAt: claimed, number: number).insert(into: $0)
        }
    }

    /// Exchanges with the hub until it worked, however often the line fails.
    ///
    /// - Parameters:
    ///   - milliseconds: the true time.
    ///   - gate: waits while the hub is down.
    /// - Throws: a ``Problem`` that repeating does not mend.
    func sync(at milliseconds: Int64, gate: HubGate) async throws {
        clock.advance(to: milliseconds)
        for attempt in 0... {
            await gate.pass()
            do {
                let report = try await client.sync()
                totals.withLock { totals in
                    totals.report += report
                    totals.digestMatches = report.digestMatches
                }
                return
            } catch let problem as Problem where problem.code.isTransient && attempt < 200 {
                totals.withLock { $0.retries += 1 }
                // The second time it is no lost answer: the hub is being killed, and the gate
                // closes in a moment.
                if attempt > 0 { try await Task.sleep(for: .milliseconds(5)) }
            }
        }
    }

    /// How the device stands at the end.
    struct Standing: Sendable {
        /// Change sets that have no receipt.
        let pending: Int
        /// Differences from the hub that were found on the way.
        let incidents: Int
        /// The hub's digest of the last checkpoint equals one that is computed from every row.
        let isEqual: Bool
    }

    func standing() throws -> Standing {
        let status = try replica.status()
        let isEqual = try sum.digestMatches && replica.recomputeRoot() == status.root
        return Standing(pending: status.pending, incidents: status.incidents, isEqual: isEqual)
    }

    func close() throws { try replica.close() }
}
