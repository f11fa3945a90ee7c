import LynkCore

@testable import LynkPayments

/// The base of the scenarios: one shop that owes 16,000 for two invoices, two workers, an office.
final class World {
    /// 2026-11-02 09:00 in India.
    static let start: Int64 = 1_793_590_200_000
    static let tenant = TenantID(high: 0x7E, low: 1)
    static let shop = RowKey(high: 0x5E, low: 1)
    static let first = RowKey(high: 0x11, low: 101)
    static let second = RowKey(high: 0x11, low: 102)
    static let third = RowKey(high: 0x11, low: 103)

    let hub: Hub
    let office: Device
    let ravi: Device
    let sita: Device
    let meera: Device
    /// An office clerk with a device of her own.
    let clerk: Device

    init(isStating: Bool = true, signsAsItself: Bool = false, order: AllocationOrder = .issueDate)
        throws
    {
        hub = Hub(signsAsItself: signsAsItself)
        office = Device(9, user: Self.worker(9), role: .admin, tenant: Self.tenant, isHub: true)
        ravi = Device(1, user: Self.worker(1), role: .worker, tenant: Self.tenant)
        sita = Device(2, user: Self.worker(2), role: .worker, tenant: Self.tenant)
        meera = Device(3, user: Self.worker(3), role: .worker, tenant: Self.tenant)
        clerk = Device(4, user: Self.worker(8), role: .admin, tenant: Self.tenant)
        var changes: [RowChange] = [
            .birth(
                RowKey(high: Self.tenant.high, low: Self.tenant.low),
                [TenantProfileField.allocationOrder: .text(order.rawValue)]),
            .birth(Self.shop, [RetailerField.code: "R001", .name: "Care Chemists"]),
        ]
        for number in 1...3 {
            changes.append(
                .birth(
                    Self.worker(UInt64(number)), [WorkerField.name: .text("Worker \(number)")]))
        }
        try hub.push(office.write(changes))
        try hub.push(
            office.write([
                Self.invoice(Self.first, "INV-101", 1_000_000, issued: "2026-10-01"),
                Self.invoice(
                    Self.second, "INV-102", 600_000, issued: "2026-10-05", due: "2026-10-10"),
            ]))
        for device in devices { device.isStating = isStating }
        syncAll()
    }

    var devices: [Device] { [ravi, sita, meera, clerk] }

    func syncAll() { devices.forEach { $0.sync(with: hub) } }

    static func worker(_ number: UInt64) -> RowKey { RowKey(high: 0x30, low: number) }
    static func payment(_ number: UInt64) -> RowKey { RowKey(high: 0xF0, low: number) }

    static func invoice(
        _ key: RowKey, _ number: String, _ total: Int64, issued: String,
        due: String = "2026-12-31", of retailer: RowKey = shop
    ) -> RowChange {
        let gst = total / 20
        return .birth(
            key,
            [
                InvoiceField.retailer: .key(retailer), .number: .text(number),
                .issueDate: .text(issued), .dueDate: .text(due),
                .taxable: .integer(total - gst), .gst: .integer(gst), .total: .integer(total),
            ])
    }

    /// Everything a scenario states, in a form that reads like it.
    var summary: String {
        let invoices = hub.entries(InvoiceField.self).map {
            "\($0.text(.number)) \($0.text(.status)) \($0.money(.open))"
        }
        let shop = hub.entry(RetailerField.self, Self.shop)
        let money =
            "out \(shop?.money(.outstanding) ?? 0) un \(shop?.money(.unappliedCredit) ?? 0)"
            + " held \(shop?.money(.heldAmount) ?? 0)"
        return (invoices + [money] + exceptions).joined(separator: "\n")
    }

    /// Kinds, states that are not open, and the last digits of the subjects.
    var exceptions: [String] {
        hub.entries(ExceptionField.self).map { entry in
            let subjects = KeyText.keys(entry.text(.subjects)).map { String($0.low) }
            let state = entry.text(.state) == "OPEN" ? "" : " " + entry.text(.state)
            return "\(entry.text(.kind)) \(subjects.joined(separator: "+"))\(state)"
        }.sorted()
    }
}
