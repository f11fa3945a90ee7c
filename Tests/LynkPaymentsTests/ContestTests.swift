import LynkCore
import Testing

@testable import LynkPayments

@Suite("Which concurrent payments contest an invoice")
struct ContestTests {
    private static let orders = [
        [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0],
    ]
    private static let all = orders.flatMap { order in
        [true, false].map { (order, $0) }
    }

    /// Three workers pay at the same time, in some order of arrival.
    private func pairs(_ amounts: [Int64], _ order: [Int], _ isStating: Bool) throws -> [String] {
        let world = try World(isStating: isStating)
        let devices = [world.ravi, world.sita, world.meera]
        let written = devices.indices.map {
            devices[$0].pay(World.payment(UInt64($0 + 1)), from: World.shop, amounts[$0])
        }
        for index in order { try world.hub.push(written[index]) }
        #expect(world.hub.brokenInvariants == [])
        return world.exceptions.filter { $0.hasPrefix("CONCURRENT") }
    }

    @Test("Three full collections: every pair, in any order", arguments: all)
    func threeFull(order: [Int], isStating: Bool) throws {
        #expect(
            try pairs([1_000_000, 1_000_000, 1_000_000], order, isStating) == [
                "CONCURRENT_SAME_INVOICE 1+2", "CONCURRENT_SAME_INVOICE 1+3",
                "CONCURRENT_SAME_INVOICE 2+3",
            ])
    }

    @Test("Three parts of which any two fit, and all do not", arguments: all)
    func threeParts(order: [Int], isStating: Bool) throws {
        #expect(
            try pairs([400_000, 400_000, 400_000], order, isStating) == [
                "CONCURRENT_SAME_INVOICE 1+2", "CONCURRENT_SAME_INVOICE 1+3",
                "CONCURRENT_SAME_INVOICE 2+3",
            ])
    }

    @Test("Three parts that fit", arguments: all)
    func threeThatFit(order: [Int], isStating: Bool) throws {
        #expect(try pairs([400_000, 400_000, 200_000], order, isStating) == [])
    }

    // W1: 4,000 then 4,000 (knows its own)      W2: 4,000      I1 has 10,000
    @Test(
        "Own earlier work counts against the next, not with it",
        arguments: [[0, 1, 2], [0, 2, 1], [2, 0, 1]], [true, false])
    func ownChain(order: [Int], isStating: Bool) throws {
        let world = try World(isStating: isStating, signsAsItself: true)
        let written = [
            world.ravi.pay(World.payment(1), from: World.shop, 400_000),
            world.ravi.pay(World.payment(2), from: World.shop, 400_000),
            world.sita.pay(World.payment(3), from: World.shop, 400_000),
        ]
        for index in order { try world.hub.push(written[index]) }
        #expect(world.hub.brokenInvariants == [])
        #expect(world.exceptions == ["CONCURRENT_SAME_INVOICE 2+3"])
    }

    @Test("The same worker on two devices is no double collection")
    func sameWorker() throws {
        let world = try World()
        let spare = Device(7, user: world.ravi.user, role: .worker, tenant: World.tenant)
        spare.sync(with: world.hub)
        try world.hub.push(world.ravi.pay(World.payment(1), from: World.shop, 1_000_000))
        // Another amount: the same again would be a suspected slip (rule 6).
        try world.hub.push(spare.pay(World.payment(2), from: World.shop, 900_000))
        #expect(world.exceptions == ["ON_ACCOUNT_CREDIT 2"])
    }

    @Test("A contest that is over does not colour what comes after it", arguments: [true, false])
    func afterwards(isStating: Bool) throws {
        let world = try World(isStating: isStating)
        try world.hub.push(world.ravi.pay(World.payment(1), from: World.shop, 1_000_000))
        try world.hub.push(world.sita.pay(World.payment(2), from: World.shop, 1_000_000))
        try world.hub.push(
            world.office.write([
                World.invoice(World.third, "INV-103", 900_000, issued: "2026-11-02")
            ]))
        world.syncAll()
        let before = world.exceptions
        // 5,000 are open on INV-103: two and three thousand fit side by side.
        try world.hub.push(world.ravi.pay(World.payment(3), from: World.shop, 200_000))
        try world.hub.push(world.sita.pay(World.payment(4), from: World.shop, 300_000))
        #expect(world.hub.brokenInvariants == [])
        #expect(world.exceptions == before)
        let last = try #require(world.hub.entry(InvoiceField.self, World.third))
        #expect(last.text(.status) == "PAID")
    }

    @Test("Pairs have one name, and the lesser claim as amount")
    func pairs() {
        func claim(_ number: UInt64, _ amount: Int64, unknown: [UInt64]) -> Claim {
            Claim(
                payment: World.payment(number), worker: World.worker(number), amount: amount,
                base: 10, own: [], unknown: unknown.map(World.payment))
        }
        let earlier = claim(2, 8, unknown: [])
        let later = claim(1, 3, unknown: [2])
        let pair = Contest.Pair(earlier, later)
        #expect(Contest.pairs(of: later, among: [earlier]) == [pair])
        #expect(pair == Contest.Pair(later, earlier))
        #expect(pair.first == World.payment(1))
        #expect(pair.amount == 3)
        #expect(Contest.pairs(of: claim(1, 2, unknown: [2]), among: [earlier]) == [])
        #expect(Contest.pairs(of: claim(1, 3, unknown: []), among: [earlier]) == [])
    }
}
