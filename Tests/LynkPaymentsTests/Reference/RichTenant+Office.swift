import LynkCore
import TestSupport

@testable import LynkPayments

extension RichTenant {
    /// What the office does, which knows the whole log.
    func officeActs() -> Written {
        let standing = world.hub.entries(InvoiceField.self).filter { $0.text(.cancelled) == "NO" }
        let kind = Int.random(in: 0..<10, using: &random)
        if kind < 2, let invoice = standing.randomElement(using: &random) {
            return world.office.cancel(invoice: invoice.key)
        }
        if kind < 4, ways.contains(.amendments),
            let invoice = standing.randomElement(using: &random)
        {
            let total = Int64.random(in: 1...15, using: &random) * 100_000
            return world.office.state(
                newKey(0xA0),
                [
                    InvoiceAmendmentField.invoice: .key(invoice.key),
                    .retailer: invoice[.retailer], .taxable: .integer(total),
                    .total: .integer(total), .reason: "counted again",
                ])
        }
        if kind < 7, ways.contains(.rights) { return rights() }
        nextInvoice += 1
        return world.office.write([
            World.invoice(
                RowKey(high: 0x11, low: nextInvoice), "INV-\(nextInvoice)",
                Int64.random(in: 1...10, using: &random) * 100_000,
                issued: chance(2) ? "2026-11-01" : "2026-09-01",
                due: chance(2) ? "2026-12-31" : "2026-11-30",
                of: shops[Int.random(in: 0..<2, using: &random)])
        ])
    }

    private func rights() -> Written {
        let worker = World.worker(UInt64.random(in: 1...3, using: &random))
        let shop = shops[Int.random(in: 0..<2, using: &random)]
        // The office may say it days before a device, whose clock went on, writes.
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            return world.office.change(worker, [WorkerField.active: .integer(chance(3) ? 1 : 0)])
        case 1:
            return world.office.change(shop, [RetailerField.active: .integer(chance(3) ? 1 : 0)])
        case 2:
            return world.office.change(
                shop, [RetailerField.directWorkers: .text(KeyText.of(worker))])
        case 3:
            let device = DeviceID(high: 0xD, low: UInt64.random(in: 1...3, using: &random))
            return world.office.state(
                RowKey(high: device.high, low: device.low),
                [
                    DeviceStatusField.user: .key(worker), .state: "REVOKED",
                    .since: .integer(world.office.now + 10_000),
                ])
        case 4:
            return world.office.state(
                newKey(0xDC), [DayCloseField.day: "2026-11-02", .worker: .key(worker)])
        default:
            return world.office.state(
                newKey(0xDC), [DayCloseField.day: chance(2) ? "2026-11-02" : "2026-11-03"])
        }
    }
}
