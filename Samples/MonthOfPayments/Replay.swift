import Lynk
import LynkPayments

/// The month as it happened: payments are recorded when they were collected, devices sync when
/// they had a network, the hub dies now and then.
struct Replay: Sendable {
    let data: DataSet
    let collectors: [Collector]
    let hub: HubProcess
    let office: OperatorClient
    let gate: HubGate
    /// How often the hub is killed on the way.
    let kills: Int
    let seed: UInt64

    private var steps: [Step] {
        data.payments.enumerated().flatMap { place, payment in
            [
                Step(
                    milliseconds: payment.record.collectedAt, device: payment.worker,
                    kind: .record(place)),
                Step(
                    milliseconds: payment.record.connectedAt, device: payment.worker, kind: .sync),
            ]
        }
    }

    /// Runs the whole month.
    ///
    /// - Returns: the true time at its end.
    func run(_ progress: inout Progress) async throws -> Int64 {
        let minutes = Schedule.minutes(of: steps) { data.workers[$0].tenant }
        let busy = minutes.indices.filter { minutes[$0].hasSync }
        var deaths = Set((0..<kills).map { busy[busy.count * ($0 + 1) / (kills + 1)] })
        var random = SeededRandom(seed: seed)
        var recorded = 0
        for (index, minute) in minutes.enumerated() {
            if minute.hasSync { try await office.setClock(milliseconds: minute.milliseconds) }
            let delay = deaths.remove(index) == nil ? nil : Int(random.next() % 12)
            try await play(minute, dyingAfter: delay)
            recorded += minute.recordCount
            progress.show(
                "\(CivilDay(milliseconds: minute.milliseconds))  "
                    + "\(counted(recorded)) of \(counted(data.payments.count)) payments"
                    + (deaths.count < kills ? ", lynkd killed \(kills - deaths.count) times" : ""))
        }
        return minutes.last?.milliseconds ?? data.startMilliseconds
    }

    private func play(_ minute: Minute, dyingAfter delay: Int?) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let delay {
                group.addTask { try await restart(after: delay, at: minute.milliseconds) }
            }
            for line in minute.lines {
                group.addTask {
                    for step in line { try await take(step) }
                }
            }
            try await group.waitForAll()
        }
    }

    private func take(_ step: Step) async throws {
        let collector = collectors[step.device]
        switch step.kind {
        case .record(let place): try collector.record(data.payments[place].record)
        case .sync: try await collector.sync(at: step.milliseconds, gate: gate)
        }
    }

    /// Kills the hub in the middle of things and starts it again on its files.
    private func restart(after milliseconds: Int, at now: Int64) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
        gate.close()
        hub.kill()
        try await hub.start()
        try await office.setClock(milliseconds: now)
        gate.open()
    }

    /// Every device syncs, many at once.
    func syncAll(at milliseconds: Int64) async throws {
        try await office.setClock(milliseconds: milliseconds)
        try await inParallel(collectors.count) { place in
            try await collectors[place].sync(at: milliseconds, gate: gate)
        }
    }
}
