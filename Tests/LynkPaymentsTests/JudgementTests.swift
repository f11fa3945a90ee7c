import LynkCore
import Testing

@testable import LynkPayments

@Suite("Who may say what")
struct JudgementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let disposition: Disposition
        let written: @Sendable (World) -> Written
    }

    /// A good payment by Ravi with one thing changed.
    private static func payment(
        by device: Device, _ changed: [PaymentField: Value] = [:]
    ) -> Written {
        var values: [PaymentField: Value] = [
            .retailer: .key(World.shop), .worker: .key(device.user), .amount: 100,
            .method: "CASH", .lifecycle: "COMPLETED",
        ]
        for (field, value) in changed { values[field] = value }
        return device.write([.birth(World.payment(1), values.filter { !$0.value.isNull })])
    }

    private static func changed(
        _ field: PaymentField, _ value: Value
    ) -> @Sendable (World) -> Written {
        { payment(by: $0.ravi, [field: value]) }
    }

    private static let stranger = RowKey(high: 9, low: 9)

    static let cases: [Case] = [
        Case(testDescription: "a good payment", disposition: .accepted) { payment(by: $0.ravi) },
        Case(testDescription: "the office's own payment", disposition: .accepted) {
            payment(by: $0.clerk)
        },
        Case(
            testDescription: "largest amount", disposition: .accepted,
            written: changed(.amount, 10_000_000_000_000)),
        Case(testDescription: "nothing", disposition: .quarantined, written: changed(.amount, 0)),
        Case(
            testDescription: "less than nothing", disposition: .quarantined,
            written: changed(.amount, -1)),
        Case(
            testDescription: "too much", disposition: .quarantined,
            written: changed(.amount, 10_000_000_000_001)),
        Case(
            testDescription: "no amount", disposition: .quarantined,
            written: changed(.amount, .null)),
        Case(
            testDescription: "another currency", disposition: .quarantined,
            written: changed(.currency, "USD")),
        Case(
            testDescription: "another method", disposition: .quarantined,
            written: changed(.method, "BARTER")),
        Case(
            testDescription: "an intent that is no list of keys", disposition: .quarantined,
            written: changed(.intent, "INV-101")),
        Case(
            testDescription: "an intent that names one invoice twice", disposition: .quarantined,
            written: changed(.intent, .text("\(World.first),\(World.first)"))),
        Case(
            testDescription: "a provisional amount that is none", disposition: .quarantined,
            written: changed(.provisional, .text("\(World.first):12.50"))),
        Case(
            testDescription: "a provisional text with a hole", disposition: .quarantined,
            written: changed(.provisional, .text("\(World.first):1,,\(World.second):2"))),
        Case(
            testDescription: "a cheque of no day", disposition: .quarantined,
            written: changed(.chequeDate, "2026-02-30")),
        Case(
            testDescription: "no retailer", disposition: .quarantined,
            written: changed(.retailer, .null)),
        Case(
            testDescription: "an unknown retailer", disposition: .quarantined,
            written: changed(.retailer, .key(stranger))),
        Case(
            testDescription: "no worker", disposition: .quarantined,
            written: changed(.worker, .null)),
        Case(
            testDescription: "a state that is none", disposition: .quarantined,
            written: changed(.lifecycle, "DONE")),
        Case(testDescription: "in another worker's name", disposition: .quarantined) {
            payment(by: $0.ravi, [.worker: .key($0.sita.user)])
        },
        Case(testDescription: "the office in the name of nobody", disposition: .quarantined) {
            payment(by: $0.clerk, [.worker: .key(stranger)])
        },
        Case(testDescription: "a step of a payment that is not there", disposition: .quarantined) {
            $0.ravi.step(World.payment(7), to: .completed)
        },
        Case(testDescription: "a payment is not deleted", disposition: .quarantined) {
            $0.ravi.write([
                RowChange(table: PaymentField.table.id, key: World.payment(1), kind: .delete)
            ])
        },
        Case(testDescription: "a worker imports an invoice", disposition: .rejected) {
            $0.ravi.write([World.invoice(World.third, "INV-1", 100, issued: "2026-11-02")])
        },
        Case(testDescription: "money beside a forbidden write", disposition: .quarantined) {
            $0.ravi.write(
                payment(by: $0.ravi).changes
                    + [World.invoice(World.third, "INV-1", 100, issued: "2026-11-02")])
        },
        Case(testDescription: "a worker cancels an invoice", disposition: .rejected) {
            $0.ravi.cancel(invoice: World.first)
        },
        Case(testDescription: "the office cancels an invoice", disposition: .accepted) {
            $0.clerk.cancel(invoice: World.first)
        },
        Case(testDescription: "an invoice that does not add up", disposition: .rejected) {
            $0.clerk.write([
                .birth(
                    World.third,
                    [
                        InvoiceField.retailer: .key(World.shop), .number: "INV-1",
                        .issueDate: "2026-11-02", .dueDate: "2026-11-02", .taxable: 100,
                        .total: 101,
                    ])
            ])
        },
        Case(testDescription: "an invoice of nobody", disposition: .rejected) {
            $0.clerk.write([
                World.invoice(World.third, "INV-1", 100, issued: "2026-11-02", of: stranger)
            ])
        },
        Case(testDescription: "a device writes a posting", disposition: .rejected) {
            $0.clerk.write([
                .birth(stranger, [PostingField.account: "AR", .debit: 100])
            ])
        },
    ]

    @Test("Money is never rejected, everything else by right", arguments: cases)
    func verdicts(testCase: Case) throws {
        let world = try World()
        let before = world.hub.view.all(PaymentField.table.id)
        #expect(try world.hub.push(testCase.written(world)) == testCase.disposition)
        #expect(world.hub.brokenInvariants == [])
        if [.rejected, .quarantined].contains(testCase.disposition) {
            #expect(world.hub.view.all(PaymentField.table.id) == before)
        }
    }

    @Test("An operator may let pass who wrote it, never what cannot be booked")
    func released() throws {
        let world = try World()
        let forms: [(PaymentField, Value)] = [
            (.amount, 0), (.amount, -1), (.amount, .integer(.max)),
            (.amount, .integer(PaymentLimits.amountMax + 1)), (.currency, "USD"),
            (.method, "GOLD"), (.retailer, .null), (.worker, .null), (.intent, "x"),
        ]
        for (field, value) in forms {
            let written = Self.payment(by: world.ravi, [field: value])
            #expect(try world.hub.push(written) == .quarantined)
            #expect(try world.hub.flaw(written)?.code == .valueInvalid, "\(field) \(value)")
        }
        let posting = world.clerk.write([
            .birth(Self.stranger, [PostingField.account: "AR", .debit: 100])
        ])
        #expect(try world.hub.flaw(posting)?.code == .notAuthorized)
        let handover = world.ravi.write([
            .birth(Self.stranger, [HandoverField.worker: .key(world.ravi.user), .cash: -5])
        ])
        #expect(try world.hub.flaw(handover)?.code == .valueInvalid)
        for written in [
            Self.payment(by: world.ravi),
            Self.payment(by: world.ravi, [.worker: .key(world.sita.user)]),
            Self.payment(by: world.ravi, [.retailer: .key(Self.stranger)]),
        ] { #expect(try world.hub.flaw(written) == nil) }
    }

    @Test("A key that is used again: the first fact stands")
    func reused() throws {
        let world = try World()
        let key = World.payment(1)
        try world.hub.push(world.ravi.pay(key, from: World.shop, 300_000))
        let before = world.summary
        #expect(
            try world.hub.push(world.ravi.pay(key, from: World.shop, 200_000)) == .quarantined)
        #expect(world.summary == before)
    }

    @Test("Another worker's payment cannot be completed or cancelled")
    func foreignStep() throws {
        let world = try World()
        let key = World.payment(1)
        try world.hub.push(
            world.ravi.pay(key, from: World.shop, 300_000, lifecycle: .initiated))
        for state in [Lifecycle.completed, .cancelled] {
            #expect(try world.hub.push(world.sita.step(key, to: state)) == .quarantined)
        }
        #expect(world.hub.entry(PaymentField.self, key)?.text(.lifecycle) == "INITIATED")
    }

    @Test("Several payments in one change set see each other")
    func oneChangeSet() throws {
        let world = try World()
        let changes = [
            world.ravi.payment(World.payment(1), from: World.shop, 1_200_000),
            world.ravi.payment(World.payment(2), from: World.shop, 500_000),
        ]
        #expect(try world.hub.push(world.ravi.write(changes)) == .accepted)
        #expect(world.hub.brokenInvariants == [])
        #expect(
            world.summary == """
                INV-101 PAID 0
                INV-102 PAID 0
                out -100000 un 100000 held 0
                ON_ACCOUNT_CREDIT 2
                """)
        let notices = world.hub.entries(CollectionNoticeField.self)
        #expect(notices.map { $0.money(.amount) }.sorted() == [500_000, 1_200_000])
        #expect(notices.allSatisfy { $0.text(.day) == "2026-11-02" })
    }
}
