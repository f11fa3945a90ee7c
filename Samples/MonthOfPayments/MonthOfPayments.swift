import ArgumentParser
import Foundation
import Lynk

/// A month of a network of wholesalers, replayed on real parts: `lynkd` over TLS, and a device of
/// its own for each line worker.
@main
struct MonthOfPayments: AsyncParsableCommand {
    enum Faults: String, ExpressibleByArgument, CaseIterable { case none, all }

    static let configuration = CommandConfiguration(
        commandName: "month-of-payments",
        abstract: "Replays October: devices collect offline, meet at a hub, and agree.",
        discussion: """
            With --faults all, one request in ten is sent twice, one answer in ten is lost, and
            lynkd is killed with SIGKILL three times; the money report is the same to the paisa.

            Exit codes: 0 everything agrees, 1 something does not or failed, 64 wrong usage.
            """)

    @Option(help: "The lynkd program.")
    var lynkd: String
    @Option(help: "A folder with authority.pem, server.pem and server.key.")
    var certificates: String
    @Option(help: "The folder of the data set.")
    var data: String
    @Option(help: "An empty folder for the hub's and the devices' files.")
    var work: String
    @Option(help: "The file for the money report, the same for the same money.")
    var moneyReport: String
    @Option(help: "What goes wrong on the way: none or all.")
    var faults = Faults.none
    @Option(help: "Only so many of the wholesalers.")
    var tenants = 50
    @Option(help: "Only so many days of October.")
    var days = 31
    @Option(help: "Chooses which requests fail, and when the hub dies.")
    var seed: UInt64 = 10

    func run() async throws {
        let folder = URL(fileURLWithPath: work)
        let hub = HubProcess(
            program: lynkd, certificates: URL(fileURLWithPath: certificates), directory: folder)
        defer { hub.kill() }
        do {
            let faults = try await replay(hub, in: folder)
            guard faults.isEmpty else {
                for fault in faults { Self.say("wrong: \(fault)") }
                throw ExitCode(1)
            }
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Self.say("\nmonth-of-payments: \(error)\n\(hub.lastWords)")
            throw ExitCode(1)
        }
    }

    /// - Returns: what did not come out right.
    private func replay(_ hub: HubProcess, in folder: URL) async throws -> [String] {
        let started = ContinuousClock.now
        var progress = Progress()
        let set = try DataSet(
            folder: URL(fileURLWithPath: data), tenantsMax: tenants, days: days)
        try await hub.start()
        let engine = try CurlEngine(CurlOptions(certificateFile: hub.authorityFile))
        let office = OperatorClient(
            address: hub.address, token: try hub.operatorToken(),
            transport: try CurlTransport(CurlOptions(certificateFile: hub.authorityFile)))
        let setup = Setup(
            data: set, hub: hub, office: office, directory: folder, seed: seed,
            isLineBad: faults == .all)
        progress.show("importing \(set.tenants.count) wholesalers")
        try await setup.importNetwork()
        progress.show("enrolling \(set.workers.count) devices")
        let gate = HubGate()
        let collectors = try await setup.enrolCollectors(engine, gate: gate)

        let kills = faults == .all ? 3 : 0
        let replay = Replay(
            data: set, collectors: collectors, hub: hub, office: office, gate: gate, kills: kills,
            seed: seed)
        let end = try await replay.run(&progress)
        // Once so that the hub has everything, once more so that every device has it too.
        try await replay.syncAll(at: end)
        try await replay.syncAll(at: end)
        progress.show("all devices have synced", isLast: true)

        let money = try await MoneyReport.collect(set, from: office)
        let cost = try RunReport(
            collectors, network: engine.statistics, kills: kills,
            seconds: Progress.seconds(started.duration(to: .now)))
        try (money.text() + "\n").write(toFile: moneyReport, atomically: true, encoding: .utf8)
        print("\(money.text(contestsMax: 5))\n\n\(cost.text)")
        for collector in collectors { try collector.close() }
        return money.faults + cost.faults
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
