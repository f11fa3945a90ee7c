import GRDB
import Lynk
import LynkPayments

/// A payment before it is kept: its key and its time, from which the challenge follows. A payer
/// confirms it first, and the fact and his word are then one change set.
struct PaymentDraft {
    let key: RowKey
    let claimedMilliseconds: Int64
    var confirmation: AttachedConfirmation?
    /// Whether it was made just now and nobody has confirmed it.
    let isNew: Bool

    init(key: RowKey, claimedMilliseconds: Int64) {
        self.key = key
        self.claimedMilliseconds = claimedMilliseconds
        isNew = true
    }

    /// - Parameter text: `new`, what ``show(_:tenant:asJSON:)`` printed, or nothing.
    /// - Throws: ``Problem`` `parameter_invalid` for another text, and for a code without a draft:
    ///   a code fits no other payment than the one whose challenge was read out.
    init(_ text: String?, code: String?, new: () -> PaymentDraft) throws {
        guard let text, text != "new" else {
            guard code == nil else {
                throw Problem(
                    .parameterInvalid, "a code needs the draft that it confirms; see --draft new")
            }
            self = new()
            return
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let key = RowKey(parts[0]), let claimed = Int64(parts[1]),
            claimed > 0
        else { throw Problem(.parameterInvalid, "\(text) is no draft of lynk collect") }
        self.key = key
        claimedMilliseconds = claimed
        confirmation = try code.map { try AttachedConfirmation($0) }
        isNew = false
    }

    /// - Throws: ``Problem`` `already_exists` when it was kept before.
    func checkUnused(in database: Database) throws {
        let rows = try database.values(
            "SELECT receipt_no FROM payment WHERE id = ?", [Value.key(key).database])
        if let receipt = rows.first?.first?.textValue {
            throw Problem(.alreadyExists, "the draft was kept as \(receipt)")
        }
    }

    /// What the payer needs, and what the second call is given.
    func show(_ collection: Collection, tenant: TenantID, asJSON: Bool) throws {
        let statement = try collection.statement(tenant: tenant)
        Sheet([
            ("draft", .text("\(key)@\(claimedMilliseconds)")),
            ("challenge", .text(statement.challenge)),
            ("amount_paise", .money(statement.amount)), ("method", .text(statement.method)),
            ("scan", .text(ScanText.show(statement))),
            ("state", .text("not kept yet; repeat with --draft and --code")),
        ]).show(asJSON: asJSON)
    }
}

extension Collection {
    /// The payment in the words that its payer confirms.
    func statement(tenant: TenantID) throws -> PaymentStatement {
        guard
            let statement = PaymentStatement(
                payment: "\(key)", tenant: "\(tenant)", retailer: "\(retailer.key)",
                worker: "\(worker)", amount: amount, method: method.rawValue,
                time: UniversalTime.text(milliseconds: claimedMilliseconds))
        else { throw Problem(.valueInvalid, "the payment cannot be confirmed") }
        return statement
    }
}
