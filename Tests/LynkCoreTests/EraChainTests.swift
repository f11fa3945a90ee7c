import LynkCore
import TestSupport
import Testing

/// Chains of eras collapse: the same answers as the closure of every era, at any length.
@Suite struct EraChainTests {
    private static func era(_ number: Int) -> EraID { EraID(high: 1, low: UInt64(number)) }

    private static func record(_ era: Int, _ parents: [Int: UInt64]) -> EraRecord {
        EraRecord(
            era: Self.era(era), hub: HubID(high: 0, low: 9), parents: vector(parents))
    }

    private static func vector(_ entries: [Int: UInt64]) -> VersionVector {
        VersionVector(Dictionary(uniqueKeysWithValues: entries.map { (Self.era($0), $1) }))
    }

    /// Every number that a vector contains, straight from the definition.
    private struct Naive {
        var parents: [EraID: VersionVector] = [:]

        func numbers(_ vector: VersionVector) -> [EraID: UInt64] {
            var found: [EraID: UInt64] = [:]
            var open = vector.sorted
            while let dot = open.popLast() {
                guard dot.number > found[dot.era] ?? 0 else { continue }
                found[dot.era] = dot.number
                open += parents[dot.era]?.sorted ?? []
            }
            return found
        }
    }

    @Test("Twenty thousand starts of one hub: one entry stands for all of them")
    func longChain() {
        let count = 20_000
        var graph = EraGraph()
        for era in 0..<count {
            graph.insert(Self.record(era, era == 0 ? [:] : [era - 1: 3]))
        }
        let head = Self.vector([count - 1: 1])
        let known = graph.expand(head)
        #expect((0..<count - 1).allSatisfy { known[Self.era($0)] == 3 })
        let first = Dot(era: Self.era(0), number: 3)
        #expect(graph.contains(head, first))
        #expect(!graph.contains(head, Dot(era: Self.era(0), number: 4)))
        // What was written after the last backup is in nobody's past.
        let lost = Self.vector([count / 2: 5])
        #expect(graph.order(of: lost, relativeTo: head) == .concurrent)
        #expect(graph.meet(lost, head) == Self.vector([count / 2: 3]))
        #expect(graph.join(lost, head) == Self.vector([count / 2: 5, count - 1: 1]))
        #expect(graph.order(of: Self.vector([7: 3]), relativeTo: head) == .before)
    }

    @Test(
        "Random histories of starts, restores and joins: the same as the closure of every era",
        arguments: 0..<300)
    func naive(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var graph = EraGraph()
        var naive = Naive()
        let count = Int.random(in: 1...9, using: &random)
        for era in 0..<count {
            var parents: [Int: UInt64] = [:]
            if era > 0 {
                // Mostly the era before; sometimes an older one, or several.
                let isPlain = Int.random(in: 0..<3, using: &random) > 0
                let picks =
                    isPlain
                    ? [era - 1]
                    : (0..<2).map { _ in
                        Int.random(in: 0..<era, using: &random)
                    }
                for pick in picks { parents[pick] = UInt64.random(in: 1...4, using: &random) }
            }
            // A hub's vector lists no entry that another one has inherited.
            let record = EraRecord(
                era: Self.era(era), hub: HubID(high: 0, low: 9),
                parents: graph.shrink(Self.vector(parents)))
            graph.insert(record)
            naive.parents[record.era] = record.parents
        }
        func some() -> VersionVector {
            var entries: [Int: UInt64] = [:]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                entries[Int.random(in: 0...count, using: &random)] =
                    UInt64.random(in: 1...5, using: &random)
            }
            return Self.vector(entries)
        }
        for _ in 0..<40 {
            let (left, right) = (some(), some())
            let (mine, theirs) = (naive.numbers(left), naive.numbers(right))
            let known = graph.expand(left)
            for era in 0...count {
                let id = Self.era(era)
                let highest = mine[id] ?? 0
                let isSame = (UInt64(1)...6).allSatisfy { number in
                    let dot = Dot(era: id, number: number)
                    return graph.contains(left, dot) == (number <= highest)
                        && known.contains(dot) == (number <= highest)
                }
                if !isSame || known[id] != highest { Issue.record("\(left.sorted) \(id)") }
            }
            #expect(graph.leq(left, right) == mine.allSatisfy { $0.value <= theirs[$0.key] ?? 0 })
            let (join, meet) = (graph.join(left, right), graph.meet(left, right))
            #expect(naive.numbers(join) == mine.merging(theirs, uniquingKeysWith: max))
            let least = mine.reduce(into: [EraID: UInt64]()) {
                let number = min($1.value, theirs[$1.key] ?? 0)
                if number > 0 { $0[$1.key] = number }
            }
            #expect(naive.numbers(meet) == least)
            for vector in [join, meet, graph.shrink(left)] {
                #expect(graph.shrink(vector) == vector)
            }
            #expect(naive.numbers(graph.shrink(left)) == mine)
        }
    }
}
