import LynkCore
import Testing

@testable import LynkPayments

@Suite("Scenarios of cancelling a payment")
struct CancellationTests {
    private let one = World.payment(1)
    private let shop = World.shop

    private func initiated(_ variant: Variant) throws -> World {
        let world = try variant.world()
        try world.hub.push(world.ravi.pay(one, from: shop, 250_000, lifecycle: .initiated))
        world.syncAll()
        return world
    }

    @Test("Case 30: cancelled and collected, neither knowing", arguments: Variant.all)
    func cancelledButCollected(variant: Variant) throws {
        let world = try initiated(variant)
        try variant.push(
            [world.clerk.step(one, to: .cancelled), world.ravi.step(one, to: .completed)],
            to: world.hub)
        #expect(
            world.summary == """
                INV-101 PARTIAL 750000
                INV-102 OPEN 600000
                out 1350000 un 0 held 0
                CANCELLED_BUT_COLLECTED 1
                """)
        let payment = try #require(world.hub.entry(PaymentField.self, one))
        #expect(payment.text(.lifecycle) == "COMPLETED")
        #expect(payment.text(.posting) == "POSTED")
    }

    @Test("Case 31: completed although the cancellation was known", arguments: Variant.all)
    func knownCancel(variant: Variant) throws {
        let world = try initiated(variant)
        try world.hub.push(world.clerk.step(one, to: .cancelled))
        world.ravi.sync(with: world.hub)
        #expect(try world.hub.push(world.ravi.step(one, to: .completed)) == .held)
        #expect(world.hub.brokenInvariants == [])
        #expect(
            world.summary == """
                INV-101 OPEN 1000000
                INV-102 OPEN 600000
                out 1600000 un 0 held 250000
                COMPLETED_AFTER_KNOWN_CANCEL 1
                """)
        #expect(world.hub.entries(CollectionNoticeField.self).isEmpty)
    }

    @Test("A worker's own cancellation is known to him", arguments: Variant.all)
    func ownCancel(variant: Variant) throws {
        let world = try initiated(variant)
        let changes = [
            world.ravi.step(one, to: .cancelled), world.ravi.step(one, to: .completed),
        ]
        for change in changes { try world.hub.push(change) }
        #expect(world.hub.brokenInvariants == [])
        #expect(world.exceptions == ["COMPLETED_AFTER_KNOWN_CANCEL 1"])
    }

    @Test("A cancellation that knew of the money has no effect", arguments: Variant.all)
    func lateCancel(variant: Variant) throws {
        let world = try initiated(variant)
        try world.hub.push(world.ravi.step(one, to: .completed))
        world.clerk.sync(with: world.hub)
        #expect(try world.hub.push(world.clerk.step(one, to: .cancelled)) == .merged)
        #expect(world.hub.brokenInvariants == [])
        #expect(
            world.summary == """
                INV-101 PARTIAL 750000
                INV-102 OPEN 600000
                out 1350000 un 0 held 0
                """)
    }
}
