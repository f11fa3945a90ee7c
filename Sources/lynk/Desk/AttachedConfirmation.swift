import GRDB
import Lynk
import LynkPayments

/// What a payer gave the worker for a payment: nine digits, or what his phone showed.
enum AttachedConfirmation {
    case code(String)
    case signature(SignedConfirmation)
    /// What the hub gave the payer.
    case online(String)

    /// - Throws: ``Problem`` `parameter_invalid` for a slip of typing.
    init(_ text: String) throws {
        if let signed = ScanText.confirmation(text) {
            self = .signature(signed)
            return
        }
        let digits = text.filter { !" -".contains($0) }
        guard digits.utf8.count == 9, Damm.isValid(digits) else {
            throw Problem(.parameterInvalid, "the code \(text) was typed wrong")
        }
        self = .code(digits)
    }

    /// - Throws: ``Problem`` `parameter_invalid` for what no hub gives.
    init(online text: String) throws {
        let digits = text.filter { !" -".contains($0) }
        guard (4...10).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { throw Problem(.parameterInvalid, "the code \(text) was typed wrong") }
        self = .online(digits)
    }

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
        case .online(let digits):
            fields += [
                ("kind", .text(AttestationKind.onlineCode.rawValue)), ("code", .text(digits)),
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
