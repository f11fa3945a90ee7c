import LynkCore
import TestSupport
import Testing

/// Every policy, over all small histories: whatever the order of arrival, the value is the one
/// that the definition gives. A write is live unless an accepted change set that knew it wrote
/// the same; the definition is computed here from the whole set, apart from the merge.
@Suite struct PolicyLawTests {
    struct Law: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let fields: [FieldSchema]
        /// What one act may write.
        let choices: [Write]
        /// The columns that a set of acts makes.
        let definition: @Sendable ([Act]) -> [Value]

        init(
            _ fields: [FieldSchema], _ choices: [Write],
            _ definition: @escaping @Sendable ([Act]) -> [Value]
        ) {
            testDescription = fields[0].policy.name
            self.fields = fields
            self.choices = choices
            self.definition = definition
        }
    }

    struct Write: Sendable {
        var puts: [RowChange.Put] = []
        var adds: [RowChange.Add] = []
        var edits: [SetEdit] = []

        static func put(_ value: Value) -> Write { Write(puts: [.init(1, value)]) }

        static func edit(_ added: [Value], _ removed: [Value]) -> Write {
            Write(edits: [SetEdit(1, added: added, removed: removed)])
        }
    }

    /// Acts that wrote the field and that no other such act knew.
    private static func live(_ acts: [Act]) -> [Act] {
        let writers = acts.filter { $0.change.put(1) != nil }
        return writers.filter { write in !writers.contains { $0.knows.contains(write.id) } }
            .sorted(by: isEarlier)
    }

    private static func values(_ acts: [Act]) -> [Value] { acts.compactMap { $0.change.put(1) } }

    private static let states = Lattice(["open", "paid", "closed"])

    static let laws = [
        Law([FieldSchema(1, "f", .integer)], [.put(1), .put(2), .put(.null)]) { acts in
            [values(live(acts)).last ?? .null]
        },
        Law(
            [FieldSchema(1, "f", .integer, .group("g")), FieldSchema(2, "h", .text, .group("g"))],
            [
                Write(puts: [.init(1, 1), .init(2, "a")]),
                Write(puts: [.init(1, 1), .init(2, "b")]),
                Write(puts: [.init(1, 2), .init(2, "a")]),
            ]
        ) { acts in
            let last = live(acts).last
            return [last?.change.put(1) ?? .null, last?.change.put(2) ?? .null]
        },
        Law(
            [FieldSchema(1, "f", .integer, .counter, default: 0)],
            [Write(adds: [.init(1, 5)]), Write(adds: [.init(1, -3)]), Write()]
        ) { acts in
            [.integer(acts.flatMap(\.change.adds).map(\.delta).reduce(0, +))]
        },
        Law([FieldSchema(1, "f", .integer, .maximum)], [.put(1), .put(2), .put(.null)]) { acts in
            [values(acts).compactMap(\.integerValue).max().map { .integer($0) } ?? .null]
        },
        Law([FieldSchema(1, "f", .integer, .minimum)], [.put(1), .put(2), .put(.null)]) { acts in
            [values(acts).compactMap(\.integerValue).min().map { .integer($0) } ?? .null]
        },
        Law(
            [FieldSchema(1, "f", .text, .lattice(states), default: "open")],
            [.put("open"), .put("paid"), .put("closed")]
        ) { acts in
            [.text(states.states[values(acts).compactMap { states.rank($0) }.max() ?? 0])]
        },
        Law([FieldSchema(1, "f", .integer, .immutable)], [.put(1), .put(2)]) { acts in
            // The birth stated NULL, and nothing replaces it.
            acts.first.map { [$0.change.put(1) ?? .null] } ?? []
        },
        Law(
            [FieldSchema(1, "f", .blob, .set)],
            [
                .edit(["a"], []), .edit([], ["a"]), .edit(["b"], ["a"]), .edit(["a", "b"], []),
            ]
        ) { acts in
            let elements = (["a", "b"] as [Value]).filter { element in
                let writers = acts.filter { act in
                    act.change.edits.contains {
                        $0.added.contains(element) || $0.removed.contains(element)
                    }
                }
                return writers.contains { write in
                    write.change.edits.contains { $0.added.contains(element) }
                        && !writers.contains { $0.knows.contains(write.id) }
                }
            }
            return [elements.isEmpty ? .null : .blob(ScalarArray.encode(elements))]
        },
        Law(
            [FieldSchema(1, "f", .integer, .flag(.enableWins), default: 0)], [.put(0), .put(1)]
        ) { acts in
            [values(live(acts)).contains(1) ? 1 : 0]
        },
        Law(
            [FieldSchema(1, "f", .integer, .flag(.disableWins), default: 0)], [.put(0), .put(1)]
        ) { acts in
            // The birth's own 0 is a write too, which an author who knew it has replaced.
            let found = values(live(acts))
            return [found.isEmpty || found.contains(0) ? 0 : 1]
        },
        Law(
            [FieldSchema(1, "f", .blob, .multiValue)],
            (1...3).map { .put(.blob(ScalarArray.encode([.integer($0)]))) }
        ) { acts in
            var found: [Value] = []
            for value in values(live(acts)).compactMap({ ScalarArray.elements(of: $0)?.first }) {
                found.removeAll { $0 == value }
                found.append(value)
            }
            return [found.isEmpty ? .null : .blob(ScalarArray.encode(found))]
        },
        Law(
            [FieldSchema(1, "f", .integer, .custom(name: "sum of bits", version: 1))],
            [.put(1), .put(2), .put(4)]
        ) { acts in
            let found = values(live(acts)).compactMap(\.integerValue)
            return [found.isEmpty ? .null : .integer(found.reduce(0, |))]
        },
    ]

    private static func acts(
        _ knowledge: [Set<Int>], _ times: [UInt64], _ writes: [Write]
    ) -> [Act] {
        zip(knowledge, times).enumerated().map { id, each in
            let write = id == 0 ? Write() : writes[id - 1]
            return Act(
                id: id, author: UInt32(id),
                change: RowChange(
                    table: 1, key: Act.key, kind: id == 0 ? .insert : .update, puts: write.puts,
                    adds: write.adds, edits: write.edits),
                knows: each.0, effective: each.1)
        }
    }

    private static func check(_ law: Law, _ acts: [Act]) {
        let table = TableSchema(1, "t", .mutable, law.fields)
        let expected = law.definition(acts)
        for order in causalOrders(acts) {
            var hub = KeyOfHub(table)
            for act in order { hub.apply(act) }
            if hub.state?.row?.values != expected || !hub.isHonest || !hub.problems.isEmpty {
                let found = hub.state?.row?.values ?? []
                Issue.record("\(law.testDescription): \(order) makes \(found), not \(expected)")
                return
            }
        }
    }

    @Test(
        "Three concurrent or knowing writes: the value is that of the definition",
        arguments: laws)
    func threeWrites(law: Law) {
        var random = SeededGenerator(seed: 1)
        for knowledge in allKnowledge(3) {
            for writes in choices(law.choices, 3) {
                for _ in 0..<2 {
                    let times = effectiveTimes(knowledge, &random)
                    Self.check(law, Self.acts(knowledge, times, writes))
                }
            }
        }
    }

    @Test("Five writes, sampled", arguments: laws)
    func fiveWrites(law: Law) {
        var random = SeededGenerator(seed: 2)
        let all = allKnowledge(5)
        for _ in 0..<60 {
            guard let knowledge = all.randomElement(using: &random) else { return }
            let writes = (0..<5).map { _ in law.choices.randomElement(using: &random) ?? Write() }
            let times = effectiveTimes(knowledge, &random)
            Self.check(law, Self.acts(knowledge, times, writes))
        }
    }

    @Test(
        "The same write again changes nothing",
        arguments: laws.filter {
            $0.testDescription != "counter"
        })
    func idempotent(law: Law) {
        let table = TableSchema(1, "t", .mutable, law.fields)
        for writes in choices(law.choices, 2) {
            let acts = Self.acts([[], [0], [0]], [1, 2, 2], writes)
            var hub = KeyOfHub(table)
            for act in acts { hub.apply(act) }
            let once = hub
            for act in acts.dropFirst() {
                hub.apply(act)
                if hub.state?.row?.values != once.state?.row?.values {
                    Issue.record("\(law.testDescription): \(act) again")
                }
            }
        }
    }
}
