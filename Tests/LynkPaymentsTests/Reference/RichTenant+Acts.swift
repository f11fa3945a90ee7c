import LynkCore
import TestSupport

@testable import LynkPayments

extension RichTenant {
    func act(_ device: Device) -> Written {
        let isOffice = device.principal.role == Role.admin.rawValue
        let kind = Int.random(in: 0..<12, using: &random)
        if ways.contains(.cancels), kind < 3, let written = walk(device, isOffice: isOffice) {
            return written
        }
        if isOffice, ways.contains(.decisions), kind < 6, let payment = anyPayment() {
            let actions: [DecisionAction] = [.reverse, .release, .reject]
            return device.state(
                newKey(0xDE),
                [
                    DecisionField.payment: .key(payment), .reason: "asked",
                    .action: .text(actions.randomElement(using: &random)?.rawValue ?? ""),
                    .by: .key(device.user),
                ])
        }
        if isOffice, ways.contains(.cheques), kind < 9, let cheque = anyCheque() {
            let steps: [ChequeStep] = [.deposited, .deposited, .cleared, .bounced, .returned]
            return device.state(
                newKey(0xCE),
                [
                    ChequeEventField.payment: .key(cheque), .day: "2026-11-05",
                    .event: .text(steps.randomElement(using: &random)?.rawValue ?? ""),
                ])
        }
        if !isOffice, ways.contains(.aliases), kind == 11 {
            let shop = newKey(0x5F)
            shops.append(shop)
            return device.state(
                shop,
                [
                    RetailerField.name: "New",
                    .phone: chance(3) ? "+919800000002" : "+919800000001",
                ])
        }
        return collect(device)
    }

    private func anyCheque() -> RowKey? {
        world.hub.entries(PaymentField.self).filter { $0.text(.method) == "CHEQUE" }
            .map(\.key).randomElement(using: &random)
    }

    /// Begins a payment, or goes on with one.
    private func walk(_ device: Device, isOffice: Bool) -> Written? {
        let known = waiting.filter { world.hub.entry(PaymentField.self, $0.0) != nil }
        if isOffice, let payment = known.randomElement(using: &random), !chance(3) {
            return device.step(payment.0, to: .cancelled)
        }
        if let index = waiting.indices.filter({ waiting[$0].1 === device })
            .randomElement(using: &random), !chance(4)
        {
            let payment = waiting[index].0
            if chance(3) { return device.step(payment, to: .cancelled) }
            waiting.remove(at: index)
            return device.step(payment, to: .completed)
        }
        let key = newKey(0xF0)
        waiting.append((key, device))
        return device.pay(key, from: World.shop, 250_000, lifecycle: .initiated)
    }

    private func collect(_ device: Device) -> Written {
        var shop = shops[Int.random(in: 0..<2, using: &random)]
        let own = shops.dropFirst(2).filter {
            world.hub.entry(RetailerField.self, $0) != nil
        }
        if chance(4), let other = own.randomElement(using: &random) { shop = other }
        let invoices = world.hub.entries(InvoiceField.self).map(\.key)
        let intent = chance(3) ? invoices.randomElement(using: &random).map { [$0] } ?? [] : []
        let drawn = PaymentMethod.allCases[Int.random(in: 0..<4, using: &random)]
        let method = ways.contains(.retyping) && chance(3) ? .cash : drawn
        let amount =
            ways.contains(.clocks) && chance(6)
            ? 15_000_000 : Int64.random(in: 1...12, using: &random) * 100_000
        var extra: [PaymentField: Value] = [:]
        reference(method, &extra)
        if ways.contains(.clocks) { clock(device, &extra) }
        if ways.contains(.reports) {
            receipts[device.author, default: 0] += 1
            extra[.receiptCounter] = .integer(receipts[device.author, default: 0])
        }
        let plain = device.payment(
            newKey(0xF0), from: shop,
            ways.contains(.retyping) && chance(2) ? 300_000 : amount, intent: intent,
            method: method)
        let puts =
            plain.puts.filter { put in !extra.keys.contains { $0.rawValue == put.field } }
            + extra.map { RowChange.Put($0.key.rawValue, $0.value) }
        let written = device.write([
            RowChange(table: plain.table, key: plain.key, kind: plain.kind, puts: puts)
        ])
        if shop == World.shop, device.principal.role == Role.worker.rawValue {
            paid[device.author, default: []].append(written)
        }
        return written
    }

    private func reference(_ method: PaymentMethod, _ extra: inout [PaymentField: Value]) {
        let some = UInt64.random(in: 0..<3, using: &random)
        switch method {
        case .cash: break
        case .upi, .bank:
            guard ways.contains(.instruments) else { return }
            if chance(2) { extra[.reference] = .text("41234567890\(some)") }
            if chance(3) { extra[.reference] = .text("890\(some)") }
        case .cheque:
            extra[.bank] = chance(2) ? "HDFC" : "SBI"
            extra[.reference] =
                ways.contains(.instruments) && chance(2)
                ? .text("00012\(some)") : .text("9\(newKey(0).low)")
            guard ways.contains(.cheques) else { return }
            let dates: [Value] = [
                "2026-11-02", "2026-11-20", "2026-07-31", "2026-08-02", "2026-08-01", "2026-10-31",
            ]
            extra[.chequeDate] = dates.randomElement(using: &random) ?? .null
        }
    }

    private func clock(_ device: Device, _ extra: inout [PaymentField: Value]) {
        let hours = Int64.random(in: -30...30, using: &random) * 3_600_000
        if chance(4) { extra[.claimedAt] = .integer(device.now + hours) }
        if chance(3) {
            let ago = Int64.random(in: 0...30, using: &random) * 3_600_000
            extra[.serverToken] = .integer(device.now - ago)
        }
        if chance(6) { device.now += abs(hours) }
    }
}
