import ArgumentParser
import Lynk
import LynkPayments

struct Complete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says that the money of an announced payment is here. Needs no network.",
        discussion: """
            Above what the wholesaler takes without the payer's word, attach it first: \
            lynk attest, with his phone's code or with --online the hub's.
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String

    func run() async throws {
        try await Failure.reported {
            let receipt = try options.openForWriting().write(intent: Intent(name: "complete")) {
                database in
                try CollectionLimits.checkCompletion(payment, in: database)
                return try PaymentStep.move(payment, to: .completed, in: database)
            }
            print("Payment \(receipt) is completed here; lynk sync tells the hub.")
        }
    }
}

struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancels a payment that was announced and not completed. Needs no network.",
        discussion: """
            When a colleague completed it meanwhile, the money counts: it is booked, and the \
            office sees that it had been cancelled.
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String

    func run() async throws {
        try await Failure.reported {
            let receipt = try options.openForWriting().write(intent: Intent(name: "cancel")) {
                database in
                try PaymentStep.move(payment, to: .cancelled, in: database)
            }
            print("Payment \(receipt) is cancelled here; lynk sync tells the hub.")
        }
    }
}
