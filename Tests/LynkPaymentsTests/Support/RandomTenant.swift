import LynkCore
import TestSupport

@testable import LynkPayments

/// A tenant drawn from a seed: some settled history, then one offline phase whose change sets
/// may arrive in any order that keeps each device's own.
final class RandomTenant {
    let world: World
    private var random: SeededGenerator
    private var nextPayment: UInt64 = 1
    private var nextInvoice: UInt64 = 200
    /// Payments that were only initiated, to be completed and cancelled side by side.
    private var waiting: [RowKey: Device] = [:]
    private let shops: [RowKey]

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        world = try World(
            isStating: Bool.random(using: &random), signsAsItself: Bool.random(using: &random))
        let other = RowKey(high: 0x5E, low: 2)
        shops = [World.shop, other]
        try world.hub.push(
            world.office.write([.birth(other, [RetailerField.code: "R002"])]))
        // History with contests of its own, in one fixed order.
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            for queue in phase() { for written in queue { try world.hub.push(written) } }
            world.syncAll()
        }
    }

    /// What every device and the office do while none hears of the others.
    func phase() -> [[Written]] {
        var queues = world.devices.map { device in
            (0..<Int.random(in: 0...3, using: &random)).map { _ in collect(device) }
        }
        for (payment, device) in waiting.sorted(by: { $0.key < $1.key }) {
            guard let index = world.devices.firstIndex(where: { $0 === device }) else { continue }
            queues[index].append(device.step(payment, to: .completed))
            if device !== world.clerk, Bool.random(using: &random) {
                queues[3].append(world.clerk.step(payment, to: .cancelled))
            }
            waiting[payment] = nil
        }
        queues.append((0..<Int.random(in: 0...2, using: &random)).map { _ in bill() })
        let device = world.devices[Int.random(in: 0..<4, using: &random)]
        if Bool.random(using: &random) {
            let index = world.devices.firstIndex { $0 === device } ?? 0
            queues[index].append(initiate(device))
        }
        return queues
    }

    private func collect(_ device: Device) -> Written {
        let invoices = world.hub.entries(InvoiceField.self).map(\.key)
        let intent =
            Int.random(in: 0..<3, using: &random) == 0
            ? invoices.randomElement(using: &random).map { [$0] } ?? [] : []
        return device.pay(
            newPayment(), from: shops[Int.random(in: 0..<2, using: &random)],
            Int64.random(in: 1...12, using: &random) * 100_000, intent: intent,
            method: PaymentMethod.allCases[Int.random(in: 0..<4, using: &random)])
    }

    private func initiate(_ device: Device) -> Written {
        let key = newPayment()
        waiting[key] = device
        return device.pay(key, from: World.shop, 250_000, lifecycle: .initiated)
    }

    private func bill() -> Written {
        let standing = world.hub.entries(InvoiceField.self).filter {
            $0.text(.cancelled) == "NO"
        }
        if Bool.random(using: &random), let invoice = standing.randomElement(using: &random) {
            return world.office.cancel(invoice: invoice.key)
        }
        nextInvoice += 1
        return world.office.write([
            World.invoice(
                RowKey(high: 0x11, low: nextInvoice), "INV-\(nextInvoice)",
                Int64.random(in: 1...10, using: &random) * 100_000, issued: "2026-11-01",
                of: shops[Int.random(in: 0..<2, using: &random)])
        ])
    }

    private func newPayment() -> RowKey {
        defer { nextPayment += 1 }
        return World.payment(nextPayment)
    }
}

extension Hub {
    /// What must not depend on the order of arrival.
    var orderFreeSummary: [String] {
        var totals: [String: Int64] = [:]
        for payment in entries(PaymentField.self) where !payment.text(.posting).isEmpty {
            let worker = payment.reference(.worker)?.low ?? 0
            totals["\(worker) \(payment.text(.method))", default: 0] += payment.money(.amount)
        }
        let collected = totals.map { "collected \($0.key) \($0.value)" }.sorted()
        let held = entries(PaymentField.self).filter { $0.text(.posting) == "HELD" }
            .map { "held \($0.key)" }
        var balances: [String: Int64] = [:]
        for line in entries(PostingField.self) {
            let name = "\(line.text(.account)) \(line.reference(.party)?.low ?? 0)"
            balances[name, default: 0] += line.money(.debit) - line.money(.credit)
        }
        let causal = entries(ExceptionField.self).filter {
            ["CONCURRENT_SAME_INVOICE", "CANCELLED_BUT_COLLECTED", "COMPLETED_AFTER_KNOWN_CANCEL"]
                .contains($0.text(.kind))
        }.map { "\($0.text(.kind)) \($0.text(.subjects)) \($0.text(.detail)) \($0.money(.amount))" }
        return collected + held + balances.filter { $0.value != 0 }.map { "\($0)" }.sorted()
            + causal.sorted()
    }
}
