import LynkCore
import LynkEngine
import LynkStore

/// Figures of all shops once more, from rows and postings alone.
struct ShopFigures {
    var invoiced: Int64 = 0
    var open: Int64 = 0
    var posted: Int64 = 0
    var held: Int64 = 0
    var allocated: Int64 = 0
    /// Balances of the journal, debit less credit.
    var receivable: Int64 = 0
    var unapplied: Int64 = 0
    var heldFor: Int64 = 0

    static func all(in world: World) -> [RowKey: ShopFigures] {
        var shops: [RowKey: ShopFigures] = [:]
        for invoice in world.books(.invoice) where invoice.text("cancelled") != "YES" {
            guard let shop = invoice["retailer"].keyValue else { continue }
            shops[shop, default: .init()].invoiced += invoice.money("total")
            shops[shop, default: .init()].open += invoice.money("open")
        }
        for payment in world.books(.payment) {
            guard let shop = payment["retailer"].keyValue else { continue }
            switch payment.text("posting") {
            case "POSTED": shops[shop, default: .init()].posted += payment.money("amount")
            case "HELD": shops[shop, default: .init()].held += payment.money("amount")
            default: break
            }
        }
        for piece in world.books(.allocation) where piece["voided_by"] == .null {
            guard let shop = piece["retailer"].keyValue else { continue }
            shops[shop, default: .init()].allocated += piece.money("amount")
        }
        for line in world.books(.posting) {
            guard let party = line["party"].keyValue else { continue }
            let net = line.money("debit") - line.money("credit")
            switch line.text("account") {
            case "AR": shops[party, default: .init()].receivable += net
            case "UNAPPLIED": shops[party, default: .init()].unapplied += net
            case "HELD_FOR": shops[party, default: .init()].heldFor += net
            default: break
            }
        }
        return shops
    }
}

/// What a shop owes is its invoices less what was applied and what was not: by its own row, by
/// the facts and by the journal, each reckoned by itself.
final class MoneyPerRetailer: Checker {
    static let name = "MoneyPerRetailer"
    static let invariant = "P4"

    func check(_ moment: Moment, in world: World) throws {
        guard moment.looksAtBooks(of: world) else { return }
        try checkPieces(world)
        let figures = ShopFigures.all(in: world)
        for shop in world.books(.retailer) {
            let facts = figures[shop.key] ?? ShopFigures()
            let credit = facts.posted - facts.allocated
            let claims: [(String, Int64, Int64)] = [
                ("outstanding", shop.money("outstanding"), facts.invoiced - facts.posted),
                ("unapplied credit", shop.money("unapplied_credit"), credit),
                ("held", shop.money("held_amount"), facts.held),
                ("invoiced", shop.money("total_invoiced"), facts.invoiced),
                ("paid", shop.money("total_paid"), facts.posted),
                ("open", facts.open, facts.invoiced - facts.allocated),
                ("receivable in the journal", facts.receivable, facts.open),
                ("credit in the journal", -facts.unapplied, credit),
                ("held in the journal", -facts.heldFor, facts.held),
                ("credit below zero", min(credit, 0), 0),
            ]
            for (what, found, meant) in claims where found != meant {
                throw breach("\(what) of \(shop.text("code")) is \(found), its facts make \(meant)")
            }
        }
    }

    /// Pieces that stand never exceed the payment they are of, nor the invoice they are for.
    private func checkPieces(_ world: World) throws {
        var (ofPayment, forInvoice): ([RowKey: Int64], [RowKey: Int64]) = ([:], [:])
        for piece in world.books(.allocation) where piece["voided_by"] == .null {
            guard let payment = piece["payment"].keyValue, let invoice = piece["invoice"].keyValue
            else { throw breach("the allocation \(piece.key) is of nothing or for nothing") }
            ofPayment[payment, default: 0] += piece.money("amount")
            forInvoice[invoice, default: 0] += piece.money("amount")
        }
        for payment in world.books(.payment) {
            let applied = ofPayment[payment.key] ?? 0
            let whole = payment.text("posting") == "POSTED" ? payment.money("amount") : 0
            guard payment.money("applied") == applied, applied <= whole,
                payment.money("unapplied") == whole - applied
            else {
                throw breach(
                    "\(payment.key) of \(whole) says applied \(payment.money("applied")), "
                        + "unapplied \(payment.money("unapplied")); its pieces make \(applied)")
            }
        }
        for invoice in world.books(.invoice) {
            let isCancelled = invoice.text("cancelled") == "YES"
            let open = isCancelled ? 0 : invoice.money("total") - (forInvoice[invoice.key] ?? 0)
            guard open >= 0, invoice.money("open") == open,
                !isCancelled || forInvoice[invoice.key] == nil
            else {
                throw breach(
                    "\(invoice.text("invoice_number")) says \(invoice.money("open")) is open; its "
                        + "pieces leave \(open)")
            }
        }
    }
}

/// What the book promises whatever order change sets came in: what each collector has in hand by
/// method, and what each shop owes in sum, follow from the stated facts alone.
final class OrderFreeBooks: Checker {
    static let name = "OrderFreeBooks"
    static let invariant = "P6"
    private static let places = [
        "CASH": "CASH_IN_HAND", "CHEQUE": "CHQ_IN_HAND", "UPI": "UPI_CLEARING",
        "BANK": "BANK_CLEARING",
    ]

    private struct Place: Hashable {
        let account: String
        let party: RowKey?
    }

    func check(_ moment: Moment, in world: World) throws {
        guard moment.looksAtBooks(of: world) else { return }
        var meant: [Place: Int64] = [:]
        for payment in world.books(.payment) where payment.text("posting") == "POSTED" {
            let account = Self.places[payment.text("method")] ?? ""
            let isInHand = account.hasSuffix("IN_HAND")
            let place = Place(account: account, party: isInHand ? payment["worker"].keyValue : nil)
            meant[place, default: 0] += payment.money("amount")
        }
        for line in world.books(.posting) where Self.places.values.contains(line.text("account")) {
            let place = Place(account: line.text("account"), party: line["party"].keyValue)
            meant[place, default: 0] -= line.money("debit") - line.money("credit")
        }
        for (place, difference) in meant where difference != 0 {
            throw breach("\(place.account) lacks \(difference) of what was collected")
        }
    }
}
