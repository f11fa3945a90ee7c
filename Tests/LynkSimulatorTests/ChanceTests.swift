import Testing

@testable import LynkSimulator

@Suite("Chance, time and order of a simulation")
struct ChanceTests {
    @Test("A stream has its name, whatever was drawn from its parent")
    func streams() {
        let root = Chance(seed: 7)
        var drawn = root
        for _ in 0..<5 { _ = drawn.next() }
        var (one, same, other) = (
            root.stream("a"), drawn.stream("a"), root.stream("b")
        )
        let values = (one.next(), same.next(), other.next())
        #expect(values.0 == values.1)
        #expect(values.0 != values.2)
        var (first, second) = (root.stream("a", 1), root.stream("a", 2))
        #expect(first.next() != second.next())
    }

    @Test("Numbers keep to their bounds")
    func bounds() {
        var chance = Chance(seed: 1)
        var seen: Set<Int> = []
        for _ in 0..<400 { seen.insert(chance.number(in: -2...3)) }
        #expect(seen == [-2, -1, 0, 1, 2, 3])
        #expect(chance.number(0) == 0)
        #expect(chance.choice([Int]()) == nil)
    }

    @Test("Events come by their ticks, and those of one tick as they were added")
    func queue() {
        var queue = EventQueue<String>()
        for (event, tick) in [("c", 5), ("a", 1), ("d", 5), ("b", 2), ("e", 9)] as [(String, Int64)]
        {
            queue.add(event, at: tick)
        }
        var order = ""
        while let next = queue.next() { order += next.event }
        #expect(order == "abcde")
        #expect(queue.isEmpty)
    }

    @Test("Marks are found in bytes, also where others stand around them")
    func marks() {
        let text = "xxmark<a1|>yy mark< mark<b|u7>z"
        let marks = AreaMark.all(in: Array(text.utf8))
        #expect(marks == [AreaMark(area: "a1"), AreaMark(area: "b", user: "u7")])
    }

    @Test("A plan keeps its events when a fault that is none of them is left out")
    func plans() {
        let (plan, calmer) = (Plan(seed: 3), Plan(seed: 3, without: [.loss, .cut]))
        #expect(plan.events.map(\.act) == calmer.events.map(\.act))
        #expect(calmer.mix.loss == 0)
        #expect(calmer.mix.cut == 0)
    }
}
