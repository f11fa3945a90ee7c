import Lynk
import LynkPayments
import Testing

@Suite("The path of one payment, from two shops' counters to the books")
struct PaymentPathTests {
    @Test("Two workers collect for one invoice without a network")
    func doubleCollection() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let sita = try await Phone.enrolled("sita", tank.sita, of: tank, at: hub)
            let clerk = try await Phone.enrolled("clerk", tank.clerk, .admin, of: tank, at: hub)
            let shop = tank.shop
            let one = try ravi.collect(1_000_000, at: shop, for: [tank.firstInvoice])
            let two = try sita.collect(1_000_000, at: shop, for: [tank.firstInvoice])
            #expect(try ravi.replica.status().pending == 1)
            for phone in [ravi, sita] {
                let report = try await phone.sync()
                #expect(report.receiptsTotal == 1)
                #expect(report.receiptsRepeated == 0)
                #expect(report.digestMatches)
            }
            let found = try await hub.office.books(of: tank.tenant)
            #expect(found == Self.books)
            let pair = try await hub.office.rows(
                "concurrent_payments",
                [
                    "payment", "applied_to", "credit", "other_payment", "other_applied_to",
                    "other_credit",
                ],
                in: tank.tenant)
            let raviSide = "\(one) INV-101:1000000 0"
            let sitaSide = "\(two) INV-102:600000 400000"
            #expect(
                pair == [one < two ? "\(raviSide) \(sitaSide)" : "\(sitaSide) \(raviSide)"])
            try await Self.expectAllInStep([ravi, sita, clerk])
            try await Self.expectNothingTwice(hub, tank, [ravi, sita, clerk])
        }
    }

    private static let books = """
        shop R002 500000 0 0 0
        shop R001 -400000 400000 0 3
        open INV-201-Apollo Medicals 500000 OPEN
        collected 2 2000000 2000000 0 1600000 400000
        trial 5700000 5700000 0
        CONCURRENT_SAME_INVOICE OPEN R001 1000000
        INTENT_IGNORED OPEN R001 1000000
        ON_ACCOUNT_CREDIT OPEN R001 400000
        """

    /// All see the same payments, each as far as it may, and each equals the hub.
    private static func expectAllInStep(_ phones: [Phone]) async throws {
        for phone in phones {
            let report = try await phone.sync()
            #expect(report.digestMatches)
            try phone.expectInStep()
        }
        let own = "SELECT amount, applied, unapplied, posting FROM payment ORDER BY posted_position"
        #expect(
            try phones.map { try $0.rows(own) } == [
                ["amount=1000000 applied=1000000 unapplied=0 posting='POSTED'"],
                ["amount=1000000 applied=600000 unapplied=400000 posting='POSTED'"],
                [
                    "amount=1000000 applied=1000000 unapplied=0 posting='POSTED'",
                    "amount=1000000 applied=600000 unapplied=400000 posting='POSTED'",
                ],
            ])
        let shared = "SELECT invoice_number, open, status FROM invoice WHERE total > 500000"
        for phone in phones {
            #expect(
                try phone.rows(shared + " ORDER BY 1") == [
                    "invoice_number='INV-101' open=0 status='PAID'",
                    "invoice_number='INV-102' open=0 status='PAID'",
                ])
        }
    }

    private static func expectNothingTwice(
        _ hub: Installation, _ tank: Wholesaler, _ phones: [Phone]
    ) async throws {
        let before = try hub.snapshot(of: tank.tenant)
        let receipts = try phones.map { try $0.receipts() }
        #expect(receipts.map(\.count) == [1, 1, 0])
        for phone in phones {
            let report = try await phone.sync()
            #expect(report.receiptsTotal == 0)
            #expect(report.rowsApplied == 0)
            #expect(report.digestMatches)
        }
        #expect(try phones.map { try $0.receipts() } == receipts)
        #expect(try hub.snapshot(of: tank.tenant).differences(from: before) == [])
        let found = try await hub.office.books(of: tank.tenant)
        #expect(found == books)
    }

    @Test("Cancelled in the office, collected in the field", arguments: [true, false])
    func cancelledButCollected(isOfficeFirst: Bool) async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let clerk = try await Phone.enrolled("clerk", tank.clerk, .admin, of: tank, at: hub)
            let payment = try ravi.collect(250_000, at: tank.shop, lifecycle: .initiated)
            try await ravi.sync()
            try await clerk.sync()
            try clerk.move(payment, to: .cancelled)
            try ravi.move(payment, to: .completed)
            for phone in isOfficeFirst ? [clerk, ravi] : [ravi, clerk] { try await phone.sync() }
            let found = try await hub.office.books(of: tank.tenant)
            #expect(
                found == """
                    shop R001 1350000 0 0 1
                    shop R002 500000 0 0 0
                    open INV-101 750000 PARTIAL
                    open INV-102 600000 OPEN
                    open INV-201-Apollo Medicals 500000 OPEN
                    collected 1 250000 250000 0 250000 0
                    trial 2600000 2600000 0
                    CANCELLED_BUT_COLLECTED OPEN R001 250000
                    """)
            for phone in [ravi, clerk] {
                #expect(try await phone.sync().digestMatches)
                try phone.expectInStep()
                #expect(
                    try phone.rows("SELECT lifecycle, posting, applied FROM payment") == [
                        "lifecycle='COMPLETED' posting='POSTED' applied=250000"
                    ])
            }
        }
    }
}
