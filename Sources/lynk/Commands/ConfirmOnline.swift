import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct ConfirmOnline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "online", abstract: "Asks the hub for a code to read out to the worker.",
        discussion: """
            For the shop's own device, which the office enrolled as a retailer, and with a \
            network. Look at amount and method first: the code confirms this payment. It holds for \
            ten minutes, once; the hub keeps no copy of it. The worker types it and syncs:

              lynk sync --replica shop.db
              lynk confirm online --replica shop.db 4BAF-CBA9-4C1B
              lynk attest --replica asha.db --online 4BAF-CBA9-4C1B 846701
              lynk sync --replica asha.db

            Another code for the same payment is given after half a minute, five times in an hour; \
            a shop has twenty in an hour unless the wholesaler decided otherwise. After three \
            wrong tries nothing is judged for two minutes, after six in a row the payment is \
            confirmed in another way.
            """)

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var hub: HubOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            guard let enrolment = try replica.enrolment() else { throw Problem(.notEnrolled) }
            guard enrolment.principal.role == "retailer" else {
                throw Problem(
                    .notAuthorized,
                    "a code is read out by the payer, and this device is a "
                        + "\(enrolment.principal.role)'s")
            }
            let (key, receipt, amount, method) = try replica.read { database in
                let found = try PaymentStep.find(payment, in: database)
                let row =
                    try database.values(
                        "SELECT amount, method FROM payment WHERE id = ?",
                        [Value.key(found.key).database]
                    ).first ?? []
                return (
                    found.key, found.receipt, row.first?.integerValue ?? 0,
                    row.last?.textValue ?? ""
                )
            }
            let code = try await HubQuestions(as: enrolment, over: try hub.transport())
                .code(for: key)
            Sheet([
                ("confirms", .text("\(Rupees.text(amount)) by \(method)")),
                ("receipt_no", .text(receipt)), ("code", .text(code)),
            ]).show(asJSON: json)
        }
    }
}
