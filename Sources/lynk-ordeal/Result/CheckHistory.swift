import ArgumentParser
import Foundation
import LynkHistory

struct CheckHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Checks the history of a run that was kept.")

    @Argument(help: "The run's folder of .jsonl files.")
    var history: String

    func run() async throws {
        let records = try RecordFile.readAll(in: URL(fileURLWithPath: history))
        let check = HistoryCheck(records)
        for anomaly in check.anomalies { print(anomaly) }
        print(
            "\(check.operations) records of \(check.sessions) sessions, \(check.writes) writes, "
                + "\(check.reads) reads, \(check.payments) payments: "
                + "\(check.anomalies.count) violations")
        if !check.anomalies.isEmpty { throw ExitCode(1) }
    }
}

struct MeasureCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Checks a made-up history of a store that is right, and says how long it took.")

    @Option(help: "How many records it has.")
    var operations = 1_000_000
    @Option(help: "How many devices.")
    var sessions = 10
    @Option(help: "What it is made up from.")
    var seed: UInt64 = 1

    func run() async throws {
        let records = SyntheticHistory(
            seed: seed, sessions: sessions, operations: operations, keys: 500
        ).records
        let started = ContinuousClock.now
        let check = HistoryCheck(records)
        print(
            "\(check.operations) records of \(check.sessions) sessions, \(check.writes) writes, "
                + "\(check.reads) reads: \(check.anomalies.count) violations, "
                + "checked in \(started.duration(to: .now))")
        if !check.anomalies.isEmpty { throw ExitCode(1) }
    }
}
