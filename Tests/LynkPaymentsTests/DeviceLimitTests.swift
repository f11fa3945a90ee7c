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
}
