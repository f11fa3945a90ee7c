import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Deposit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings cash from the office's box to the bank. For the office.",
        discussion: """
              lynk deposit --cash 48,500 --account HDFC-1 --slip 99120

            Without --cash it shows what the box should hold by the books. What was brought there \
            is booked at the next sync; the payments whose cash it was, oldest first, are BANKED \
            from then on.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("What was brought to the bank.", valueName: "rupees"))
    var cash: String?
    @Option(help: ArgumentHelp("The bank's account.", valueName: "name"))
    var account = ""
    @Option(help: ArgumentHelp("The day on the bank's slip; today without it.", valueName: "day"))
    var day: String?
    @Option(help: ArgumentHelp("The number of the bank's slip.", valueName: "text"))
    var slip = ""
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if cash == nil, !account.isEmpty || !slip.isEmpty || day != nil {
            throw ValidationError("Say with --cash how much was brought to the bank.")
        }
    }

    func run() async throws {
        try await Failure.reported {
            let day = try Typed.day(day)
            guard let cash else { return try show() }
            let amount = try Typed.rupees(cash)
            guard amount > 0 else {
                throw Problem(.parameterInvalid, "a deposit of nothing is none")
            }
            let replica = try options.openForWriting()
            _ = try replica.officePerson(writes: true)
            let key = replica.mintKey()
            let box = try replica.write(intent: Intent(name: "deposit")) { database in
                try database.execute(
                    sql: """
                        INSERT INTO deposit (id, account, amount, day, slip)
                        VALUES (?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        Value.key(key).database, account, amount, day.description, slip,
                    ])
                return try Self.box(in: database)
            }
            let (left, overflow) = box.subtractingReportingOverflow(amount)
            let isMore = overflow || left < 0
            Sheet([
                ("deposit", .text("\(key)")), ("amount_paise", .money(amount)),
                ("day", .text(day.description)),
                ("box_before_paise", .money(box)),
                (
                    "state",
                    .text(
                        isMore
                            ? "kept; more than the box should hold by what this replica knows"
                            : "kept; booked at the next sync")
                ),
            ]).show(asJSON: json)
        }
    }

    private func show() throws {
        let replica = try options.open()
        _ = try replica.officePerson()
        let box = try replica.read { try Self.box(in: $0) }
        Sheet([("box_paise", .money(box))]).show(asJSON: json)
    }

    private static func box(in database: Database) throws -> Int64 {
        try database.values(OfficeQueries.cashBox, [:]).first?.first?.integerValue ?? 0
    }
}
