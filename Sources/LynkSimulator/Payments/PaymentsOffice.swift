import LynkCore
import LynkEngine
import LynkPayments
import LynkStore

/// What the back office of a wholesaler writes at the hub.
enum PaymentsOffice {
    static func key(_ table: BookTable, _ event: Int, _ index: Int) -> RowKey {
        RowKey(
            high: 0x5041_5900_0000_0000 | UInt64(table.id),
            low: UInt64(event) << 8 | UInt64(index))
    }

    static func area(_ number: Int) -> RowKey { RowKey(high: 0x4152_4541, low: UInt64(number) + 1) }
    static func shop(_ number: Int) -> RowKey {
        RowKey(high: 0x53_484F_50, low: UInt64(number) + 1)
    }

    static func text(_ keys: some Sequence<RowKey>) -> Value {
        .text(keys.map(\.description).joined(separator: " "))
    }

    static func invoice(
        _ key: RowKey, of shop: RowKey, _ number: Int, _ chance: inout Chance
    ) -> RowChange {
        let total = Int64(1 + chance.number(10)) * 50_000 + Int64(chance.number(99))
        let gst = total / 20
        let day = 1 + chance.number(27)
        return BookTable.invoice.birth(
            key,
            [
                "retailer": .key(shop), "invoice_number": .text("INV-\(number)"),
                "issue_date": .text("2026-09-\(day < 10 ? "0" : "")\(day)"),
                "due_date": .text("2026-10-\(day < 10 ? "0" : "")\(day)"),
                "taxable": .integer(total - gst), "gst": .integer(gst), "total": .integer(total),
            ])
    }

    /// The wholesaler before its first day.
    static func beginning(of world: World, _ chance: inout Chance) -> [[RowChange]] {
        let tenant = SimulatedHub.tenant
        let order: AllocationOrder = chance.isOne(in: 3) ? .dueDate : .issueDate
        var people = [
            BookTable.tenantProfile.birth(
                RowKey(high: tenant.high, low: tenant.low),
                ["name": "Care Distributors", "allocation_order": .text(order.rawValue)])
        ]
        for number in 0..<world.plan.areas {
            people.append(BookTable.area.birth(area(number), ["name": .text("Area \(number)")]))
        }
        for device in world.everyDevice where device.principal.role == Role.worker.rawValue {
            let first = chance.number(world.plan.areas - 1)
            let second = chance.number(world.plan.areas - 1)
            people.append(
                BookTable.worker.birth(
                    device.person,
                    [
                        "name": .text("Worker \(device.slot)"),
                        "area_ids": text(Set([first, second]).sorted().map(area)),
                    ]))
        }
        var shops: [RowChange] = []
        var invoices: [RowChange] = []
        for number in 0..<world.plan.areas * 2 {
            shops.append(
                BookTable.retailer.birth(
                    shop(number),
                    [
                        "code": .text("R\(number)"), "name": .text("Shop \(number)"),
                        "phone": .text("+9190000000\(10 + number)"),
                        "area": .key(area(number % world.plan.areas)),
                    ]))
            for index in 0...chance.number(2) {
                invoices.append(
                    invoice(
                        key(.invoice, 0xF000 + number, index), of: shop(number),
                        9_000 + number * 10 + index, &chance))
            }
        }
        return [people, shops, invoices]
    }
}

extension World {
    /// Money in somebody's name, of any amount, perhaps under the key of other money.
    func forgedPayment(
        _ key: RowKey, _ device: SimulatedDevice, _ random: inout Chance
    ) -> RowChange {
        let other = random.choice(everyDevice)?.person ?? device.person
        let used = random.choice(books(.payment))?.key ?? key
        let amounts: [Int64] = [5_000, 5_000, 0, -1, .max]
        return BookTable.payment.birth(
            random.isOne(in: 3) ? used : key,
            [
                "retailer": .key(PaymentsOffice.shop(random.number(plan.areas * 2))),
                "worker": .key(random.isOne(in: 2) ? device.person : other),
                "amount": .integer(amounts[random.number(4)]),
                "method": .text(PaymentMethod.cash.rawValue),
                "claimed_at": .integer(device.clock.read().wallMilliseconds),
                "lifecycle": .text(Lifecycle.completed.rawValue),
            ])
    }

    func populatePayments(_ random: inout Chance) throws {
        for changes in PaymentsOffice.beginning(of: self, &random) {
            guard let receipt = try office(changes), receipt.disposition.isApplied else {
                throw Breach("NoInnerFailure", "X5", "the wholesaler could not be set up")
            }
        }
    }

    /// New invoices come as an import brings them; some are cancelled; shops and people come and
    /// go; a collection that was begun is cancelled from the desk.
    func paymentsOffice(_ random: inout Chance, _ event: PlannedEvent) throws {
        guard hub.isUp, let shop = random.choice(books(.retailer)) else { return }
        switch random.number(9) {
        case 0...4:
            let count = random.number(2)
            try office(
                (0...count).map {
                    PaymentsOffice.invoice(
                        PaymentsOffice.key(.invoice, event.number, $0), of: shop.key,
                        event.number * 10 + $0, &random)
                })
        case 5:
            let standing = books(.invoice).filter { $0.text("cancelled") == "NO" }
            guard let invoice = random.choice(standing) else { return }
            try office([BookTable.invoice.update(invoice.key, ["cancelled": "YES"])])
        case 6:
            try office([
                BookTable.retailer.update(
                    shop.key, ["active": .integer(random.isOne(in: 3) ? 0 : 1)])
            ])
        case 7:
            guard let worker = random.choice(books(.worker)) else { return }
            try office([
                BookTable.worker.update(
                    worker.key, ["active": .integer(random.isOne(in: 3) ? 0 : 1)])
            ])
        default:
            let begun = books(.payment).filter {
                $0.text("lifecycle") != Lifecycle.completed.rawValue
            }
            guard let payment = random.choice(begun) else { return }
            try office([
                BookTable.payment.update(
                    payment.key, ["lifecycle": .text(Lifecycle.cancelled.rawValue)])
            ])
        }
    }

    /// A worker gets other areas, or a shop another area or workers of its own.
    func reassignPayments(_ random: inout Chance) throws {
        guard hub.isUp, let worker = random.choice(books(.worker)),
            let shop = random.choice(books(.retailer))
        else { return }
        let area = PaymentsOffice.area(random.number(plan.areas - 1))
        switch random.number(3) {
        case 0:
            let areas = worker.keys("area_ids") == [area] ? [] : [area]
            try office([
                BookTable.worker.update(
                    worker.key, ["area_ids": PaymentsOffice.text(areas)])
            ])
        case 1:
            try office([
                BookTable.worker.update(
                    worker.key,
                    ["area_ids": PaymentsOffice.text((0..<plan.areas).map(PaymentsOffice.area))])
            ])
        case 2: try office([BookTable.retailer.update(shop.key, ["area": .key(area)])])
        default:
            let direct = shop.text("direct_worker_ids").isEmpty ? [worker.key] : []
            try office([
                BookTable.retailer.update(
                    shop.key, ["direct_worker_ids": PaymentsOffice.text(direct)])
            ])
        }
    }
}
