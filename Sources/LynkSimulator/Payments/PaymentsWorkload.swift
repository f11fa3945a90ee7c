import LynkCore
import LynkEngine
import LynkPayments
import LynkStore

/// What collectors and clerks do with the payments application, drawn over what their devices
/// show: money for invoices that others collect for too, exact, short or over.
struct PaymentsWorkload {
    /// Keys are made from the number of the event, so that leaving out another changes none.
    let event: Int
    let device: SimulatedDevice
    var chance: Chance

    private static let methods: [PaymentMethod] = [.cash, .cash, .upi, .upi, .cheque, .bank]

    private func key(_ table: BookTable, _ index: Int) -> RowKey {
        PaymentsOffice.key(table, event, index)
    }

    /// One local transaction of a person; empty when there is nothing to do.
    mutating func edits() -> [RowEdit] {
        switch chance.number(19) {
        case 0...9: return collect(0, pending: provisionals).map { [$0] } ?? []
        case 10, 11:
            // Two shops in one transaction, or one shop twice.
            guard let first = collect(0, pending: provisionals) else { return [] }
            return [first]
                + (collect(1, pending: provisionals + Self.stated(first)).map { [$0] } ?? [])
        case 12...15: return step()
        case 16: return retype()
        case 17: return repeatInstrument()
        default: return device.principal.role == Role.admin.rawValue ? clerk() : step()
        }
    }

    private var provisionals: [String] {
        device.books(.payment).filter { $0.text("posting").isEmpty }.map { $0.text("provisional") }
    }

    private static func stated(_ edit: RowEdit) -> [String] {
        guard case .insert(_, _, let puts) = edit,
            let ordinal = BookTable.payment.schema.ordinal(named: "provisional")
        else { return [] }
        let field = BookTable.payment.schema.fields[ordinal].id
        return puts.compactMap { $0.field == field ? $0.value.textValue : nil }
    }

    // MARK: Money

    private mutating func collect(_ index: Int, pending: [String]) -> RowEdit? {
        let shops = device.books(.retailer).filter { $0["active"] == 1 }
        guard let shop = chance.choice(shops) else { return nil }
        let invoices = device.books(.invoice)
            .filter {
                $0["retailer"] == .key(shop.key) && ["OPEN", "PARTIAL"].contains($0.text("status"))
            }
        let open = invoices.map { invoice in
            OpenInvoice(
                key: invoice.key, number: invoice.text("invoice_number"),
                issueDate: invoice.text("issue_date"), dueDate: invoice.text("due_date"),
                open: invoice.money("open"))
        }
        var intent: [RowKey] = []
        if chance.isOne(in: 3), let named = chance.choice(open) { intent.append(named.key) }
        if chance.isOne(in: 8), let named = chance.choice(open), !intent.contains(named.key) {
            intent.append(named.key)
        }
        let amount = amount(over: open)
        let expected = PaymentDesk.provisional(
            amount, over: open, pending: pending, intent: intent)
        let lifecycle: Lifecycle = chance.isOne(in: 5) ? .initiated : .completed
        let method = chance.choice(Self.methods) ?? .cash
        let instrument = reference(method)
        return payment(
            key(.payment, index), shop.key, amount, method, instrument,
            intent: PaymentDesk.intentText(intent),
            provisional: ProvisionalAllocation.text(expected.pieces), lifecycle)
    }

    /// What is owed for one invoice or for all, a part of it, more, or a round sum.
    private mutating func amount(over open: [OpenInvoice]) -> Int64 {
        let one = chance.choice(open)?.open ?? 50_000
        let all = open.reduce(0) { $0 + $1.open }
        switch chance.number(5) {
        case 0, 1: return max(one, 1)
        case 2: return max(one / Int64(2 + chance.number(3)), 1)
        case 3: return max(one, 1) + Int64(1 + chance.number(90_000))
        case 4: return max(all, 1)
        default: return Int64(1 + chance.number(20)) * 10_000
        }
    }

