import ArgumentParser
import Foundation
import Lynk

/// A scripted day on the checklists application: a real hub over TLS, five real devices.
@main
struct ChecklistsDay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checklists",
        abstract: "Plays a day of shared inspection checklists, and shows how conflicts ended.",
        discussion: """
            An office and four inspectors, each with a replica of its own, meet at a hub that runs \
            in this process: HTTPS on loopback, SQLite files in a temporary directory. Without a \
            network, three inspectors edit the same site at once; the office meanwhile deletes \
            an item and a site, and gives another site to somebody else; one inspector does what \
            only the office may. Then everybody syncs until there is nothing to sync.

            The program prints what each did and what the hub answered, every conflict with both \
            values and the policy that decided, and the rows at the end.

            What an application has to say is in Samples/Checklists/Application: a schema with a \
            policy for each column, who sees what, who may do what, and one figure that the hub \
            derives. There is no code about syncing in it.

            Exit codes: 0 all devices that see a site have the same rows and the hub's digest,
            1 they do not or something failed, 64 wrong usage.
            """)

    @Option(help: "An empty folder for the files of hub and devices, which are then kept.")
    var work: String?

    func run() async throws {
        let directory = work ?? "\(NSTemporaryDirectory())/checklists-\(UUID().uuidString)"
        defer { if work == nil { try? FileManager.default.removeItem(atPath: directory) } }
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true)
            try await RunningHub.run(in: directory, startingAt: DayTime.midnight) { hub in
                let day = try Day(in: directory, hub: hub)
                try await day.play()
                let report = try await DayReport(day)
                print(report.text)
                for person in day.cast.everybody { try person.close() }
                guard report.faults.isEmpty else { throw Fault(what: report.faults) }
            }
        } catch let fault as Fault {
            for line in fault.what { Self.say("wrong: \(line)") }
            throw ExitCode(1)
        } catch {
            Self.say("checklists: \(error)")
            throw ExitCode(1)
        }
    }

    private static func say(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// What did not come out right.
struct Fault: Error {
    let what: [String]
}
