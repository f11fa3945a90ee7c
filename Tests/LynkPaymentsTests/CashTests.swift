import GRDB
import LynkCore
import TestSupport
import Testing

@testable import LynkPayments
@testable import LynkStore

@Suite("Cash on its way: from a hand to the box to the bank")
struct CashTests {
    private let world: World

    init() throws { world = try World(isStating: false) }

    private static func handover(_ number: UInt64) -> RowKey { RowKey(high: 0x4A, low: number) }

    /// A worker says what he hands over.
    private func say(
        _ number: UInt64, _ cash: Int64, cheques: [UInt64] = [], toBank: Bool = false,
        by worker: Device? = nil
    ) -> Written {
        let worker = worker ?? world.ravi
        return worker.state(
            Self.handover(number),
            [
                HandoverField.worker: .key(worker.user), .cash: .integer(cash),
                .to: toBank ? "BANK" : "CASHIER",
                .cheques: .text(KeyText.list(cheques.map(World.payment))),
            ])
    }

    private func count(
        _ number: UInt64, _ counted: Int64, of handover: UInt64, missing: [UInt64] = [],
        by clerk: Device? = nil
    ) -> Written {
        let clerk = clerk ?? world.clerk
        return clerk.state(
            RowKey(high: 0xC7, low: number),
            [
                HandoverCountField.handover: .key(Self.handover(handover)),
                .counted: .integer(counted), .by: .key(clerk.user),
                .missing: .text(KeyText.list(missing.map(World.payment))),
            ])
    }

    private func deposit(_ number: UInt64, _ amount: Int64) -> Written {
        world.clerk.state(
            RowKey(high: 0xDB, low: number),
            [DepositField.amount: .integer(amount), .day: "2026-11-03"])
    }

    private func places(_ numbers: ClosedRange<UInt64>) -> String {
        numbers.map {
            world.hub.entry(PaymentField.self, World.payment($0))?.text(.settlement) ?? "none"
        }.joined(separator: " ")
    }

    private func outcome(_ number: UInt64) -> String {
        world.hub.entry(HandoverCountField.self, RowKey(high: 0xC7, low: number))?
            .text(.outcome) ?? "none"
    }

    private var balances: [Int64] {
        [.cashInHand, .cashBox, .bank, .cashShortOver].map { world.balance($0) }
    }

    /// What `lynkd check` finds.
    private func differences() throws -> [String] {
        let file = try BooksFile(world.hub)
        return try BooksCheck { try file.run($0) }.differences.map {
            "\($0.figure) \($0.stored) \($0.computed)"
        }
    }

    @Test("A worker says, the office counts later: the difference is the worker's account")
    func countedLater() throws {
        try world.push(
            world.ravi.collect(1, 3_000_000), world.ravi.collect(2, 2_000_000),
            say(1, 5_000_000))
        #expect(places(1...2) == "IN_HAND IN_HAND")
        #expect(balances == [5_000_000, 0, 0, 0])
        try world.push(count(1, 4_850_000, of: 1))
        #expect(outcome(1) == "APPLIED")
        #expect(places(1...2) == "HANDED_OVER HANDED_OVER")
        #expect(balances == [0, 4_850_000, 0, 150_000])
        let said = world.hub.entry(HandoverField.self, Self.handover(1))
        #expect(said?.money(.difference) == -150_000)
        #expect(said?.reference(.acceptedBy) == world.clerk.user)
        #expect(world.exceptions.contains("CASH_SHORT 1"))
        try world.push(deposit(1, 4_850_000))
        #expect(places(1...2) == "BANKED BANKED")
        #expect(balances == [0, 0, 4_850_000, 150_000])
        #expect(world.hub.brokenInvariants == [])
        #expect(try differences() == [])
    }

