import ArgumentParser
import Foundation
import Glibc
import Lynk
import LynkHistory
import LynkPayments
import Synchronization

/// Whether this process was asked to end: set by a signal, read between two steps.
private let isAsked = Atomic<Bool>(false)

/// One device of a run: a process that the run starts, kills and starts again.
struct PlayDevice: AsyncParsableCommand {
    enum Until: String, ExpressibleByArgument, CaseIterable {
        /// It works until it is asked to end.
        case asked
        /// It syncs until nothing is left to send.
        case sent
        /// It syncs until it equals the hub, and says how it ends.
        case settled
    }

    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Plays one device of a run.", shouldDisplay: false)

    /// The file cannot be used now, or the hub not reached: to be started again.
    static let tryAgainStatus: Int32 = 75
    private static let tryAgain = ExitCode(tryAgainStatus)

    @Option var file: String
    @Option var session: String
    /// How often the session was started before.
    @Option var life: Int
    @Option var user: String
    @Option var role: String
    @Option var server: String
    @Option var ca: String
    @Option var code: String
    @Option var seed: UInt64
    @Option var pause: Int
    @Option var until: Until

    func run() async throws {
        signal(SIGTERM) { _ in isAsked.store(true, ordering: .relaxed) }
        signal(SIGINT, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        do {
            try await play()
        } catch let problem as Problem {
            Self.say("\(session): \(problem)")
            throw Self.tryAgain
        } catch let exit as ExitCode {
            throw exit
        } catch {
            Self.say("\(session): \(error)")
            throw Self.tryAgain
        }
    }

    private func play() async throws {
        var options = CurlOptions(certificateFile: ca)
        options.connectTimeout = .seconds(2)
        options.stallTimeout = .seconds(2)
        guard let user = UserID(user), let role = Role(rawValue: role) else {
            throw ValidationError("no user or no role")
        }
        var device = FieldDevice(
            replica: try Replica(
                path: file, schema: Payments().schema, clock: SystemReplicaClock()),
            transport: try CurlTransport(options), log: HistoryLog(1, session: session),
            user: user, role: role, names: "\(session)/\(life)", seed: seed)
        try await device.enrol(server: server, code: code) { isAsked.load(ordering: .relaxed) }
        try device.begin()
        // A device does not outlive the run that started it.
        let parent = getppid()
        switch until {
        case .asked:
            while !isAsked.load(ordering: .relaxed), getppid() == parent {
                try await device.step()
                try await Task.sleep(for: .milliseconds(device.draw(pause * 2 + 1)))
            }
        case .sent: _ = try await device.settle(seconds: 40)
        case .settled: try device.end(try await device.settle(seconds: 40))
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
