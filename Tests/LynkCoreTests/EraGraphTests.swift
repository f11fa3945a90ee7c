import LynkCore
import Testing

/// The laws of vectors, over all vectors of three eras up to two, for each way in which three eras
/// can have come from each other. What a vector means is computed apart, as a set of dots.
@Suite struct EraGraphTests {
    private static let eras = [1, 2, 3].map { EraID(high: 0, low: $0) }

    /// Three eras by their parents: the numbers inherited from earlier ones.
    struct Shape: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let parents: [[EraID: UInt64]]

        init(_ name: String, _ second: [Int: UInt64], _ third: [Int: UInt64]) {
            testDescription = name
            parents = [[:], second, third].map { parents in
                Dictionary(uniqueKeysWithValues: parents.map { (EraGraphTests.eras[$0], $1) })
            }
        }

        var graph: EraGraph {
            var graph = EraGraph()
            for (era, parents) in zip(EraGraphTests.eras, parents) {
                graph.insert(
                    EraRecord(
                        era: era, hub: HubID(high: 0, low: 9), parents: VersionVector(parents)))
            }
            return graph
        }

        /// The meaning of a vector, straight from the definition.
        func dots(_ vector: VersionVector) -> Set<Dot> {
            var found: Set<Dot> = []
            var open = vector.entries.map { ($0.key, $0.value) }
            while let (era, number) = open.popLast() {
                guard number > 0 else { continue }
                for each in 1...number { found.insert(Dot(era: era, number: each)) }
                if let index = EraGraphTests.eras.firstIndex(of: era) {
                    open += parents[index].map { ($0.key, $0.value) }
                }
            }
            return found
        }
    }

    static let shapes = [
        Shape("apart", [:], [:]),
        Shape("a chain, each after the last commit", [0: 2], [1: 2]),
        Shape("a chain, each after the first commit", [0: 1], [1: 1]),
        Shape("a restore: two children at different commits", [0: 2], [0: 1]),
        Shape("a join of two", [:], [0: 2, 1: 1]),
        Shape("a join of a parent and its child", [0: 1], [0: 2, 1: 1]),
        Shape("one alone, one after it", [:], [0: 1]),
    ]

    private static let vectors: [VersionVector] = choices([0, 1, 2] as [UInt64], 3).map {
        VersionVector(Dictionary(uniqueKeysWithValues: zip(eras, $0)))
    }

    private static let dots = eras.flatMap { era in
        (1...3).map { Dot(era: era, number: $0) }
    }

    @Test("A vector contains exactly its dots, all earlier ones and all inherited ones",
        arguments: shapes)
    func contains(shape: Shape) {
        let graph = shape.graph
        for vector in Self.vectors {
            let meant = shape.dots(vector)
            #expect(Self.dots.filter { graph.contains(vector, $0) }.count == meant.count)
            #expect(meant.allSatisfy { graph.contains(vector, $0) })
            // Downward closed: with a dot also everything that its era had before it.
            for dot in meant {
                #expect(shape.dots(VersionVector([dot.era: dot.number])).isSubset(of: meant))
            }
            let expanded = graph.expand(vector)
            #expect(Self.eras.allSatisfy { era in
                expanded[era] == (meant.filter { $0.era == era }.map(\.number).max() ?? 0)
            })
        }
    }

    @Test("The order of two vectors is the order of their sets, and reverses", arguments: shapes)
    func order(shape: Shape) {
        let graph = shape.graph
        let reverse: [CausalOrder: CausalOrder] = [
            .equal: .equal, .before: .after, .after: .before, .concurrent: .concurrent,
        ]
        for left in Self.vectors {
            for right in Self.vectors {
                let (less, more) = (shape.dots(left), shape.dots(right))
                let expected: CausalOrder =
                    less == more ? .equal
                    : less.isSubset(of: more) ? .before
                    : more.isSubset(of: less) ? .after : .concurrent
                #expect(graph.order(of: left, relativeTo: right) == expected)
                #expect(graph.order(of: right, relativeTo: left) == reverse[expected])
                #expect(graph.isContained(left, in: right) == less.isSubset(of: more))
            }
        }
    }

    @Test("Join is the union and meet the intersection: nothing is inflated", arguments: shapes)
    func joinAndMeet(shape: Shape) {
        let graph = shape.graph
        for left in Self.vectors {
            for right in Self.vectors {
                let (join, meet) = (graph.join(left, right), graph.meet(left, right))
                #expect(shape.dots(join) == shape.dots(left).union(shape.dots(right)))
                #expect(shape.dots(meet) == shape.dots(left).intersection(shape.dots(right)))
                #expect(join == graph.join(right, left))
                #expect(meet == graph.meet(right, left))
                #expect(graph.join(left, meet) == graph.join(left, left))
                #expect(graph.meet(left, join) == graph.join(left, left))
            }
            #expect(shape.dots(graph.join(left, left)) == shape.dots(left))
            #expect(graph.meet(left, left) == graph.join(left, left))
        }
    }

    @Test("Join and meet do not care for grouping", arguments: shapes)
    func grouping(shape: Shape) {
        let graph = shape.graph
        for first in Self.vectors {
            for second in Self.vectors {
                let (join, meet) = (graph.join(first, second), graph.meet(first, second))
                for third in Self.vectors {
                    let joined = graph.join(join, third)
                    let met = graph.meet(meet, third)
                    if joined != graph.join(first, graph.join(second, third))
                        || met != graph.meet(first, graph.meet(second, third))
                    {
                        Issue.record("\(first) \(second) \(third)")
                    }
                }
            }
        }
    }

    @Test("Vectors of one meaning have one form after a join", arguments: shapes)
    func oneForm(shape: Shape) {
        let graph = shape.graph
        for left in Self.vectors {
            for right in Self.vectors {
                let same = graph.join(left, left) == graph.join(right, right)
                #expect(same == (shape.dots(left) == shape.dots(right)))
            }
        }
    }

    @Test("An era is taken once: a second record for it changes nothing")
    func insertTwice() {
        let shape = Self.shapes[1]
        var graph = shape.graph
        graph.insert(
            EraRecord(era: Self.eras[2], hub: HubID(high: 0, low: 9), parents: .zero))
        #expect(graph == shape.graph)
    }

    @Test("A dot of an unknown era is contained only by a vector that lists its era")
    func unknownEra() {
        let graph = Self.shapes[1].graph
        let stranger = EraID(high: 7, low: 7)
        #expect(!graph.contains(Self.vectors[26], Dot(era: stranger, number: 1)))
        let listed = VersionVector([stranger: 2])
        #expect(graph.contains(listed, Dot(era: stranger, number: 2)))
        #expect(!graph.contains(listed, Dot(era: stranger, number: 3)))
        #expect(graph.meet(listed, Self.vectors[26]) == .zero)
    }
}