    @Test("An exception about no payment ends by a decision about itself, and only by resolving it")
    func resolved() throws {
        try world.push(world.ravi.collect(1, 500_000), say(1, 500_000), count(1, 480_000, of: 1))
        let short = try #require(
            world.hub.entries(ExceptionField.self).first { $0.text(.kind) == "CASH_SHORT" })
        func decide(_ number: UInt64, _ action: DecisionAction) throws -> String? {
            let key = RowKey(high: 0xDE, low: number)
            try world.push(
                world.office.state(
                    key,
                    [
                        DecisionField.payment: .key(short.key), .action: .text(action.rawValue),
                        .reason: "he paid the rest", .by: .key(world.office.user),
                    ]))
            return world.hub.entry(DecisionField.self, key)?.text(.outcome)
        }
        #expect(try decide(1, .release) == "FLAGGED")
        #expect(world.exceptions.contains("CASH_SHORT 1"))
        #expect(try decide(2, .resolve) == "APPLIED")
        #expect(world.exceptions.contains("CASH_SHORT 1 RESOLVED"))
        #expect(try decide(3, .resolve) == "MOOT")
        #expect(world.hub.brokenInvariants == [])
        #expect(try differences() == [])
    }

    @Test("A count that comes before its handover waits for it")
    func countedEarly() throws {
        try world.push(world.ravi.collect(1, 500_000), count(1, 500_000, of: 1))
        #expect(outcome(1) == "WAITING")
        #expect(balances == [500_000, 0, 0, 0])
        try world.push(say(1, 500_000))
        #expect(outcome(1) == "APPLIED")
        #expect(balances == [0, 500_000, 0, 0])
        // Whoever counted accepted it, although the worker's device brought both together.
        #expect(
            world.hub.entry(HandoverField.self, Self.handover(1))?.reference(.acceptedBy)
                == world.clerk.user)
        #expect(try differences() == [])
    }

    @Test(
        "Of two counts at once the first stands, the other is flagged, the exception is one",
        arguments: [
            ([Int64(500_000), 480_000], "APPLIED FLAGGED", Int64(500_000)),
            ([480_000, 500_000], "APPLIED FLAGGED", 480_000),
            ([480_000, 470_000], "APPLIED FLAGGED", 480_000),
            ([480_000, 480_000], "APPLIED MOOT", 480_000),
        ])
    func twoCounts(_ sums: [Int64], _ outcomes: String, _ box: Int64) throws {
        let cashier = Device(
            70, user: World.worker(7), role: .cashier, tenant: World.tenant)
        try world.push(world.ravi.collect(1, 500_000), say(1, 500_000))
        let first = count(1, sums[0], of: 1)
        let second = count(2, sums[1], of: 1, by: cashier)
        try world.push(first, second)
        #expect("\(outcome(1)) \(outcome(2))" == outcomes)
        #expect(balances == [0, box, 0, 500_000 - box])
        #expect(world.exceptions.filter { $0.hasPrefix("CASH_SHORT") } == ["CASH_SHORT 1"])
        #expect(try differences() == [])
    }

    @Test("A count that agrees with what was said is no exception, twice neither")
    func exact() throws {
        try world.push(
            world.ravi.collect(1, 500_000), say(1, 500_000), count(1, 500_000, of: 1),
            count(2, 500_000, of: 1))
        #expect("\(outcome(1)) \(outcome(2))" == "APPLIED MOOT")
        #expect(!world.exceptions.contains { $0.hasPrefix("CASH_SHORT") })
    }

    @Test("A cheque that was said and is not there stays in the worker's hand, and is told")
    func missingCheque() throws {
        try world.push(
            world.ravi.collect(1, 70_000, .cheque, [.reference: "000123", .bank: "HDFC"]),
            world.ravi.collect(2, 80_000, .cheque, [.reference: "000124", .bank: "HDFC"]),
            say(1, 0, cheques: [1, 2]), count(1, 0, of: 1, missing: [2]))
        #expect(places(1...2) == "HANDED_OVER IN_HAND")
        #expect(world.exceptions.contains("CASH_SHORT 1"))
    }

    @Test("Only the office counts, in its own name, and says a sum")
    func whoMay() throws {
        try world.push(world.ravi.collect(1, 500_000), say(1, 500_000))
        #expect(try world.hub.push(count(1, 500_000, of: 1, by: world.ravi)) == .quarantined)
        let borrowed = world.clerk.state(
            RowKey(high: 0xC7, low: 2),
            [
                HandoverCountField.handover: .key(Self.handover(1)), .counted: 500_000,
                .by: .key(world.ravi.user),
            ])
        #expect(try world.hub.push(borrowed) == .rejected)
        let empty = world.clerk.state(
            RowKey(high: 0xC7, low: 3),
            [
                HandoverCountField.handover: .key(Self.handover(1)), .by: .key(world.clerk.user),
            ])
        #expect(try world.hub.push(empty) == .rejected)
        #expect(balances == [500_000, 0, 0, 0])
    }

    @Test("Oldest first and whole payments: what is left in the hand is the newest")
    func oldestFirst() throws {
        try world.push(
            world.ravi.collect(1, 300_000), world.ravi.collect(2, 200_000),
            world.ravi.collect(3, 100_000), say(1, 450_000), count(1, 450_000, of: 1))
        // 1,500 of the second are handed over too, but it has not gone on as a whole; and the
        // third, which would fit, is newer.
        #expect(places(1...3) == "HANDED_OVER IN_HAND IN_HAND")
        #expect(balances == [150_000, 450_000, 0, 0])
        try world.push(say(2, 50_000), count(2, 50_000, of: 2))
        #expect(places(1...3) == "HANDED_OVER HANDED_OVER IN_HAND")
        try world.push(deposit(1, 300_000))
        #expect(places(1...3) == "BANKED HANDED_OVER IN_HAND")
        #expect(try differences() == [])
    }

    @Test("Cash that arrives after it was handed over stands on that handover")
    func lateArrival() throws {
        let late = world.ravi.collect(1, 300_000)
        try world.push(say(1, 300_000), count(1, 300_000, of: 1))
        #expect(balances == [-300_000, 300_000, 0, 0])
        try world.push(late)
        #expect(places(1...1) == "HANDED_OVER")
        #expect(balances == [0, 300_000, 0, 0])
        #expect(try differences() == [])
    }

    @Test("What is reversed later frees its place for the next oldest; the journal is the worker's")
    func reversed() throws {
        try world.push(
            world.ravi.collect(1, 300_000), world.ravi.collect(2, 300_000),
            say(1, 300_000), count(1, 300_000, of: 1), deposit(1, 300_000))
        #expect(places(1...2) == "BANKED IN_HAND")
        try world.push(world.clerk.decide(1, .reverse, on: 1))
        #expect(places(1...2) == "IN_HAND BANKED")
        #expect(world.posting(1) == "REVERSED")
        #expect(balances == [0, 0, 300_000, 0])
        #expect(world.hub.brokenInvariants == [])
        #expect(try differences() == [])
    }

    @Test("What a worker brings to the bank himself is his payments', not another's")
    func straightToBank() throws {
        try world.push(
            world.sita.collect(1, 200_000), say(1, 200_000, by: world.sita),
            count(1, 200_000, of: 1), world.ravi.collect(2, 300_000),
            say(2, 300_000, toBank: true), count(2, 290_000, of: 2))
        #expect(places(1...2) == "HANDED_OVER BANKED")
        #expect(balances == [0, 200_000, 290_000, 10_000])
        #expect(try differences() == [])
    }

    @Test("Too much in the box covers nothing until all of it is at the bank")
    func over() throws {
        try world.push(
            world.ravi.collect(1, 200_000), say(1, 200_000), count(1, 210_000, of: 1),
            deposit(1, 200_000))
        #expect(places(1...1) == "HANDED_OVER")
        try world.push(deposit(2, 10_000))
        #expect(places(1...1) == "BANKED")
        #expect(balances == [0, 0, 210_000, -10_000])
        #expect(try differences() == [])
    }

    @Test("A hundred payments in one handover, more than one look at the index takes")
    func many() throws {
        for number in 1...100 { try world.push(world.ravi.collect(UInt64(number), 1_000)) }
        try world.push(say(1, 99_500), count(1, 99_500, of: 1))
        let places = places(1...100).split(separator: " ")
        #expect(places.prefix(99).allSatisfy { $0 == "HANDED_OVER" })
        #expect(places.last == "IN_HAND")
        #expect(try differences() == [])
    }

    @Test(
        "A figure of cash that is changed is found",
        arguments: [
            ("UPDATE cash_cover SET covered = covered + 1 WHERE id = :k", "cash_cover.covered"),
            ("UPDATE cash_cover SET total = total + 1 WHERE id = :k", "cash_cover.total"),
            ("UPDATE handover SET difference = -1", "handover.difference ledger.cash_box"),
            (
                "UPDATE handover SET position = 0",
                "handover.early ledger.cash_box ledger.cash_in_hand"
            ),
            (
                "UPDATE payment SET settlement = 'IN_HAND' WHERE method = 'CASH'",
                "cash_cover.covered cash_cover.covered"
            ),
        ])
    func planted(_ sql: String, _ figures: String) throws {
        try world.push(
            world.ravi.collect(1, 500_000), say(1, 500_000), count(1, 480_000, of: 1),
            deposit(1, 480_000))
        let file = try BooksFile(world.hub)
        try file.database.write { database in
            let arguments: StatementArguments =
                sql.contains(":k") ? ["k": Value.key(world.ravi.user).databaseValue] : []
            try database.execute(sql: sql, arguments: arguments)
        }
        let found = try BooksCheck { try file.run($0) }.differences.map(\.figure)
        #expect(found.sorted().joined(separator: " ") == figures)
    }

    // MARK: any order

    /// Two collectors' payments, what they hand over, counts, deposits and reversals.
    private static func story(
        _ seed: UInt64, in test: CashTests
    ) -> [Written] {
        var chance = SeededGenerator(seed: seed)
        var facts: [Written] = []
        for number in UInt64(1)...14 {
            let worker = chance.next() % 2 == 0 ? test.world.ravi : test.world.sita
            facts.append(worker.collect(number, Int64(chance.next() % 9 + 1) * 10_000))
        }
        for number in UInt64(1)...5 {
            let worker = chance.next() % 2 == 0 ? test.world.ravi : test.world.sita
            let sum = Int64(chance.next() % 12) * 10_000
            let short = Int64(chance.next() % 3) * 1_000
            facts.append(test.say(number, sum, toBank: chance.next() % 4 == 0, by: worker))
            facts.append(test.count(number, max(0, sum - short), of: number))
        }
        for number in UInt64(1)...3 {
            facts.append(test.deposit(number, Int64(chance.next() % 9 + 1) * 10_000))
            facts.append(test.world.clerk.decide(number, .reverse, on: chance.next() % 14 + 1))
        }
        return facts
    }

    /// What must not depend on the order, and whether every place follows from the sums.
    private func told(_ facts: [Written], _ shuffle: UInt64) throws -> [String] {
        var order = facts
        if shuffle > 0 {
            var chance = SeededGenerator(seed: shuffle)
            order.shuffle(using: &chance)
        }
        for fact in order {
            try world.push(fact)
            #expect(world.hub.brokenInvariants == [])
        }
        #expect(try differences() == [])
        for worker in [world.ravi.user, world.sita.user] {
            let spare = world.hub.entry(CashCoverField.self, worker)?.spare ?? 0
            let next = world.hub.entries(PaymentField.self).filter {
                $0.reference(.worker) == worker && $0.text(.posting) == "POSTED"
                    && $0.text(.settlement) == "IN_HAND"
            }.min { ($0.text(.effectiveDay), $0.key) < ($1.text(.effectiveDay), $1.key) }
            #expect(next.map { $0.money(.amount) > spare } ?? true, "the next oldest would fit")
            #expect(spare >= 0)
        }
        return balances.map(String.init)
            + world.exceptions.filter { $0.hasPrefix("CASH_SHORT") }
            + world.hub.entries(HandoverField.self).map { "\($0.key.low) \($0.money(.difference))" }
    }

    @Test(
        "The journal and CASH_SHORT are the same in any order; places follow from the sums",
        arguments: UInt64(1)...12)
    func anyOrder(_ seed: UInt64) throws {
        var expected: [String]?
        for shuffle in UInt64(0)...4 {
            let test = try CashTests()
            let found = try test.told(Self.story(seed, in: test), shuffle)
            #expect(found == expected ?? found, "seed \(seed), order \(shuffle)")
            expected = found
        }
    }
}
