import ArgumentParser
import Lynk

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows who this replica is, what it has and what it owes the hub.")

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let status = try replica.status()
            var figures: [(String, Cell)] = [("replica", .text(try options.path()))]
            if let enrolment = try replica.enrolment() {
                let principal = enrolment.principal
                figures += [
                    ("server", .text(enrolment.server)),
                    ("tenant", .text("\(principal.tenant)")),
                    ("role", .text(principal.role)), ("user", .text("\(principal.user)")),
                    ("device", .text("\(principal.device)")),
                ]
            } else {
                figures.append(("server", .text("not enrolled")))
            }
            figures += [
                ("writes", .number(Int64(status.head?.sequence ?? 0))),
                ("pending", .number(Int64(status.pending))),
                ("refused", .number(Int64(status.refused))),
                ("incidents", .number(Int64(status.incidents))),
                ("kept", .number(Int64(status.kept))),
                ("durable", .text(durable(status.durable))),
                ("position", .number(status.position)),
                ("clock", .text(clock(status.vector))),
                ("scopes", .number(Int64(status.scopes))), ("rows", .number(status.rows)),
                ("digest", .text(hexadecimal(status.root))),
            ]
            Sheet(figures).show(asJSON: json)
        }
    }

    private func durable(_ vector: VersionVector) -> String {
        // Nothing that was sent is dropped here, and the hub forgets nothing, until then.
        vector == .zero ? "nothing yet: the hub has no completed backup" : clock(vector)
    }

    /// The version vector: eras cut short, and how far each is contained.
    private func clock(_ vector: VersionVector) -> String {
        let entries = vector.sorted.map { "\(String(describing: $0.era).prefix(8)):\($0.number)" }
        return entries.isEmpty ? "nothing yet" : entries.joined(separator: " ")
    }
}
