import LynkCore
import TestSupport
import Testing

@testable import LynkPayments

@Suite("What does not depend on the order of arrival")
struct OrderIndependenceTests {
    private static let ordersPerTenant = 12

    /// The tenant of a seed after its offline phase, arriving in the order of another seed, with
    /// every third change set delivered twice.
    private func arrive(_ seed: UInt64, order: UInt64) throws -> Hub {
        let tenant = try RandomTenant(seed: seed)
        var queues = tenant.phase().map { ArraySlice($0) }
        var random = SeededGenerator(seed: order)
        var sent: [Written] = []
        while let index = queues.indices.filter({ !queues[$0].isEmpty })
            .randomElement(using: &random)
        {
            let written = queues[index].removeFirst()
            sent.append(written)
            try tenant.world.hub.push(written)
            if Int.random(in: 0..<3, using: &random) == 0,
                let again = sent.randomElement(using: &random)
            {
                try tenant.world.hub.push(again)
            }
        }
        return tenant.world.hub
    }

    @Test("Totals, balances, held payments and causal exceptions", arguments: 1...150)
    func anyOrder(seed: Int) throws {
        let first = try arrive(UInt64(seed), order: 0)
        #expect(first.brokenInvariants == [])
        let expected = first.orderFreeSummary
        for order in 1...Self.ordersPerTenant {
            let hub = try arrive(UInt64(seed), order: UInt64(order))
            #expect(hub.brokenInvariants == [])
            #expect(hub.orderFreeSummary == expected, "seed \(seed), order \(order)")
        }
    }

    @Test("The same order gives the same rows, byte for byte")
    func deterministic() throws {
        let one = try arrive(3, order: 5)
        let two = try arrive(3, order: 5)
        for table in one.application.schema.tables {
            #expect(one.view.all(table.id) == two.view.all(table.id))
        }
    }
}