    /// Few of them, so that the same instrument is brought twice.
    private mutating func reference(_ method: PaymentMethod) -> String {
        method == .cash ? "" : "\(method.rawValue)-\(chance.number(12))"
    }

    private func payment(
        _ key: RowKey, _ shop: RowKey, _ amount: Int64, _ method: PaymentMethod,
        _ reference: String, intent: String, provisional: String, _ lifecycle: Lifecycle
    ) -> RowEdit {
        .insert(
            BookTable.payment.id, key,
            BookTable.payment.puts([
                "retailer": .key(shop), "worker": .key(device.person),
                "amount": .integer(amount), "method": .text(method.rawValue),
                "reference": .text(reference), "receipt_no": .text("R-\(event)"),
                "claimed_at": .integer(device.clock.read().wallMilliseconds),
                "intent": .text(intent), "provisional": .text(provisional),
                "lifecycle": .text(lifecycle.rawValue),
            ]))
    }

    private var own: [BookRow] {
        device.books(.payment).filter { $0["worker"] == .key(device.person) }
    }

    /// A collection goes on, ends or is cancelled, perhaps beside a copy of this device.
    private mutating func step() -> [RowEdit] {
        let isClerk = device.principal.role == Role.admin.rawValue
        let begun = (isClerk ? device.books(.payment) : own)
            .filter { $0.text("lifecycle") != Lifecycle.completed.rawValue }
        let rows = chance.isOne(in: 6) ? own : begun
        guard let row = chance.choice(rows) else { return [] }
        let steps: [Lifecycle] = [
            .completed, .completed, .cancelled, .otpSent, .otpVerified, .expired,
        ]
        let next = steps[chance.number(5)]
        return [
            .update(
                BookTable.payment.id, row.key,
                BookTable.payment.puts(["lifecycle": .text(next.rawValue)]))
        ]
    }

    /// The same collection typed in once more, under a name of its own or under the same name by
    /// a device that lost it.
    private mutating func retype() -> [RowEdit] {
        guard let row = chance.choice(own) else { return [] }
        let shown = Set(own.map(\.key))
        let lost = device.collected.filter { !shown.contains($0.key) }
        if let again = lost.first, chance.isOne(in: 2) { return [again.edit] }
        return copy(of: row, amount: row.money("amount")).map { [$0] } ?? []
    }

    private mutating func repeatInstrument() -> [RowEdit] {
        let rows = own.filter { !$0.text("reference").isEmpty }
        guard let row = chance.choice(rows) else { return [] }
        let amount = row.money("amount") + Int64(chance.number(2))
        return copy(of: row, amount: amount).map { [$0] } ?? []
    }

    private func copy(of row: BookRow, amount: Int64) -> RowEdit? {
        guard let shop = row["retailer"].keyValue,
            let method = PaymentMethod(rawValue: row.text("method"))
        else { return nil }
        return payment(
            key(.payment, 3), shop, amount, method, row.text("reference"),
            intent: row.text("intent"), provisional: row.text("provisional"), .completed)
    }

    // MARK: What a clerk keeps, on a device of the office

    private mutating func clerk() -> [RowEdit] {
        guard let shop = chance.choice(device.books(.retailer)) else { return [] }
        if chance.isOne(in: 3) {
            let standing = device.books(.invoice).filter { $0.text("cancelled") == "NO" }
            guard let invoice = chance.choice(standing) else { return [] }
            return [
                .update(
                    BookTable.invoice.id, invoice.key,
                    BookTable.invoice.puts(["cancelled": "YES"]))
            ]
        }
        let birth = PaymentsOffice.invoice(key(.invoice, 4), of: shop.key, event, &chance)
        return [.insert(birth.table, birth.key, birth.puts)]
    }
}

/// A payment that somebody has entered, as it was entered.
struct Collected {
    let key: RowKey
    let edit: RowEdit

    /// - Returns: `nil` for an edit that enters no payment.
    init?(_ edit: RowEdit) {
        guard case .insert(let table, let key, _) = edit, table == BookTable.payment.id else {
            return nil
        }
        self.key = key
        self.edit = edit
    }
}
