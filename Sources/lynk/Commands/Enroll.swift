import ArgumentParser
import Lynk

struct Enroll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns a one-time code from the office into this device's identity.",
        discussion: """
            Makes the replica's file and a key pair in it; the private half never leaves it. The \
            code says for which wholesaler, which person and which role; it works once.

              lynk enroll --replica asha.db --ca authority.pem \\
                --server https://localhost:8443 7XK2-M0QF-9D4T
            """)

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var hub: HubOptions
    @Option(help: ArgumentHelp("The hub, as https://host:port.", valueName: "url"))
    var server: String
    @Argument(help: "The code; case, spaces and hyphens do not matter.")
    var code: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let transport = try hub.transport()
            try options.lock()
            let replica = try options.openOrMake()
            let enrolment = try await EnrolmentClient(replica: replica, transport: transport)
                .enrol(server: server, code: code)
            let principal = enrolment.principal
            Sheet([
                ("server", .text(enrolment.server)), ("tenant", .text("\(principal.tenant)")),
                ("role", .text(principal.role)), ("user", .text("\(principal.user)")),
                ("device", .text("\(principal.device)")),
            ]).show(asJSON: json)
        }
    }
}
