import LynkCore
import Testing

@testable import LynkPayments

@Suite("Scenarios of duplicates and instruments")
struct InstrumentScenarioTests {
    private static let utr: [PaymentField: Value] = [.reference: "412345678901"]

    @Test("Case 13: typed again after a reinstall: the second is held")
    func retyped() throws {
        let world = try World()
        try world.push(world.ravi.collect(1, 300_000))
        let again = Device(7, user: world.ravi.user, role: .worker, tenant: World.tenant)
        again.sync(with: world.hub)
        try world.push(again.collect(2, 300_000))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1300000 un 0 held 300000 reversed 0")
        #expect(world.exceptions == ["SUSPECT_RETYPED 1+2"])
    }

    @Test("Three records of one payment give the same answer in every order", arguments: 0..<6)
    func retypedInAnyOrder(order: Int) throws {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        let world = try World(isStating: false)
        let devices = (0..<3).map {
            Device(UInt32(20 + $0), user: world.ravi.user, role: .worker, tenant: World.tenant)
        }
        for device in devices {
            device.isStating = false
            device.sync(with: world.hub)
        }
        let written = devices.indices.map { devices[$0].collect(UInt64($0 + 1), 300_000) }
        for index in orders[order] { try world.push(written[index]) }
        #expect(world.hub.brokenInvariants == [])
        #expect((1...3).map { world.posting($0) } == ["POSTED", "HELD", "HELD"])
    }

    @Test("Case 16: the same amount twice from one installation is two payments")
    func twice() throws {
        let world = try World()
        try world.push(world.ravi.collect(1, 300_000), world.ravi.collect(2, 300_000))
        #expect(world.money == "out 1000000 un 0 held 0 reversed 0")
        #expect(world.exceptions == [])
    }

    @Test("Cases 20 and 22: one transfer, several claimants: one is booked")
    func reused() throws {
        let world = try World()
        let devices = [world.ravi, world.sita, world.meera]
        for (index, device) in devices.enumerated() {
            try world.push(device.collect(UInt64(index + 1), 400_000, .upi, Self.utr))
            #expect(world.hub.brokenInvariants == [])
        }
        #expect(world.money == "out 1200000 un 0 held 800000 reversed 0")
        #expect(world.exceptions == ["INSTRUMENT_REUSED 1+2+3"])
        #expect(world.severity(.instrumentReused) == "HOLD")
    }

    @Test("Case 21: one transfer for two shops is a matter of security")
    func reusedElsewhere() throws {
        let world = try World()
        let other = RowKey(high: 0x5E, low: 2)
        try world.push(
            world.office.write([.birth(other, [RetailerField.code: "R002"])]),
            world.ravi.collect(1, 400_000, .upi, Self.utr),
            world.sita.collect(2, 400_000, .upi, from: other, Self.utr))
        #expect(world.posting(2) == "HELD")
        #expect(world.severity(.instrumentReused) == "SECURITY")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 23: the bank's line decides for the second: the two change places")
    func swapped() throws {
        let world = try World()
        let line = RowKey(high: 0xBA, low: 1)
        try world.push(
            world.ravi.collect(1, 400_000, .upi, Self.utr),
            world.sita.collect(2, 400_000, .upi, Self.utr),
            world.clerk.state(
                line,
                [BankLineField.amount: 400_000, .day: "2026-11-03", .utr: "412345678901"]),
            world.clerk.state(
                RowKey(high: 0xBB, low: 1),
                [
                    BankMatchField.line: .key(line), .payment: .key(World.payment(2)),
                    .by: .key(world.clerk.user),
                ]))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.posting(1) == "REVERSED")
        #expect(world.posting(2) == "POSTED")
        #expect(world.money == "out 1200000 un 0 held 0 reversed 400000")
        #expect(world.balance(.bank) == 400_000)
        #expect(world.balance(.upiClearing) == 0)
    }

    @Test("A line of a statement that came before its payment proves it, in either order")
    func lineFirst() throws {
        for isFirst in [true, false] {
            let world = try World()
            let line = world.clerk.state(
                RowKey(high: 0xBA, low: 1),
                [BankLineField.amount: 400_000, .day: "2026-11-03", .utr: "412345678901"])
            let payment = world.ravi.collect(1, 400_000, .upi, Self.utr)
            try world.push(isFirst ? line : payment, isFirst ? payment : line)
            let row = world.hub.entry(PaymentField.self, World.payment(1))
            #expect(row?.text(.settlement) == "MATCHED")
            #expect(world.balance(.bank) == 400_000)
            #expect(world.hub.brokenInvariants == [])
        }
    }

    @Test("Rule 6: a cheque that was handed over is held all the same when it was typed twice")
    func handedOver() throws {
        let world = try World()
        let again = Device(7, user: world.ravi.user, role: .worker, tenant: World.tenant)
        again.sync(with: world.hub)
        let cheque: [PaymentField: Value] = [.bank: "HDFC"]
        let later = again.collect(1, 100_000, .cheque, cheque)
        try world.push(
            world.ravi.collect(2, 100_000, .cheque, cheque),
            world.ravi.state(
                RowKey(high: 0x4A, low: 1),
                [
                    HandoverField.worker: .key(world.ravi.user), .cash: 0, .to: "CASHIER",
                    .cheques: .text(KeyText.list([World.payment(2)])),
                ]),
            world.clerk.state(
                RowKey(high: 0xC7, low: 1),
                [
                    HandoverCountField.handover: .key(RowKey(high: 0x4A, low: 1)), .counted: 0,
                    .by: .key(world.clerk.user),
                ]))
        let row = world.hub.entry(PaymentField.self, World.payment(2))
        #expect(row?.text(.settlement) == "HANDED_OVER")
        try world.push(later)
        // Neither knew of the other, so the greater key is the second.
        #expect([1, 2].map { world.posting($0) } == ["POSTED", "HELD"])
        #expect(world.hub.brokenInvariants == [])
    }

