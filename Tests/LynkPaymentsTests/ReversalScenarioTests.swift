import LynkCore
import Testing

@testable import LynkPayments

@Suite("Scenarios of reversing, disputing and time")
struct ReversalScenarioTests {
    /// A second admin, for what needs two people.
    private func second(_ world: World) -> Device {
        let device = Device(5, user: World.worker(7), role: .admin, tenant: World.tenant)
        device.sync(with: world.hub)
        return device
    }

    @Test("Case 33: a reversed payment opens what it paid")
    func reversed() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 1_000_000), world.clerk.decide(1, .reverse, on: 1))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1600000 un 0 held 0 reversed 1000000")
        #expect(world.balance(.cashInHand) == 0)
        let row = try #require(world.hub.entry(PaymentField.self, World.payment(1)))
        #expect(row.text(.state) == "CANCELLED")
        #expect(world.hub.entries(PaymentEventField.self).map { $0.text(.to) } == ["REVERSED"])
    }

    @Test("Case 34: above the limit two people have to agree")
    func dualControl() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 7_500_000, .cheque, [.reference: "000123", .bank: "HDFC"]),
            world.clerk.decide(1, .reverse, on: 1))
        #expect(world.posting(1) == "POSTED")
        try world.push(world.clerk.decide(2, .reverse, on: 1))
        #expect(world.posting(1) == "POSTED", "one person twice is one person")
        try world.push(second(world).decide(3, .reverse, on: 1))
        #expect(world.posting(1) == "REVERSED")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 35: two reverse at the same time: one reversal")
    func bothReverse() throws {
        let world = try World()
        try world.push(world.ravi.collect(1, 1_000_000))
        let other = second(world)
        world.clerk.sync(with: world.hub)
        try world.push(world.clerk.decide(1, .reverse, on: 1), other.decide(2, .reverse, on: 1))
        #expect(world.hub.brokenInvariants == [])
        let entries = world.hub.entries(JournalEntryField.self)
        #expect(entries.filter { $0.text(.kind) == "PAYMENT_REVERSED" }.count == 1)
        #expect(
            world.hub.entries(DecisionField.self).map { $0.text(.outcome) } == ["APPLIED", "MOOT"])
    }

    @Test("Case 36: the reversal is here before the payment")
    func reversedEarly() throws {
        let world = try World()
        try world.push(world.clerk.decide(1, .reverse, on: 1), world.ravi.collect(1, 1_000_000))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1600000 un 0 held 0 reversed 1000000")
    }

    @Test("Case 37: a dispute moves nothing; the office reverses and puts back")
    func disputed() throws {
        let world = try World()
        let phone = Device(6, user: World.shop, role: .retailer, tenant: World.tenant)
        phone.sync(with: world.hub)
        try world.push(world.ravi.collect(1, 500_000))
        try world.push(
            phone.state(
                RowKey(high: 0xD1, low: 1),
                [
                    DisputeField.payment: .key(World.payment(1)), .retailer: .key(World.shop),
                    .claim: "AMOUNT", .amount: 300_000,
                ]))
        #expect(world.money == "out 1100000 un 0 held 0 reversed 0")
        #expect(world.exceptions == ["DISPUTED 1"])
        let row = try #require(world.hub.entry(PaymentField.self, World.payment(1)))
        #expect(row.text(.attestation) == "DISPUTED")
        #expect(row.text(.review) == "OPEN")
        try world.push(
            world.clerk.decide(1, .reverse, on: 1),
            world.clerk.collect(2, 300_000, .cash, [.reinstates: .key(World.payment(1))]))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1300000 un 0 held 0 reversed 500000")
    }

    @Test("Case 32: it had expired, and the money came: it counts")
    func late() throws {
        let world = try World()
        try world.push(
            world.ravi.pay(World.payment(1), from: World.shop, 250_000, lifecycle: .initiated))
        world.office.now += 31 * 60_000
        try world.push(world.office.tick(1))
        let row = try #require(world.hub.entry(PaymentField.self, World.payment(1)))
        #expect(row.text(.lifecycle) == "EXPIRED")
        world.ravi.now += 3 * 3_600_000
        try world.push(world.ravi.step(World.payment(1), to: .completed))
        #expect(world.money == "out 1350000 un 0 held 0 reversed 0")
        #expect(world.exceptions == ["LATE_COMPLETION 1"])
    }

    @Test("Case 40: deactivated: within the grace it posts, after it is held", arguments: [71, 73])
    func workerInactive(hours: Int) throws {
        let world = try World()
        try world.push(world.office.change(World.worker(1), [WorkerField.active: 0]))
        world.ravi.now = world.office.now + Int64(hours) * 3_600_000
        try world.push(world.ravi.collect(1, 200_000))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.posting(1) == (hours == 71 ? "POSTED" : "HELD"))
        #expect(world.severity(.workerInactive) == (hours == 71 ? "WARN" : "SECURITY"))
    }

    @Test("Case 39: the shop is not active any more: its money still is")
    func retailerInactive() throws {
        let world = try World()
        try world.push(
            world.office.change(World.shop, [RetailerField.active: 0]),
            world.ravi.collect(1, 200_000))
        #expect(world.money == "out 1400000 un 0 held 0 reversed 0")
        #expect(world.exceptions == ["RETAILER_INACTIVE 1"])
    }

    @Test("Case 41: a stolen device: what was before posts, what came after is held")
    func stolen() throws {
        let world = try World()
        let since = world.ravi.now + 3_600_000
        let device = world.ravi.principal.device
        try world.push(
            world.office.state(
                RowKey(high: device.high, low: device.low),
                [DeviceStatusField.state: "REVOKED", .since: .integer(since)]),
            world.ravi.collect(1, 100_000))
        world.ravi.now = since + 1_800_000
        try world.push(world.ravi.collect(2, 120_000))
        #expect([world.posting(1), world.posting(2)] == ["POSTED", "HELD"])
        #expect(world.severity(.deviceRevoked) == "SECURITY")
    }

    @Test("Case 43: two workers found the same shop: it is one, and both payments are its")
    func sameShop() throws {
        let world = try World()
        let keys = [RowKey(high: 0x5E, low: 11), RowKey(high: 0x5E, low: 12)]
        let found: [(Device, Int64)] = [(world.ravi, 50_000), (world.sita, 70_000)]
        for (index, (device, amount)) in found.enumerated() {
            try world.push(
                device.state(
                    keys[index],
                    [RetailerField.name: "New Medicals", .phone: "+919800000001"]),
                device.collect(UInt64(index + 1), amount, from: keys[index]))
        }
        let shop = try #require(world.hub.entry(RetailerField.self, keys[0]))
        #expect(shop.money(.outstanding) == -120_000)
        #expect(world.hub.entry(RetailerField.self, keys[1])?.reference(.aliasOf) == keys[0])
        #expect(world.exceptions.contains("RETAILER_MERGED 11+12"))
    }

    @Test("Case 53: after the day was closed it is on the next, as late")
    func afterClose() throws {
        let world = try World()
        try world.push(
            world.clerk.state(RowKey(high: 0xDC, low: 1), [DayCloseField.day: "2026-11-02"]),
            world.ravi.collect(1, 200_000))
        let row = try #require(world.hub.entry(PaymentField.self, World.payment(1)))
        #expect(row.text(.effectiveDay) == "2026-11-02")
        #expect(row.text(.businessDay) == "2026-11-03")
        #expect(world.exceptions == ["LATE_AFTER_CLOSE 1"])
    }

    @Test(
        "Case 56: the lease and its grace", arguments: [("07", "POSTED"), ("08", "HELD")])
    func lapsed(day: String, posting: String) throws {
        let world = try World()
        let tenant = RowKey(high: World.tenant.high, low: World.tenant.low)
        try world.push(
            world.office.state(tenant, [SubscriptionField.endDay: "2026-11-30"]))
        world.ravi.now = World.milliseconds("2026-12-\(day)T10:00:00+05:30")
        try world.push(world.ravi.collect(1, 200_000))
        #expect(world.posting(1) == posting)
        try world.push(
            world.office.change(tenant, [SubscriptionField.endDay: "2027-11-30"]))
        #expect(world.posting(1) == "POSTED", "a renewal releases what the lapse held")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test(
        "Case 59: cash of one shop and day over all workers",
        arguments: [(19_999_999, "none"), (20_000_000, "WARN"), (21_000_000, "WARN")])
    func cashOfDay(total: Int64, severity: String) throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 12_000_000), world.sita.collect(2, total - 12_000_000),
            world.meera.collect(3, 9_000_000, .upi))
        #expect(world.severity(.cashLimit) == severity)
        let note = world.hub.entries(ExceptionField.self).first {
            $0.text(.kind) == "CASH_LIMIT"
        }
        #expect(note.map { $0.money(.amount) } == (severity == "none" ? nil : total))
    }

    @Test("Rule 25: a shop that two workers proposed is one shop on that day")
    func cashOfNames() throws {
        let world = try World()
        let shops = [RowKey(high: 0x5F, low: 1), RowKey(high: 0x5F, low: 2)]
        let phone = Value.text("+919800000001")
        try world.push(
            world.ravi.state(shops[0], [RetailerField.name: "New", .phone: phone]),
            world.sita.state(shops[1], [RetailerField.name: "Again", .phone: phone]),
            world.ravi.pay(World.payment(1), from: shops[0], 12_000_000),
            world.sita.pay(World.payment(2), from: shops[1], 9_000_000))
        #expect(world.severity(.cashLimit) == "WARN")
        let note = world.hub.entries(ExceptionField.self).first {
            $0.text(.kind) == "CASH_LIMIT"
        }
        #expect(note?.money(.amount) == 21_000_000)
    }

    @Test("A handover that is short is the worker's account, and sums to zero")
    func handover() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 5_000_000),
            world.clerk.state(
                RowKey(high: 0x4A, low: 1),
                [
                    HandoverField.worker: .key(world.ravi.user), .cash: 5_000_000,
                    .counted: 4_850_000,
                ]))
        #expect(world.balance(.cashBox) == 4_850_000)
        #expect(world.balance(.cashShortOver) == 150_000)
        #expect(world.balance(.cashInHand) == 0)
        #expect(world.hub.brokenInvariants == [])
        #expect(world.exceptions.contains("CASH_SHORT 1"))
    }
}
