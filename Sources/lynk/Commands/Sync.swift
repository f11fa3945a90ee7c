import ArgumentParser
import Lynk

struct Sync: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sends what was written here and fetches what others wrote.",
        discussion: """
            Breaking it off at any moment loses nothing; repeat it as often as you like. "in step" \
            is proved, not assumed: device and hub compare digests of every row that this device \
            may see.

            Exit codes: 0 in step; 2 in step, but a change was refused (see lynk receipts) or the \
            digests differ; 3 the hub cannot be reached now; 1 anything else.
            """)

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var hub: HubOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.openForWriting()
            let client = SyncClient(replica: replica, transport: try hub.transport())
            let report = try await client.sync()
            let refused = report.receipts.filter { !$0.key.isApplied }.values.reduce(0, +)
            sheet(report).show(asJSON: json)
            if refused > 0 || !report.digestMatches { throw Failure.attention }
        }
    }

    private func sheet(_ report: SyncReport) -> Sheet {
        var figures: [(String, Cell)] = Disposition.allCases.compactMap { disposition in
            report.receipts[disposition].map { (disposition.rawValue, .number(Int64($0))) }
        }
        figures += [
            ("rows_applied", .number(Int64(report.rowsApplied))),
            ("round_trips", .number(Int64(report.roundTrips))),
            ("bytes_sent", .number(Int64(report.transfer.bodyBytesSent))),
            ("bytes_received", .number(Int64(report.transfer.bodyBytesReceived))),
            ("digest", .text(report.digestMatches ? "equal to the hub's" : "DIFFERENT")),
        ]
        return Sheet(figures)
    }
}