    @Test(
        "One transfer told by two workers, by one of them twice: one is booked in any order",
        arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func copyGivesUpItsPlace(order: [Int]) throws {
        let world = try World()
        let again = Device(7, user: world.ravi.user, role: .worker, tenant: World.tenant)
        again.sync(with: world.hub)
        let told = [
            world.ravi.collect(1, 400_000, .upi, Self.utr),
            again.collect(2, 400_000, .upi, Self.utr),
            world.sita.collect(3, 400_000, .upi, Self.utr),
        ]
        for index in order { try world.push(told[index]) }
        #expect((1...3).filter { world.posting(UInt64($0)) == "HELD" }.count == 2)
        #expect(world.posting(2) == "HELD")
        #expect(world.exceptions.contains("INSTRUMENT_REUSED 1+2+3"))
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("A cheque bounces though nobody said that it was deposited; none is cleared so")
    func bouncedInHand() throws {
        let world = try World()
        let cheque: [PaymentField: Value] = [.bank: "HDFC", .reference: "000123"]
        try world.push(
            world.ravi.collect(1, 100_000, .cheque, cheque),
            world.clerk.cheque(1, .cleared, of: 1, day: "2026-11-04"))
        let row = world.hub.entry(PaymentField.self, World.payment(1))
        #expect(row?.text(.settlement) == "IN_HAND")
        try world.push(world.clerk.cheque(2, .bounced, of: 1, day: "2026-11-05"))
        #expect(world.posting(1) == "REVERSED")
        #expect(world.exceptions == ["CHEQUE_BOUNCED 1"])
        #expect(world.hub.brokenInvariants == [])
    }

    // Of 100 transfers two share four digits with a probability of 0.39.
    @Test("Four digits of a transfer are no identity: both are booked")
    func lastFour() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 400_000, .upi, [.reference: "8901"]),
            world.sita.collect(2, 400_000, .upi, [.reference: "8901"]))
        #expect(world.money == "out 800000 un 0 held 0 reversed 0")
        #expect(world.exceptions == ["SAME_LAST4 1+2"])
    }

    @Test("Case 25: a cheque twice is held, the same number of another bank is not")
    func chequeTwice() throws {
        let world = try World()
        let cheque: [PaymentField: Value] = [.reference: "000123", .bank: "HDFC"]
        try world.push(
            world.ravi.collect(1, 100_000, .cheque, cheque),
            world.clerk.collect(2, 100_000, .cheque, cheque),
            world.sita.collect(3, 100_000, .cheque, [.reference: "000123", .bank: "SBI"]))
        #expect((1...3).map { world.posting($0) } == ["POSTED", "HELD", "POSTED"])
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 26: a cheque bounces: what it paid is open again, and the charge is owed")
    func bounced() throws {
        let world = try World()
        let tenant = RowKey(high: World.tenant.high, low: World.tenant.low)
        try world.push(
            world.office.state(tenant, [TenantPolicyField.bounceCharge: 50_000]),
            world.ravi.collect(1, 1_000_000, .cheque, [.reference: "000123", .bank: "HDFC"]),
            world.clerk.cheque(1, .deposited, of: 1, day: "2026-11-03"))
        #expect(world.balance(.chequesClearing) == 1_000_000)
        try world.push(world.clerk.cheque(2, .bounced, of: 1, day: "2026-11-05"))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1650000 un 0 held 0 reversed 1000000")
        #expect(world.balance(.chequesClearing) == 0)
        #expect(world.exceptions == ["CHEQUE_BOUNCED 1"])
    }

    @Test("Case 27: a cheque of a later day waits for it, and is stale three months after")
    func postdated() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(
                1, 100_000, .cheque,
                [.reference: "000123", .bank: "HDFC", .chequeDate: "2026-11-22"]),
            world.clerk.cheque(1, .deposited, of: 1, day: "2026-11-21"))
        #expect(
            world.hub.entry(PaymentField.self, World.payment(1))?.text(.settlement) == "IN_HAND")
        #expect(world.exceptions == ["CHEQUE_POSTDATED 1"])
        world.office.now = World.milliseconds("2027-02-23T10:00:00+05:30")
        try world.push(world.office.tick(1))
        #expect(world.hub.entry(PaymentField.self, World.payment(1))?.text(.settlement) == "STALE")
        #expect(CivilDay("2026-11-30")?.chequeEnd == CivilDay("2027-02-28"))
    }

    @Test("Case 28: a cheque's number is mended at 47 hours and not at 49", arguments: [47, 49])
    func chequeCorrected(hours: Int) throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 100_000, .cheque, [.reference: "000123", .bank: "HDFC"]))
        world.ravi.now += Int64(hours) * 3_600_000
        try world.push(world.ravi.correct(1, 1, to: "000124"))
        let row = try #require(world.hub.entry(PaymentField.self, World.payment(1)))
        #expect(row[.currentReference] == (hours == 47 ? "000124" : .null))
        #expect(row.text(.reference) == "000123")
        let flags = world.hub.entries(PaymentEventField.self).filter { $0[.flagged] == 1 }
        #expect(flags.count == (hours == 47 ? 0 : 1))
    }

    @Test("Case 29: corrected to a transfer that is used: the money is held")
    func correctedToUsed() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 400_000, .upi, Self.utr),
            world.sita.collect(2, 300_000, .upi, [.reference: "512345678901"]),
            world.sita.correct(1, 2, to: "412345678901"))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1200000 un 0 held 300000 reversed 0")
        #expect(world.posting(2) == "HELD")
    }
}
