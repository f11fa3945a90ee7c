import ArgumentParser
import Lynk

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows who this replica is, what it has and what it owes the hub.",
        discussion: """
            "durable" is how much of the hub's history is in a backup of the hub, as of the last \
            sync. What was written here is kept on this device until it is durable there.

            With --clock also this replica's lane, and its vectors and eras in full.
            """)

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Show lane, vectors and eras in full.")
    var clock = false
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
                ("position", .number(status.position)),
                ("clock", .text(short(status.vector))),
                ("durable", .text(durable(status))),
                ("scopes", .number(Int64(status.scopes))), ("rows", .number(status.rows)),
                ("digest", .text(hexadecimal(status.root))),
            ]
            if clock { figures += clockFigures(status) }
            Sheet(figures).show(asJSON: json)
        }
    }

    /// What no backup holds yet is on the hub's disk and here alone, and people should know.
    private func durable(_ status: ReplicaStatus) -> String {
        guard status.durable.isZero else { return short(status.durable) }
        return "nothing yet: the hub has told of no backup, so what was written stays here too"
    }

    private func clockFigures(_ status: ReplicaStatus) -> [(String, Cell)] {
        var figures: [(String, Cell)] = [("lane", .text("\(status.lane)"))]
        if let head = status.head {
            figures.append(("head", .text("\(head.sequence) \(head.oid)")))
        }
        figures += [
            ("has", .text(full(status.vector))), ("is_durable", .text(full(status.durable))),
        ]
        figures += status.eras.enumerated().map { index, era in
            let parents = era.parents.isZero ? "nothing" : full(era.parents)
            return (
                "era_\(index + 1)", .text("\(era.era) of hub \(era.hub), after \(parents)")
            )
        }
        return figures
    }

    private func full(_ vector: VersionVector) -> String {
        let entries = vector.sorted.map { "\($0.era):\($0.number)" }
        return entries.isEmpty ? "nothing yet" : entries.joined(separator: " ")
    }

    /// The version vector: eras cut short, and how far each is contained.
    private func short(_ vector: VersionVector) -> String {
        let entries = vector.sorted.map { "\(String(describing: $0.era).prefix(8)):\($0.number)" }
        return entries.isEmpty ? "nothing yet" : entries.joined(separator: " ")
    }
}
