import LynkCore
import Testing

@testable import LynkPayments

/// Ways in which the same story must end the same: what devices state, how derived rows are
/// signed, and which of two concurrent change sets arrives first.
struct Variant: Sendable, CustomTestStringConvertible {
    let isStating: Bool
    let signsAsItself: Bool
    let isSwapped: Bool

    static let all = [true, false].flatMap { stating in
        [true, false].flatMap { signs in
            [false, true].map {
                Variant(isStating: stating, signsAsItself: signs, isSwapped: $0)
            }
        }
    }

    var testDescription: String {
        "\(isStating ? "stated" : "unstated"), \(signsAsItself ? "hub's lane" : "author's lane"),"
            + " \(isSwapped ? "swapped" : "in order")"
    }

    func world(order: AllocationOrder = .issueDate) throws -> World {
        try World(isStating: isStating, signsAsItself: signsAsItself, order: order)
    }

    func push(_ changes: [Written], to hub: Hub) throws {
        for change in isSwapped ? changes.reversed() : changes {
            try hub.push(change)
            #expect(hub.brokenInvariants == [])
        }
    }
}

@Suite("Scenarios of concurrency and allocation")
struct ScenarioTests {
    private let one = World.payment(1)
    private let two = World.payment(2)
    private let shop = World.shop

    // W1: 10,000 for I1          W2: 10,000 for I1          neither knows of the other
    @Test("Case 1: both collect one invoice: nobody's money is lost", arguments: Variant.all)
    func doubleCollection(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 1_000_000, intent: [World.first]),
                world.sita.pay(two, from: shop, 1_000_000, intent: [World.first]),
            ], to: world.hub)
        let later = variant.isSwapped ? 1 : 2
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                out -400000 un 400000 held 0
                CONCURRENT_SAME_INVOICE 1+2
                INTENT_IGNORED \(later)
                ON_ACCOUNT_CREDIT \(later)
                """)
    }

    @Test("Case 2: the second knew of the first: no concurrency", arguments: Variant.all)
    func knownCollection(variant: Variant) throws {
        let world = try variant.world()
        try world.hub.push(world.ravi.pay(one, from: shop, 1_000_000, intent: [World.first]))
        world.sita.sync(with: world.hub)
        try world.hub.push(world.sita.pay(two, from: shop, 1_000_000, intent: [World.first]))
        #expect(world.hub.brokenInvariants == [])
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                out -400000 un 400000 held 0
                INTENT_IGNORED 2
                ON_ACCOUNT_CREDIT 2
                """)
    }

    @Test("Case 4: two parts that fit one invoice", arguments: Variant.all)
    func parts(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 300_000),
                world.sita.pay(two, from: shop, 450_000),
            ], to: world.hub)
        #expect(
            world.summary == """
                INV-101 PARTIAL 250000
                INV-102 OPEN 600000
                out 850000 un 0 held 0
                """)
    }

    @Test("Case 5: one names the younger invoice, one pays the elder", arguments: Variant.all)
    func namedInvoice(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 600_000, intent: [World.second]),
                world.sita.pay(two, from: shop, 1_000_000),
            ], to: world.hub)
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                out 0 un 0 held 0
                """)
    }

    @Test("Case 6: credit pays for the next invoice", arguments: Variant.all)
    func creditIsUsed(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 1_000_000, intent: [World.first]),
                world.sita.pay(two, from: shop, 1_000_000, intent: [World.first]),
            ], to: world.hub)
        try world.hub.push(
            world.office.write([
                World.invoice(World.third, "INV-103", 500_000, issued: "2026-11-02")
            ]))
        #expect(world.hub.brokenInvariants == [])
        let later = variant.isSwapped ? 1 : 2
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                INV-103 PARTIAL 100000
                out 100000 un 0 held 0
                CONCURRENT_SAME_INVOICE 1+2
                INTENT_IGNORED \(later)
                ON_ACCOUNT_CREDIT \(later) AUTO_RESOLVED
                """)
    }

    @Test("Case 7: one paisa too much stays one paisa", arguments: Variant.all)
    func onePaisa(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 1_600_000), world.sita.pay(two, from: shop, 1),
            ], to: world.hub)
        let later = variant.isSwapped ? 1 : 2
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                out -1 un 1 held 0
                CONCURRENT_SAME_INVOICE 1+2
                ON_ACCOUNT_CREDIT \(later)
                """)
    }

    @Test("Case 9: the worker and the office at the same time", arguments: Variant.all)
    func workerAndOffice(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 600_000, intent: [World.second]),
                world.clerk.pay(two, from: shop, 1_000_000, method: .bank),
            ], to: world.hub)
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                out 0 un 0 held 0
                """)
    }

    @Test("Case 10: by due day the younger invoice is first", arguments: Variant.all)
    func byDueDay(variant: Variant) throws {
        let world = try variant.world(order: .dueDate)
        try variant.push([world.ravi.pay(one, from: shop, 600_000)], to: world.hub)
        #expect(
            world.summary == """
                INV-101 OPEN 1000000
                INV-102 PAID 0
                out 1000000 un 0 held 0
                """)
    }

    @Test("Case 45: the invoice is cancelled while it is paid", arguments: Variant.all)
    func cancelledInvoice(variant: Variant) throws {
        let world = try variant.world()
        try variant.push(
            [
                world.ravi.pay(one, from: shop, 1_000_000, intent: [World.first]),
                world.office.cancel(invoice: World.first),
            ], to: world.hub)
        let note = variant.isSwapped ? "INTENT_IGNORED 1" : "ALLOCATION_CHANGED 101+1"
        let notes = [note, "ON_ACCOUNT_CREDIT 1"].sorted().joined(separator: "\n")
        #expect(
            world.summary == """
                INV-101 CANCELLED 0
                INV-102 PAID 0
                out -400000 un 400000 held 0
                \(notes)
                """)
    }
}
