import LynkCore
import Testing

@testable import LynkPayments

@Suite("Scenarios of time and of what changed meanwhile")
struct TimeScenarioTests {
    private static let tenant = RowKey(high: World.tenant.high, low: World.tenant.low)
    private static func at(_ text: String) -> Int64 { World.milliseconds(text) }
    private func row(_ world: World, _ number: UInt64) throws -> Entry<PaymentField> {
        try #require(world.hub.entry(PaymentField.self, World.payment(number)))
    }

    @Test("Case 17: the same id with another amount: the first stands, the other is kept")
    func idReused() throws {
        let world = try World()
        try world.push(world.ravi.collect(1, 300_000))
        let other = world.ravi.collect(1, 200_000)
        #expect(try world.hub.push(other) == .quarantined)
        #expect(try row(world, 1).money(.amount) == 300_000)
        #expect(world.money == "out 1300000 un 0 held 0 reversed 0")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 38: another's shop since noon: both post, and each day is of the area then")
    func reassigned() throws {
        let world = try World()
        let (north, south) = (RowKey(high: 0xA, low: 1), RowKey(high: 0xA, low: 2))
        func assign(_ worker: RowKey, in area: RowKey) -> Written {
            world.office.change(
                World.shop,
                [.directWorkers: .text(KeyText.list([worker])), .area: .key(area)]
                    as [RetailerField: Value])
        }
        try world.push(assign(World.worker(1), in: north))
        world.syncAll()
        world.ravi.now = world.office.now + 3_600_000
        let offline = world.ravi.collect(1, 200_000, .cash, [.area: .key(north)])
        world.office.now += 60_000
        try world.push(assign(World.worker(2), in: south))
        world.sita.sync(with: world.hub)
        world.sita.now = world.office.now + 3_600_000
        try world.push(offline, world.sita.collect(2, 100_000, .cash, [.area: .key(south)]))
        #expect(world.money == "out 1300000 un 0 held 0 reversed 0")
        #expect([world.posting(1), world.posting(2)] == ["POSTED", "POSTED"])
        #expect(world.exceptions.contains("COLLECTED_BY_PREVIOUS_WORKER 1"))
        #expect(world.severity(.collectedByPreviousWorker) == "INFO")
        #expect(!world.exceptions.contains("COLLECTED_BY_PREVIOUS_WORKER 2"))
        let days = world.hub.entries(AreaDayField.self)
        for (area, amount) in [(north, 200_000), (south, 100_000)] as [(RowKey, Int64)] {
            let sums = days.filter { $0.reference(.area) == area }.map { $0.money(.amount) }
            #expect(sums == [amount])
        }
    }

    @Test("Case 49: a bill over the credit limit is told; collecting goes on")
    func creditLimit() throws {
        let world = try World()
        try world.push(
            world.office.change(World.shop, [RetailerField.creditLimit: 1_500_000]),
            world.office.write([
                World.invoice(World.third, "INV-103", 100_000, issued: "2026-11-01")
            ]))
        #expect(world.exceptions == ["CREDIT_LIMIT 103"])
        #expect(world.severity(.creditLimit) == "INFO")
        try world.push(world.ravi.collect(1, 200_000))
        #expect(world.posting(1) == "POSTED")
    }

    @Test("Case 50: a clock set back 40 days: the day is that of the hub's time it had seen")
    func backdated() throws {
        let world = try World()
        let seen = Self.at("2026-11-21T10:00:00+05:30")
        world.hub.clock = seen + 60_000
        world.ravi.now = Self.at("2026-10-13T10:00:00+05:30")
        try world.push(
            world.ravi.collect(
                1, 200_000, .cash,
                [.serverToken: .integer(seen), .claimedAt: .integer(world.ravi.now)]))
        #expect(try row(world, 1).text(.effectiveDay) == "2026-11-21")
        #expect(try row(world, 1).money(.claimedAt) == world.ravi.now - 1_000)
        #expect(world.exceptions.contains("CLOCK_BACKDATED 1"))
    }

    @Test("Case 51: a clock two hours ahead: the day is that of the receipt")
    func ahead() throws {
        let world = try World()
        let received = Self.at("2026-11-02T23:10:00+05:30")
        world.hub.clock = received
        world.ravi.now = received - 60_000
        try world.push(
            world.ravi.collect(1, 200_000, .cash, [.claimedAt: .integer(received + 7_200_000)]))
        #expect(try row(world, 1).text(.effectiveDay) == "2026-11-02")
        #expect(world.exceptions == ["CLOCK_AHEAD 1"])
        #expect(world.severity(.clockAhead) == "INFO")
    }

    @Test("Case 54: half a minute before and after midnight in India are two days")
    func midnight() throws {
        let world = try World()
        for (number, time) in [(1, "18:29:30Z"), (2, "18:30:30Z")] as [(UInt64, String)] {
            world.ravi.now = Self.at("2026-11-21T\(time)") - 1_000
            try world.push(world.ravi.collect(number, 100_000))
        }
        #expect(try row(world, 1).text(.businessDay) == "2026-11-21")
        #expect(try row(world, 2).text(.businessDay) == "2026-11-22")
    }

    @Test("Case 55: nine days old: it is booked, and told")
    func stale() throws {
        let world = try World()
        let old = world.ravi.collect(1, 200_000)
        world.hub.clock = world.ravi.now + 9 * 86_400_000
        try world.push(old)
        #expect(world.posting(1) == "POSTED")
        #expect(world.exceptions == ["STALE_SYNC 1"])
        #expect(world.severity(.staleSync) == "WARN")
    }

    @Test("Case 57: the tenant is suspended: what was taken before is booked")
    func suspended() throws {
        let world = try World()
        let offline = world.ravi.collect(1, 200_000)
        world.office.now = world.ravi.now + 60_000
        try world.push(
            world.office.change(Self.tenant, [TenantProfileField.status: "SUSPENDED"]), offline)
        #expect(world.posting(1) == "POSTED")
        world.sita.sync(with: world.hub)
        world.sita.now = world.office.now + 3_600_000
        // The push itself is taken: the money is here, and waits for a person.
        #expect(try world.hub.push(world.sita.collect(2, 100_000)) == .accepted)
        #expect(world.posting(2) == "HELD")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 58: one payment more than the plan has: it is booked, and told once")
    func planLimit() throws {
        let world = try World()
        try world.push(
            world.office.state(
                Self.tenant, [SubscriptionField.endDay: "2027-11-30", .paymentsMax: 3]))
        for number in 1...5 { try world.push(world.ravi.collect(UInt64(number), 10_000)) }
        #expect((1...5).map { world.posting($0) } == Array(repeating: "POSTED", count: 5))
        #expect(world.exceptions.filter { $0.hasPrefix("PLAN_LIMIT") }.count == 1)
        #expect(world.severity(.planLimit) == "INFO")
    }

    @Test("Case 70: the device says it sent 57 receipts, and number 55 never came")
    func receiptGap() throws {
        let world = try World()
        let principal = world.ravi.principal
        let device = RowKey(high: principal.device.high, low: principal.device.low)
        for number in 1...57 where number != 55 {
            try world.push(
                world.ravi.collect(
                    UInt64(number), 1_000, .cash, [.receiptCounter: .integer(Int64(number))]))
        }
        try world.push(
            world.ravi.state(
                RowKey(high: 0xD1, low: 1),
                [
                    DeviceReportField.device: .key(device), .lastCounter: 57,
                    .worker: .key(world.ravi.user),
                ]))
        let gap = world.hub.entries(ExceptionField.self).first {
            $0.text(.kind) == "DEVICE_LOG_GAP"
        }
        #expect(gap?.text(.detail) == "55")
        #expect(gap?.text(.severity) == "SECURITY")
    }

    @Test("Rule 31: a payment that was only announced has its number")
    func announcedIsNoGap() throws {
        let world = try World()
        let principal = world.ravi.principal
        let announced = world.ravi.payment(
            World.payment(1), from: World.shop, 1_000, lifecycle: .initiated)
        let numbered = RowChange.Put(PaymentField.receiptCounter.rawValue, 1)
        try world.push(
            world.ravi.write([
                RowChange(
                    table: announced.table, key: announced.key, kind: .insert,
                    puts: announced.puts + [numbered])
            ]),
            world.ravi.state(
                RowKey(high: 0xD1, low: 1),
                [
                    DeviceReportField.device: .key(
                        RowKey(high: principal.device.high, low: principal.device.low)),
                    .lastCounter: 1, .worker: .key(world.ravi.user),
                ]))
        #expect(world.exceptions == [])
    }
}
