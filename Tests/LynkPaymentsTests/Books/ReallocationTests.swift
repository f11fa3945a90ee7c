import LynkCore
import Testing

@testable import LynkPayments

@Suite("Reallocating, and the figures of an invoice")
struct ReallocationTests {
    private func decide(
        _ world: World, _ number: UInt64, _ pieces: [(RowKey, Int64)]
    ) -> Written {
        world.clerk.state(
            RowKey(high: 0xDE, low: number),
            [
                DecisionField.payment: .key(World.payment(1)), .action: "REALLOCATE",
                .reason: "asked", .by: .key(world.clerk.user),
                .pieces: .text(
                    ProvisionalAllocation.text(
                        pieces.map { ProvisionalAllocation(invoice: $0.0, amount: $0.1) })),
            ])
    }

    private func outcome(_ world: World, _ number: UInt64) -> String {
        world.hub.entry(DecisionField.self, RowKey(high: 0xDE, low: number))?
            .text(.outcome) ?? "none"
    }

    @Test("A payment goes to the invoices that an admin names, and the rest to the oldest")
    func reallocated() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 700_000), decide(world, 1, [(World.second, 600_000)]))
        #expect(outcome(world, 1) == "APPLIED")
        #expect(
            world.summary == """
                INV-101 PARTIAL 900000
                INV-102 PAID 0
                out 900000 un 0 held 0
                ON_ACCOUNT_CREDIT 1 AUTO_RESOLVED
                """)
        #expect(world.hub.brokenInvariants == [])
        try world.push(decide(world, 2, [(World.first, 700_000)]))
        #expect(world.summary.hasPrefix("INV-101 PARTIAL 300000\nINV-102 OPEN 600000"))
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("More than is open, more than was paid, another's invoice, nonsense: no effect")
    func impossible() throws {
        let world = try World()
        try world.push(world.ravi.collect(1, 700_000))
        let before = world.summary
        try world.push(
            decide(world, 1, [(World.second, 600_001)]),
            decide(world, 2, [(World.first, 700_001)]),
            decide(world, 3, [(World.third, 100)]), decide(world, 4, []),
            decide(world, 5, [(World.first, 500_000), (World.second, 200_001)]))
        #expect((1...5).map { outcome(world, $0) } == Array(repeating: "FLAGGED", count: 5))
        #expect(world.summary == before)
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 48: three times 33.33 at 12 percent come to 112.00 with a round-off of a paisa")
    func tax() throws {
        let figures = try InvoiceFigures([(9_999, 1_200)])
        #expect(figures.taxable == 9_999 && figures.gst == 1_200)
        #expect(figures.roundOff == 1 && figures.total == 11_200)
        #expect(try InvoiceFigures([]).total == 0)
        // Half a paisa goes up, and less goes down; half a rupee goes up.
        #expect(try InvoiceFigures.tax(10, 500) == 1 && InvoiceFigures.tax(9, 500) == 0)
        #expect(try InvoiceFigures([(50, 0)]).roundOff == 50)
        #expect(try InvoiceFigures([(49, 0)]).roundOff == -49)
        #expect(throws: Problem.self) { try InvoiceFigures([(-1, 500)]) }
        #expect(throws: Problem.self) { try InvoiceFigures([(.max, 2)]) }
    }
}
