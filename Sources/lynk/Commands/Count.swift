import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Count: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Counts what a worker handed over. For the office.",
        discussion: """
            A worker says on his device what he hands over (lynk handover --cash 4,000). Without \
            arguments this lists what was said and nobody has counted:

              lynk count

            Say what was there; a worker's name is enough when he has one handover waiting:

              lynk count Asha --cash 3,900
              lynk count Asha --cash 4,000 --missing 4BAF-CBA9-4C1B

            The difference is booked to the worker and is an exception. When two people count the \
            same handover, the count that reaches the hub first stands; the other is kept and \
            flagged. Nothing is booked before the hub has it: run lynk sync.
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(
        help: ArgumentHelp(
            "The worker, or the handover's id; without it what waits is listed.",
            valueName: "name or id"))
    var handover: String?
    @Option(help: ArgumentHelp("The cash that was counted; 0 for none.", valueName: "rupees"))
    var cash: String?
    @Option(
        help: ArgumentHelp(
            "A cheque that was said and is not there; may be given several times.",
            valueName: "receipt"))
    var missing: [String] = []
    @Option(help: ArgumentHelp("A number on paper.", valueName: "text"))
    var slip = ""
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if (handover == nil) != (cash == nil) {
            throw ValidationError("Name the worker or the handover, and say with --cash how much.")
        }
    }

    func run() async throws {
        try await Failure.reported {
            if let handover, let cash {
                try count(handover, try Typed.rupees(cash))
            } else {
                try list()
            }
        }
    }

    private func list() throws {
        let replica = try options.open()
        let person = try replica.officePerson()
        let rows = try replica.read { database in
            try database.everything(OfficeQueries.handoversToCount, [:], of: person.tenant)
        }
        var table = Table(["worker", "to", "cash_paise", "cheques", "slip", "handover"])
        table.rows = rows.map { row in
            let cheques = row[5].textValue?.split(separator: " ").count ?? 0
            return [
                row[2].textCell, row[3].textCell, row[4].moneyCell, .number(Int64(cheques)),
                row[6].textCell, .text(row[0].keyValue.map { "\($0)" } ?? ""),
            ]
        }
        table.show(asJSON: json, empty: "No handover waits to be counted.")
    }

    private func count(_ name: String, _ counted: Int64) throws {
        let replica = try options.openForWriting()
        let person = try replica.officePerson(writes: true)
        let key = replica.mintKey()
        let figures = try replica.write(intent: Intent(name: "count")) { database in
            let found = try HandoverRecord.named(name, of: person.tenant, in: database)
            let cheques = try missing.map { receipt in
                let cheque = try PaymentStep.find(receipt, in: database)
                guard found.cheques.contains("\(cheque.key)") else {
                    throw Problem(
                        .valueInvalid, "\(cheque.receipt) is no cheque of this handover")
                }
                return "\(cheque.key)"
            }
            try database.execute(
                sql: """
                    INSERT INTO handover_count (id, handover, counted, missing, slip, by_user)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Value.key(key).database, Value.key(found.key).database, counted,
                    cheques.joined(separator: " "), slip, Value.key(person.userKey).database,
                ])
            return sheet(found, counted)
        }
        Sheet(figures).show(asJSON: json)
    }

    private func sheet(_ found: HandoverRecord, _ counted: Int64) -> [(String, Cell)] {
        let (difference, overflow) = counted.subtractingReportingOverflow(found.cash)
        let isExact = difference == 0 && missing.isEmpty
        return [
            ("handover", .text("\(found.key)")), ("worker", .text(found.worker)),
            ("said_paise", .money(found.cash)), ("counted_paise", .money(counted)),
            ("difference_paise", overflow ? .none : .money(difference)),
            (
                "state",
                .text(
                    isExact
                        ? "kept; booked at the next sync"
                        : "kept; at the next sync the difference is the worker's account")
            ),
        ]
    }
}

/// A handover that waits to be counted, as the office's replica has it.
struct HandoverRecord {
    let key: RowKey
    let worker: String
    let cash: Int64
    /// Keys in text.
    let cheques: [String]

    /// - Throws: ``Problem`` `row_unknown`, or `value_invalid` for a worker with several waiting.
    static func named(
        _ name: String, of tenant: TenantID, in database: Database
    ) throws -> HandoverRecord {
        let waiting = try database.everything(OfficeQueries.handoversToCount, [:], of: tenant)
            .compactMap { row -> HandoverRecord? in
                guard let key = row[0].keyValue,
                    RowKey(name).map({ $0 == key || .key($0) == row[1] })
                        ?? (row[2].textValue?.lowercased() == name.lowercased())
                else { return nil }
                return HandoverRecord(
                    key: key, worker: row[2].textValue ?? "", cash: row[4].integerValue ?? 0,
                    cheques: (row[5].textValue ?? "").split(separator: " ").map(String.init))
            }
        guard let found = waiting.first else {
            throw Problem(
                .rowUnknown,
                "no handover of \(name) waits to be counted here; lynk count lists them, and "
                    + "lynk sync brings the newest")
        }
        guard waiting.count == 1 else {
            throw Problem(
                .valueInvalid,
                "\(waiting.count) handovers of \(name) wait; name one by its id, see lynk count")
        }
        return found
    }
}
