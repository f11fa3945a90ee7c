import Checklists
import LynkCore
import LynkEngine
import LynkStore
import Testing

@Suite("What does not depend on the order of arrival")
struct OrderTests {
    private static let orders: UInt64 = 5

    /// The day's change sets, each device's in its own order, reach the hub mixed by the seed.
    private func arrive(_ day: RandomDay, order: UInt64) throws -> [String] {
        var queues = try day.plan.everybody.map { try Uploads($0) }
        var random = SeededGenerator(seed: order)
        while let place = queues.indices.filter({ !queues[$0].isEmpty })
            .randomElement(using: &random)
        {
            let answer = try queues[place].deliver()
            #expect(answer?.refusal == nil)
        }
        return try day.plan.inspection.state()
    }

    @Test("The final rows of a random day", arguments: 1...30)
    func anyOrder(seed: Int) throws {
        let day = try RandomDay(seed: UInt64(seed))
        try day.plan.inspection.freeze()
        let expected = try arrive(day, order: 0)
        for order in 1...Self.orders {
            try day.plan.inspection.thaw()
            #expect(try arrive(day, order: order) == expected, "seed \(seed), order \(order)")
        }
    }

    @Test("Everybody ends with the hub's rows and digest", arguments: 1...10)
    func convergence(seed: Int) throws {
        let day = try RandomDay(seed: UInt64(seed))
        let people = day.plan.everybody
        for device in people + people { try device.sync() }
        for device in people {
            #expect(try device.sync()?.digestMatches == true)
            #expect(try device.replica.recomputeRoot() == device.replica.status().root)
        }
        let titles = "SELECT title || risk || visits FROM site WHERE code = 'MILL'"
        #expect(try day.plan.asha.texts(titles) == day.plan.office.texts(titles))
    }
}
