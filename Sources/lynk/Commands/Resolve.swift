import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Resolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decides about a payment or an exception. For an admin.",
        discussion: """
              release     held money is right: it is booked and pays invoices
              reject      held money is not there: it is reversed
              reverse     booked money is not there: what it paid is open again
              resolve     nothing about the money changes; the exceptions about it are over

              lynk resolve 4BAF-CBA9-4C1B release --reason "bank shows both transfers"

            An exception about no payment, such as a handover that was short, is resolved by its \
            own id, which lynk exceptions shows then.

            The decision is a change set like any other: the hub judges it at the next sync, and \
            lynk payments shows what became of it. Above the tenant's limit a reversal waits until \
            a second admin decides the same. Nothing is ever deleted.
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The payment's receipt number or id, or an exception's id.")
    var payment: String
    @Argument(help: "release, reject, reverse or resolve.", transform: Self.action)
    var action: DecisionAction
    @Option(help: ArgumentHelp("Why, for whoever asks later.", valueName: "text"))
    var reason: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            guard !reason.allSatisfy(\.isWhitespace) else {
                throw Problem(.parameterInvalid, "--reason says nothing")
            }
            let replica = try options.openForWriting()
            let person = try replica.person()
            guard person.role == "admin" else {
                throw Problem(
                    .notAuthorized, "decisions are an admin's, and this is a \(person.role)'s")
            }
            let key = replica.mintKey()
            let figures = try replica.write(intent: Intent(name: "decide")) { database in
                try decide(key, by: person.userKey, in: database)
            }
            Sheet(figures).show(asJSON: json)
        }
    }

    private func decide(
        _ key: RowKey, by person: RowKey, in database: Database
    ) throws -> [(String, Cell)] {
        if let kind = try openException(in: database), let subject = RowKey(payment) {
            try insert(key, about: .key(subject), by: person, in: database)
            return [
                ("exception", .text(kind)), ("decision", .text(action.rawValue)),
                ("state", .text("kept; judged by the hub at the next sync")),
            ]
        }
        let found = try PaymentStep.find(payment, in: database)
        let id = Value.key(found.key).database
        let row =
            try database.values(
                "SELECT posting, amount, held_for FROM payment WHERE id = ?", [id]
            ).first ?? []
        let posting = row.first?.textValue ?? ""
        try checkStep(found.receipt, from: posting)
        let limit =
            try database.values(
                "SELECT reversal_dual_control_above FROM tenant_policy LIMIT 1"
            ).first?.first?.integerValue ?? 5_000_000
        let before = try database.values(
            """
            SELECT by_user FROM decision INDEXED BY decision_by_payment
            WHERE payment = ? AND action = ? AND outcome IN ('', 'PENDING')
            """, [id, action.rawValue.databaseValue]
        ).compactMap { $0[0].keyValue }
        if before.contains(person) {
            throw Problem(
                .valueInvalid,
                "you decided the same about \(found.receipt), and it waits: another admin must")
        }
        try insert(key, about: .key(found.key), by: person, in: database)
        let amount = row[1].integerValue ?? 0
        let isSecond = !before.isEmpty
        let waits = action == .reverse && posting == "POSTED" && amount > limit && !isSecond
        return [
            ("receipt_no", .text(found.receipt)), ("amount_paise", .money(amount)),
            ("booked", .text(posting)), ("held_for", row[2].textCell),
            ("decision", .text(action.rawValue)),
            (
                "state",
                .text(
                    waits
                        ? "kept; above \(Rupees.text(limit)) a second admin must decide the same"
                        : "kept; judged by the hub at the next sync")
            ),
        ]
    }

    private func insert(
        _ key: RowKey, about subject: Value, by person: RowKey, in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO decision (id, payment, action, reason, by_user)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                Value.key(key).database, subject.database, action.rawValue, reason,
                Value.key(person).database,
            ])
    }

    /// The kind of the open exception with this id; `nil` when it is no exception's.
    private func openException(in database: Database) throws -> String? {
        guard let key = RowKey(payment),
            let row = try database.values(
                "SELECT kind, state FROM exception WHERE id = ?", [Value.key(key).database]
            ).first
        else { return nil }
        let kind = row[0].textValue ?? ""
        guard action == .resolve else {
            throw Problem(.valueInvalid, "\(kind) is no payment: the action is resolve")
        }
        guard row[1].textValue == "OPEN" else {
            throw Problem(.valueInvalid, "\(kind) is over already: nothing is left to do")
        }
        return kind
    }

    /// Refuses what the hub would flag, with what can be done instead.
    private func checkStep(_ receipt: String, from posting: String) throws {
        let mend: String? =
            switch (action, posting) {
            case (_, ""): "the hub has not booked it yet: run lynk sync"
            case (.release, "HELD"), (.reject, "HELD"), (.reverse, "POSTED"),
                (.reverse, "HELD"), (.resolve, _):
                nil
            case (_, "REVERSED"): "nothing leaves REVERSED: collect it anew if it is there"
            case (.reject, _): "it is booked: reverse it"
            default: "it is not held"
            }
        if let mend { throw Problem(.valueInvalid, "payment \(receipt) is \(posting): \(mend)") }
    }

    private static func action(_ text: String) throws -> DecisionAction {
        guard let action = DecisionAction(rawValue: text.uppercased()), action != .reallocate else {
            throw ValidationError("\(text) is not release, reject, reverse or resolve.")
        }
        return action
    }
}
