import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct ShowReceipt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt",
        abstract: "Prints the receipt of a payment. Needs no network.",
        discussion: """
            Until a sync the receipt is PROVISIONAL: what it covers is this device's expectation. \
            Print it again afterwards, and it says what the books did.

              lynk receipt 4BAF-CBA9-4C1B
              lynk receipt 4BAF-CBA9-4C1B --svg receipt.svg
              lynk receipt 4BAF-CBA9-4C1B --png code.png

            The picture has a QR code with number, amount and a check that the office can compare; \
            the PNG is this code alone, for printers and messages that take no SVG. \
            References are shown by their last four characters.
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String
    @Option(help: ArgumentHelp("Write a picture to this file.", valueName: "file"))
    var svg: String?
    @Option(help: ArgumentHelp("Write its code as a PNG to this file.", valueName: "file"))
    var png: String?

    func run() async throws {
        try await Failure.reported {
            let receipt = try options.open().read { database in
                let key = try PaymentStep.find(payment, in: database).key
                return try Self.receipt(of: key, in: database)
            }
            if let png {
                guard let bytes = receipt.png() else {
                    throw Problem(.valueInvalid, "the receipt's check is too long for a code")
                }
                try Typed.write(bytes, to: png)
            }
            if let svg { try Typed.write(receipt.svg(), to: svg) }
            if svg == nil, png == nil {
                print(receipt.text(), terminator: "")
            }
        }
    }

    private static func receipt(of key: RowKey, in database: Database) throws -> PaymentReceipt {
        let of: [String: Value] = ["payment": .key(key)]
        let row = try database.values(PaymentReceipt.query, of).first ?? []
        var covers = try database.values(PaymentReceipt.covers, of).map {
            (invoice: $0[0].textValue ?? "", amount: $0[1].integerValue ?? 0)
        }
        if covers.isEmpty {
            let provisional = try database.values(
                "SELECT provisional FROM payment WHERE id = ? AND posting = ''",
                [Value.key(key).database]
            ).first?.first?.textValue
            covers = try ProvisionalAllocation.parse(provisional ?? "").map { piece in
                let number = try database.values(
                    "SELECT invoice_number FROM invoice WHERE id = ?",
                    [Value.key(piece.invoice).database]
                ).first?.first?.textValue
                return (number ?? "\(piece.invoice)", piece.amount)
            }
        }
        let synced = try database.values("SELECT synced_ms FROM sync_status").first?.first
        let asOf = synced?.integerValue.map { "\(CivilDay(milliseconds: $0))" } ?? "never"
        guard
            let receipt = PaymentReceipt(
                row, tenant: try database.tenantOfReceipts(), covers: covers, asOf: asOf)
        else { throw Problem(.rowUnknown, "no payment \(key) on this device") }
        return receipt
    }
}
