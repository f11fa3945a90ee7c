import ArgumentParser
import Foundation
import Lynk
import LynkPayments

struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows who wrote each field of a row, when, knowing what, and why it stands.",
        discussion: """
            The hub tells how the row became what it is there; what was written here and is not in \
            the hub's answer stands below it. Without a network, or with --offline, the hub is not \
            asked, and the output says so.

              lynk why payment 018f3c8a-52b1-7e44-9d0a-6a1f00c2b7d1

            "effective" is the time that the hub merges by, "claimed" what the author's clock \
            said; "knew" is how much of the hub's history the author had seen.

            Exit codes: 0 done; 3 the hub cannot be reached now, and what is here was shown.
            """)

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var hub: HubOptions
    @Argument(help: "The table, e.g. payment.")
    var table: String
    @Argument(help: "The row's key, with or without hyphens.")
    var key: String
    @Flag(help: "Do not ask the hub.")
    var offline = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            guard let enrolment = try replica.enrolment() else { throw Problem(.notEnrolled) }
            let schema = Payments().schema
            guard let table = schema.tables.first(where: { $0.name == table }) else {
                let names = schema.tables.map(\.name).joined(separator: ", ")
                throw Problem(.parameterInvalid, "no table \(table); there are \(names)")
            }
            guard let key = RowKey(key) else {
                throw Problem(.parameterInvalid, "\(key) is not a row's key")
            }
            var story = RowStory(
                table: table, key: key, device: enrolment.principal.device,
                hubs: Set(try replica.status().eras.map { "\($0.hub)" }),
                own: try replica.ownChanges(of: table.id, key))
            try await ask(&story, enrolment)
            guard story.history != nil || !story.own.isEmpty || story.isUnasked else {
                throw Problem(.notFound, "neither the hub nor this device shows such a row")
            }
            story.show(asJSON: json)
            if story.isUnreachable { throw Failure.unreachable }
        }
    }

    private func ask(_ story: inout RowStory, _ enrolment: Enrolment) async throws {
        guard !offline else {
            story.hub = .notAsked("--offline was given")
            return
        }
        let questions = HubQuestions(as: enrolment, over: try hub.transport())
        do throws(any Error) {
            story.history = JSONValue(
                try await questions.history(of: story.table.name, story.key))
            story.hub = .answered
        } catch let problem as Problem {
            switch problem.code {
            case .unreachable, .timedOut, .overloaded: story.hub = .unreachable("\(problem)")
            case .notFound: story.hub = .knowsNothing
            default: throw problem
            }
        }
    }
}
