import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Attest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Attaches a retailer's confirmation to a payment. Needs no network.",
        discussion: """
            Either the nine digits that the retailer reads out, or the text that his phone shows \
            after it scanned the payment. A slip in the digits is told at once; whether the code \
            is right only the hub can tell.

              lynk challenge 4BAF-CBA9-4C1B
              lynk attest 4BAF-CBA9-4C1B "846 701 871"
              lynk attest 4BAF-CBA9-4C1B LYNKSIG1:...

            With --online it is the code that the hub gave the shop (lynk confirm online). It \
            holds for ten minutes from then, so sync at once.

              lynk attest --online 4BAF-CBA9-4C1B 846701
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String
    @Argument(help: "Nine digits, LYNKSIG1:..., or with --online the hub's code.")
    var confirmation: String
    @Flag(help: "It is a code that the shop asked the hub for.")
    var online = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.openForWriting()
            guard let principal = try replica.enrolment()?.principal else {
                throw Problem(.notEnrolled)
            }
            let now = SystemReplicaClock().read().wallMilliseconds
            let key = replica.mintKey()
            let attached =
                try online
                ? AttachedConfirmation(online: confirmation) : AttachedConfirmation(confirmation)
            try replica.write(intent: Intent(name: "attest")) { database in
                let statement = try Challenge.statement(
                    payment, tenant: principal.tenant, in: database)
                try attached.check(statement, in: database)
                try attached.insert(
                    key, of: statement, by: principal.user, made: now, in: database)
            }
            print("Attached to \(payment); lynk sync tells the hub.")
        }
    }
}
