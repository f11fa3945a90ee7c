import ArgumentParser
import Foundation
import Lynk

struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stays in step with the hub until it is interrupted.",
        discussion: """
            Prints a line whenever the connection's state changes. While it runs, other commands \
            can read the replica; those that write wait for it to end. Interrupting it at any \
            moment loses nothing.
            """)

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var hub: HubOptions
    @Flag(help: "Print one JSON object per line.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.openForWriting()
            guard try replica.enrolment() != nil else { throw Problem(.notEnrolled) }
            let client = SyncClient(replica: replica, transport: try hub.transport())
            let loop = Task { await client.run() }
            for await state in client.states() { show(state, client.catchUp) }
            loop.cancel()
        }
    }

    private func show(_ state: SyncState, _ progress: CatchUpProgress) {
        let (name, reason): (String, String?) =
            switch state {
            case .offline: ("offline", nil)
            case .connecting: ("connecting", nil)
            case .catchingUp: ("catching up", nil)
            case .live: ("live", nil)
            case .idle: ("in step", nil)
            case .blocked(let problem): ("blocked", "\(problem)")
            }
        var figures: [(String, Cell)] = [
            ("time", .text(Date().ISO8601Format())), ("state", .text(name)),
        ]
        if state == .catchingUp {
            figures.append(("percent", .number(Int64(progress.fraction * 100))))
        }
        if let reason { figures.append(("reason", .text(reason))) }
        if json {
            Sheet(figures).show(asJSON: true)
        } else {
            print(figures.map { $0.1.plain }.joined(separator: "  "))
        }
        // A pipe would hold the line back until it has many.
        fflush(nil)
    }
}
