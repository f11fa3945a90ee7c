import LynkCore
import Testing

@testable import LynkPayments

@Suite("What a device refuses before it is a fact")
struct DeviceLimitTests {
    private let day = CivilDay(milliseconds: World.start)

    private func limits() -> DeviceLimits {
        var limits = DeviceLimits()
        limits.cashMax = 20_000_000
        return limits
    }

    @Test("Case 60: 1,50,000 then 60,000 in cash of one shop: the second is refused")
    func cashOfDay() {
        var situation = DeviceLimits.Situation(today: day)
        #expect(limits().refusal(of: 15_000_000, by: .cash, in: situation) == nil)
        situation.cashToday = 15_000_000
        #expect(limits().refusal(of: 6_000_000, by: .cash, in: situation) != nil)
        #expect(limits().refusal(of: 4_999_999, by: .cash, in: situation) == nil)
        #expect(limits().refusal(of: 6_000_000, by: .upi, in: situation) == nil)
    }

    @Test("Each bound holds at its edge and not before it")
    func edges() {
        var situation = DeviceLimits.Situation(today: day)
        let plain = DeviceLimits()
        #expect(plain.refusal(of: 5_000_000, by: .cash, in: situation) == nil)
        #expect(plain.refusal(of: 5_000_001, by: .cash, in: situation) != nil)
        #expect(plain.refusal(of: 20_000_001, by: .cheque, in: situation) != nil)
        situation.unsyncedTotal = 49_999_900
        #expect(plain.refusal(of: 100, by: .upi, in: situation) == nil)
        #expect(plain.refusal(of: 101, by: .upi, in: situation) != nil)
        situation = DeviceLimits.Situation(today: day)
        situation.unsyncedCount = 200
        #expect(plain.refusal(of: 1, by: .upi, in: situation) != nil)
        situation.unsyncedCount = 199
        situation.hoursSinceSync = 168
        #expect(plain.refusal(of: 1, by: .upi, in: situation) != nil)
        situation.hoursSinceSync = 167
        #expect(plain.refusal(of: 1, by: .upi, in: situation) == nil)
        var ended = plain
        ended.leaseEnd = CivilDay("2026-11-01")
        #expect(ended.refusal(of: 1, by: .upi, in: situation) != nil)
    }

    @Test("Case 60: without the payer's word 2,000 and no more, before it is a fact")
    func unconfirmed() {
        var limits = DeviceLimits()
        limits.unconfirmedMax = 200_000
        var situation = DeviceLimits.Situation(today: day)
        for method in PaymentMethod.allCases {
            #expect(limits.refusal(of: 200_000, by: method, in: situation) == nil)
            #expect(
                limits.refusal(of: 200_001, by: method, in: situation)
                    == .unconfirmed(most: 200_000))
        }
        situation.isConfirmed = true
        #expect(limits.refusal(of: 4_000_000, by: .cash, in: situation) == nil)
        limits.unconfirmedMax = nil
        situation.isConfirmed = false
        #expect(limits.refusal(of: 4_000_000, by: .cash, in: situation) == nil)
    }

    @Test(
        "Whom a device asks for a confirmation is the tenant's policy",
        arguments: [
            ([TenantPolicyField: Value](), Int64(200_000)), ([.attestation: "NONE"], nil),
            ([.unattested: 50_000], 50_000), ([.attestation: "ALWAYS", .unattested: 0], 0),
        ] as [([TenantPolicyField: Value], Int64?)])
    func policy(_ decided: [TenantPolicyField: Value], _ most: Int64?) throws {
        let world = try World()
        func limits() throws -> DeviceLimits {
            DeviceLimits(try BooksFile(world.hub).run(DeviceLimits.query).first ?? [])
        }
        // Nobody has a key, and nothing was decided: nobody could confirm anything.
        #expect(try limits().unconfirmedMax == nil)
        if decided.isEmpty {
            _ = try Witness(world)
        } else {
            try world.push(
                world.office.state(
                    RowKey(high: World.tenant.high, low: World.tenant.low), decided))
        }
        #expect(try limits().unconfirmedMax == most)
        #expect(try limits().cashMax == 5_000_000)
    }
}
