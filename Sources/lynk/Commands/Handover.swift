import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Handover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hands a worker's cash and cheques over, or counts what was handed over.",
        discussion: """
            A worker says what he hands over; nothing is booked until it was counted:

              lynk handover --cash 50,000 --cheque 4BAF-CBA9-4C1B

            The office counts it when it has it (lynk count), or states both at once, in the \
            worker's presence. What is missing, or too much, is booked to the worker and is an \
            exception when it is not nothing:

              lynk handover --worker Asha --cash 50,000 --counted 48,500

            Without --cash it lists what each collector has in hand by the books, the day of the \
            oldest cash that no handover covers and its age in days, and what he says he handed \
            over and nobody has counted.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("What the worker says he hands over.", valueName: "rupees"))
    var cash: String?
    @Option(
        help: ArgumentHelp(
            "A cheque's receipt number; may be given several times.", valueName: "receipt"))
    var cheque: [String] = []
    @Option(help: ArgumentHelp("The worker; for the office.", valueName: "name or id"))
    var worker: String?
    @Option(help: ArgumentHelp("What was counted; for the office.", valueName: "rupees"))
    var counted: String?
    @Flag(help: "It went to the bank and not to the cashier.")
    var bank = false
    @Option(help: ArgumentHelp("A number on paper.", valueName: "text"))
    var slip = ""
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if cash == nil, !cheque.isEmpty || counted != nil {
            throw ValidationError("Say with --cash how much cash it is; 0 for cheques alone.")
        }
    }

    func run() async throws {
        try await Failure.reported {
            if let cash {
                try state(try Typed.rupees(cash), try counted.map { try Typed.rupees($0) })
            } else {
                try list()
            }
        }
    }

    private func list() throws {
        let replica = try options.open()
        let person = try replica.officePerson()
        let rows = try replica.read { database in
            try database.everything(OfficeQueries.cashInHand, [:], of: person.tenant)
        }
        let today = try Typed.day(nil)
        var table = Table([
            "worker", "cash_paise", "cheques_paise", "since", "days", "uncounted_paise",
        ])
        table.rows = rows.map { row in
            let since = row[4].textValue.flatMap { CivilDay($0) }
            let days = since.map { Cell.number(Int64(today.daysSince1970 - $0.daysSince1970)) }
            return [
                row[1].textCell, row[2].moneyCell, row[3].moneyCell, row[4].textCell,
                days ?? .none, row[5].moneyCell,
            ]
        }
        table.show(asJSON: json, empty: "Nobody has cash or cheques in hand.")
    }

    private func state(_ said: Int64, _ counted: Int64?) throws {
        let replica = try options.openForWriting()
        let person = try replica.person()
        let isOffice = ["admin", "cashier"].contains(person.role)
        guard isOffice || (counted == nil && worker == nil) else {
            throw Problem(.notAuthorized, "money is counted by who receives it: the office")
        }
        guard !isOffice || worker != nil else {
            throw Problem(.parameterInvalid, "name the collector with --worker")
        }
        let key = replica.mintKey()
        let name = try replica.write(intent: Intent(name: "handover")) { database in
            let who = try WorkerRecord.named(worker ?? "\(person.userKey)", in: database)
            let cheques = try cheque.map { try Self.cheque($0, of: who.key, in: database) }
            try database.execute(
                sql: """
                    INSERT INTO handover (id, worker, to_kind, cash, cheques, counted, slip)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    Value.key(key).database, Value.key(who.key).database,
                    bank ? "BANK" : "CASHIER", said,
                    cheques.map { "\($0)" }.joined(separator: " "), counted, slip,
                ])
            return who.name
        }
        var figures: [(String, Cell)] = [
            ("handover", .text("\(key)")), ("worker", .text(name)), ("said_paise", .money(said)),
        ]
        if let counted {
            let (difference, overflow) = counted.subtractingReportingOverflow(said)
            figures += [
                ("counted_paise", .money(counted)),
                ("difference_paise", overflow ? .none : .money(difference)),
            ]
            figures.append(
                (
                    "state",
                    .text(
                        difference == 0
                            ? "kept; booked at the next sync"
                            : "kept; at the next sync the difference is the worker's account")
                ))
        } else {
            figures.append(("state", .text("kept; booked when the office has counted it")))
        }
        Sheet(figures).show(asJSON: json)
    }

    /// A cheque that this worker has in hand.
    private static func cheque(
        _ name: String, of worker: RowKey, in database: Database
    ) throws -> RowKey {
        let found = try PaymentStep.find(name, in: database)
        let row =
            try database.values(
                "SELECT worker, method, settlement FROM payment WHERE id = ?",
                [Value.key(found.key).database]
            ).first ?? []
        guard row.count == 3, row[0] == .key(worker), row[1] == "CHEQUE",
            ["", "IN_HAND"].contains(row[2].textValue ?? "")
        else {
            throw Problem(
                .valueInvalid, "\(found.receipt) is not a cheque that this worker has in hand")
        }
        return found.key
    }
}
