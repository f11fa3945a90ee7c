import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Challenge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a retailer needs to confirm a payment. Needs no network.",
        discussion: """
            The seven digits follow from the payment, so they are the same however often they are \
            shown. The text is for a QR code, for a retailer's phone that can scan.

              lynk challenge 4BAF-CBA9-4C1B
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            guard let principal = try replica.enrolment()?.principal else {
                throw Problem(.notEnrolled)
            }
            let statement = try replica.read { database in
                try Self.statement(payment, tenant: principal.tenant, in: database)
            }
            Sheet([
                ("challenge", .text(statement.challenge)),
                ("amount_paise", .money(statement.amount)), ("method", .text(statement.method)),
                ("scan", .text(ScanText.show(statement))),
            ]).show(asJSON: json)
        }
    }

    /// The payment in the words that its retailer confirms.
    static func statement(
        _ name: String, tenant: TenantID, in database: Database
    ) throws -> PaymentStatement {
        let key = try PaymentStep.find(name, in: database).key
        let rows = try database.values(
            """
            SELECT retailer, worker, amount, currency, method, claimed_at FROM payment
            WHERE id = ?
            """, [Value.key(key).database])
        guard let row = rows.first, let retailer = row[0].keyValue, let worker = row[1].keyValue,
            let amount = row[2].integerValue, let method = row[4].textValue,
            let claimed = row[5].integerValue,
            let statement = PaymentStatement(
                payment: "\(key)", tenant: "\(tenant)", retailer: "\(retailer)",
                worker: "\(worker)", amount: amount, currency: row[3].textValue ?? "INR",
                method: method, time: UniversalTime.text(milliseconds: claimed))
        else { throw Problem(.valueInvalid, "payment \(name) cannot be confirmed") }
        return statement
    }
}
