import LynkCore
import TestSupport
import Testing

/// Births, updates, deletes and births again, over all small histories. Whether the row is there,
/// its generation and its values are computed apart, from the whole set of acts.
@Suite struct DeleteLawTests {
    private static let policies: [DeletePolicy] = [.updateWins, .deleteWins]

    private static func table(_ policy: DeletePolicy) -> TableSchema {
        TableSchema(
            1, "t", .mutable,
            [
                FieldSchema(1, "value", .integer), FieldSchema(2, "low", .integer, .minimum),
                FieldSchema(3, "tags", .blob, .set),
            ], deletes: policy)
    }

    struct Result: Equatable, CustomStringConvertible {
        let isPresent: Bool
        let generation: UInt32
        let values: [Value]

        init(isPresent: Bool, generation: UInt32, values: [Value]) {
            self.isPresent = isPresent
            self.generation = generation
            self.values = values
        }

        init?(_ state: RowState?) {
            guard let state else { return nil }
            isPresent = state.row != nil
            generation = state.image.record.generation
            values = state.image.values
        }

        var description: String { "\(isPresent ? "present" : "deleted") \(generation) \(values)" }
    }

    /// A birth follows the deletes that its author knew; other acts concern the newest birth
    /// that theirs knew. The newest generation counts. In it, with `updateWins`, the row is there
    /// when a birth or update is left that no delete knew; with `deleteWins`, when no delete is.
    private static func definition(_ acts: [Act], _ policy: DeletePolicy) -> Result {
        var generations: [Int: UInt32] = [:]
        for act in acts {
            let kind: RowChange.Kind = act.change.kind == .insert ? .delete : .insert
            let known = act.knows.filter { acts[$0].change.kind == kind }
                .compactMap { generations[$0] }.max()
            generations[act.id] =
                act.change.kind == .insert ? known.map { $0 + 1 } ?? 0 : known ?? 0
        }
        let newest =
            acts.filter { $0.change.kind == .insert }.compactMap { generations[$0.id] }
            .max() ?? 0
        let current = acts.filter { generations[$0.id] == newest }
        let deletes = current.filter { $0.change.kind == .delete }
        let writes = current.filter { $0.change.kind != .delete }
        let isPresent =
            policy == .deleteWins
            ? deletes.isEmpty
            : writes.contains { write in !deletes.contains { $0.knows.contains(write.id) } }
        let tags = writes.filter { write in
            write.change.edits.isEmpty == false
                && !writes.contains { $0.knows.contains(write.id) && !$0.change.edits.isEmpty }
        }
        let last = writes.max(by: isEarlier)
        let low = writes.compactMap { $0.change.put(2)?.integerValue }.min()
        return Result(
            isPresent: isPresent, generation: newest,
            values: [
                last?.change.put(1) ?? .null, low.map { .integer($0) } ?? .null,
                tags.isEmpty ? .null : .blob(ScalarArray.encode(["x"])),
            ])
    }

    private static func act(
        _ id: Int, _ kind: RowChange.Kind, _ knows: Set<Int>, _ effective: UInt64,
        author: UInt32? = nil
    ) -> Act {
        let isDelete = kind == .delete
        return Act(
            id: id, author: author ?? UInt32(id),
            change: RowChange(
                table: 1, key: Act.key, kind: kind,
                puts: isDelete
                    ? [] : [.init(1, .integer(Int64(id))), .init(2, .integer(-Int64(id)))],
                edits: isDelete ? [] : [SetEdit(3, added: ["x"])]),
            knows: knows, effective: effective)
    }

    private static func check(_ acts: [Act], _ policy: DeletePolicy) {
        let expected = definition(acts, policy)
        for order in causalOrders(acts) {
            var hub = KeyOfHub(table(policy))
            for act in order { hub.apply(act) }
            if Result(hub.state) != expected || !hub.isHonest || !hub.problems.isEmpty {
                let found = Result(hub.state).map { "\($0)" } ?? "nothing"
                Issue.record("\(policy): \(order) makes \(found), not \(expected)")
                return
            }
        }
    }

    @Test("A birth and every three acts after it, in every order", arguments: policies)
    func fourActs(policy: DeletePolicy) {
        var random = SeededGenerator(seed: 3)
        for knowledge in allKnowledge(3) {
            for kinds in choices([.insert, .update, .delete] as [RowChange.Kind], 3) {
                let times = effectiveTimes(knowledge, &random)
                Self.check(
                    (0..<4).map {
                        Self.act($0, $0 == 0 ? .insert : kinds[$0 - 1], knowledge[$0], times[$0])
                    }, policy)
            }
        }
    }

    @Test("A birth and five or six acts after it, sampled", arguments: policies)
    func manyActs(policy: DeletePolicy) {
        var random = SeededGenerator(seed: 4)
        let all = [allKnowledge(4), allKnowledge(5)]
        for round in 0..<1_500 {
            guard let knowledge = all[round % 2].randomElement(using: &random) else { return }
            let times = effectiveTimes(knowledge, &random)
            let acts = knowledge.indices.map { id in
                let kinds: [RowChange.Kind] = [.insert, .update, .delete, .delete]
                let kind = id == 0 ? .insert : kinds.randomElement(using: &random) ?? .update
                return Self.act(id, kind, knowledge[id], times[id])
            }
            Self.check(acts, policy)
        }
    }

    @Test("Two authors, each knowing its own past", arguments: policies)
    func twoAuthors(policy: DeletePolicy) {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<1_000 {
            var acts = [Self.act(0, .insert, [], 1, author: 1)]
            var last: [UInt32: Act] = [1: acts[0]]
            for id in 1...5 {
                let author = UInt32.random(in: 1...2, using: &random)
                var known: Set<Int> = [0]
                // What a pull brought by then, and the author's own past.
                let seen = Int.random(in: 0..<id, using: &random)
                for act in acts.prefix(seen + 1) { known.formUnion(act.knows.union([act.id])) }
                if let own = last[author] { known.formUnion(own.knows.union([own.id])) }
                let kinds: [RowChange.Kind] = [.insert, .update, .delete]
                let kind = kinds.randomElement(using: &random) ?? .update
                let time = (known.map { acts[$0].effective }.max() ?? 0) + 1
                let act = Self.act(
                    id, kind, known, time + UInt64.random(in: 0...2, using: &random),
                    author: author)
                acts.append(act)
                last[author] = act
            }
            Self.check(acts, policy)
        }
    }

    @Test("What is kept beside a row that was never deleted concurrently is nothing")
    func nothingKept() {
        var hub = KeyOfHub(Self.table(.updateWins))
        let chain = (0..<5).map {
            Self.act($0, $0 == 0 ? .insert : .update, Set(0..<$0), UInt64($0) + 1)
        }
        for act in chain { hub.apply(act) }
        #expect(hub.live.isEmpty)
        hub.apply(Self.act(5, .delete, Set(0..<5), 9))
        #expect(hub.state?.row == nil)
        #expect(hub.live.isEmpty)
        #expect(hub.conflicts.isEmpty)
    }
}
