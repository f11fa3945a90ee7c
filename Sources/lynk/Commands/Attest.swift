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
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "The receipt number, or the payment's id.")
    var payment: String
    @Argument(help: "Nine digits, or LYNKSIG1:...")
    var confirmation: String

    func run() async throws {
        try await Failure.reported {
            let replica = try options.openForWriting()
            guard let principal = try replica.enrolment()?.principal else {
                throw Problem(.notEnrolled)
            }
            let now = SystemReplicaClock().read().wallMilliseconds
            let key = replica.mintKey()
            let witness = try Self.witness(confirmation)
            try replica.write(intent: Intent(name: "attest")) { database in
                let statement = try Challenge.statement(
                    payment, tenant: principal.tenant, in: database)
                try witness.check(statement, in: database)
                try witness.insert(
                    key, of: statement, by: principal.user, made: now, in: database)
            }
            print("Attached to \(payment); lynk sync tells the hub.")
        }
    }

    private static func witness(_ text: String) throws -> Witness {
        if let signed = ScanText.confirmation(text) { return .signature(signed) }
        let digits = text.filter { !" -".contains($0) }
        guard digits.utf8.count == 9, Damm.isValid(digits) else {
            throw Problem(.parameterInvalid, "the code \(text) was typed wrong")
        }
        return .code(digits)
    }

    private enum Witness {
        case code(String)
        case signature(SignedConfirmation)

        /// A signature can be checked here, when the shop's key is on this device.
        func check(_ statement: PaymentStatement, in database: Database) throws {
            guard case .signature(let signed) = self, let shop = RowKey(statement.retailer) else {
                return
            }
            let rows = try database.values(
                "SELECT public_key FROM retailer_key WHERE retailer = ? AND key_version = ?",
                [Value.key(shop).database, signed.keyVersion.databaseValue])
            guard let row = rows.first, case .blob(let bytes)? = row.first,
                let key = DevicePublicKey(bytes: bytes)
            else { return }
            guard signed.confirms(statement, by: key) else {
                throw Problem(.signatureInvalid, "the confirmation is not of this payment")
            }
        }

        func insert(
            _ key: RowKey, of statement: PaymentStatement, by user: UserID, made: Int64,
            in database: Database
        ) throws {
            guard let payment = RowKey(statement.payment),
                let retailer = RowKey(statement.retailer)
            else { throw Problem(.valueInvalid, "the payment's keys") }
            var fields: [(String, Value)] = [
                ("id", .key(key)), ("payment", .key(payment)), ("retailer", .key(retailer)),
                ("worker", .key(RowKey(high: user.high, low: user.low))),
                ("amount", .integer(statement.amount)), ("method", .text(statement.method)),
                ("challenge", .text(statement.challenge)), ("made_at", .integer(made)),
                ("uploaded_by", .text("WORKER_UPLOAD")),
            ]
            switch self {
            case .code(let digits):
                fields += [
                    ("kind", .text(AttestationKind.offlineCode.rawValue)),
                    ("code", .text(digits)),
                ]
            case .signature(let signed):
                fields += [
                    ("kind", .text(AttestationKind.signature.rawValue)),
                    ("key_version", .integer(signed.keyVersion)),
                    ("counter", .integer(signed.counter)),
                    ("signature", .blob(signed.signature)),
                    ("payload", .text(ScanText.show(statement))),
                ]
            }
            let names = fields.map(\.0).joined(separator: ", ")
            let marks = fields.map { _ in "?" }.joined(separator: ", ")
            try database.execute(
                sql: "INSERT INTO attestation (\(names)) VALUES (\(marks))",
                arguments: StatementArguments(fields.map { $0.1.database }))
        }
    }
}
