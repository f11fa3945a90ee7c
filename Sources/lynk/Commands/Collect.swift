import ArgumentParser
import GRDB
import Lynk
import LynkPayments

struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Records money received at a shop. Needs no network.",
        discussion: """
            The payment is durable and in the outbox when the command returns. What it covers is \
            this device's expectation: oldest invoice first, or the named ones first. The hub \
            decides at the next sync, because a colleague may have collected for the same invoice.

              lynk collect --retailer R001 --amount 10,000.00 --method CASH
              lynk collect --retailer R001 --amount 4500 --method UPI --reference 865463525513 \\
                --invoice INV-01-00001

            With the retailer's confirmation in the same step: --draft alone keeps nothing and \
            shows what he needs; repeated with what it printed, and his code, both are kept as one.

              lynk collect --retailer R001 --amount 10,000.00 --method CASH --draft new
              lynk collect --retailer R001 --amount 10,000.00 --method CASH --draft 01a0...@17... \
                --code "846 701 871"

            With --initiate the payment is only announced: nothing is booked until \
            lynk complete says that the money is there.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("The shop.", valueName: "code"))
    var retailer: String
    @Option(help: ArgumentHelp("Rupees, e.g. 10,000.00.", valueName: "rupees"))
    var amount: String
    @Option(help: "CASH, UPI, CHEQUE or BANK.", transform: Self.method)
    var method: PaymentMethod
    @Option(
        help: ArgumentHelp(
            "An invoice that the payer named; may be given several times.", valueName: "number"))
    var invoice: [String] = []
    @Option(help: "UTR, cheque number or bank reference.")
    var reference = ""
    @Option(help: "new, or what --draft new printed: the payment that was confirmed.")
    var draft: String?
    @Option(help: "Nine digits of the retailer's phone for the draft, or LYNKSIG1:...")
    var code: String?
    @Flag(help: "The money is not here yet; see lynk complete.")
    var initiate = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            guard let paise = Rupees.paise(amount), paise > 0 else {
                throw Problem(.parameterInvalid, "\(amount) is not an amount in rupees")
            }
            let replica = try options.openForWriting()
            guard let principal = try replica.enrolment()?.principal else {
                throw Problem(.notEnrolled)
            }
            let now = SystemReplicaClock().read().wallMilliseconds
            let draft = try PaymentDraft(draft, code: code) {
                PaymentDraft(key: replica.mintKey(), claimedMilliseconds: now)
            }
            let attestation = draft.confirmation.map { ($0, replica.mintKey()) }
            let intent = Intent(name: "collect", arguments: retailer)
            func collection(in database: Database) throws -> Collection {
                let shop = try RetailerRecord.named(retailer, in: database)
                return Collection(
                    key: draft.key, retailer: shop,
                    worker: RowKey(high: principal.user.high, low: principal.user.low),
                    amount: paise, method: method, reference: reference,
                    intent: try invoice.map { try Self.invoice($0, of: shop, in: database) },
                    claimedMilliseconds: draft.claimedMilliseconds,
                    lifecycle: initiate ? .initiated : .completed)
            }
            if draft.isNew, self.draft != nil {
                let collection = try replica.read { try collection(in: $0) }
                return try draft.show(collection, tenant: principal.tenant, asJSON: json)
            }
            let (collection, expected) = try replica.write(intent: intent) { database in
                let collection = try collection(in: database)
                try draft.checkUnused(in: database)
                if let warning = try CollectionLimits.check(
                    collection, isConfirmed: attestation != nil, in: database)
                {
                    Failure.warn(warning)
                }
                let expected = try collection.expectation(in: database)
                try collection.insert(in: database, expecting: expected)
                if let (confirmation, key) = attestation {
                    let statement = try collection.statement(tenant: principal.tenant)
                    try confirmation.check(statement, in: database)
                    try confirmation.insert(
                        key, of: statement, by: principal.user, made: now, in: database)
                }
                return (collection, expected)
            }
            show(collection, expected)
        }
    }

    private static func method(_ text: String) throws -> PaymentMethod {
        guard let method = PaymentMethod(rawValue: text.uppercased()) else {
            throw ValidationError("\(text) is not CASH, UPI, CHEQUE or BANK.")
        }
        return method
    }

    private static func invoice(
        _ number: String, of shop: RetailerRecord, in database: Database
    ) throws -> RowKey {
        let rows = try database.values(
            "SELECT id FROM invoice WHERE invoice_number = ? AND retailer = ?",
            [number.databaseValue, Value.key(shop.key).database])
        guard let key = rows.first?.first?.keyValue else {
            throw Problem(.rowUnknown, "\(shop.code) has no invoice \(number) on this device")
        }
        return key
    }

    private func show(_ collection: Collection, _ expected: Collection.Expectation) {
        var figures: [(String, Cell)] = [
            ("receipt_no", .text(collection.receiptNumber)),
            ("retailer", .text("\(collection.retailer.code) \(collection.retailer.name)")),
            ("amount_paise", .money(collection.amount)),
            ("method", .text(collection.method.rawValue)),
        ]
        let covers = expected.pieces.map { "\($0.invoice) \(Rupees.text($0.amount))" }
        figures.append(("covers", covers.isEmpty ? .none : .text(covers.joined(separator: ", "))))
        figures.append(("credit_paise", .money(expected.unapplied)))
        let state =
            initiate ? "announced; not booked until lynk complete" : "kept; sent by lynk sync"
        figures.append(("state", .text(state)))
        if json { figures.append(("payment", .text("\(collection.key)"))) }
        Sheet(figures).show(asJSON: json)
    }
}
