import Testing

@testable import LynkCore

/// One step against a row that is there, was deleted or came back: a table with reasons.
@Suite struct DeleteTests {
    private static func table(_ policy: DeletePolicy) -> TableSchema {
        TableSchema(
            1, "t", .mutable,
            [
                FieldSchema(1, "value", .integer),
                FieldSchema(2, "count", .integer, .counter, default: 0),
                FieldSchema(3, "tags", .blob, .set),
            ], deletes: policy)
    }

    /// What an act may be: its kind, the value it puts, what it knows and when it took effect.
    private static func act(
        _ id: Int, _ kind: RowChange.Kind, _ value: Int64? = nil, knows: Set<Int> = [],
        at effective: UInt64, author: UInt32? = nil
    ) -> Act {
        Act(
            id: id, author: author ?? UInt32(id),
            change: RowChange(
                table: 1, key: Act.key, kind: kind,
                puts: value.map { [.init(1, .integer($0))] } ?? [],
                adds: value.map { [.init(2, $0)] } ?? []),
            knows: knows, effective: effective)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let policy: DeletePolicy
        let acts: [Act]
        let value: Value?
        let generation: UInt32
        /// The field (0 for the row itself) and the outcome of each conflict.
        let conflicts: [String]

        init(
            _ name: String, _ policy: DeletePolicy, _ acts: [Act], value: Value?,
            generation: UInt32 = 0, conflicts: [String] = []
        ) {
            testDescription = name
            self.policy = policy
            self.acts = acts
            self.value = value
            self.generation = generation
            self.conflicts = conflicts
        }
    }

    private static let birth = act(0, .insert, 1, at: 1)
    private static let delete = act(1, .delete, knows: [0], at: 2)
    private static let update = act(2, .update, 2, knows: [0], at: 3)

    static let cases = [
        Case("a delete that knew the row", .updateWins, [birth, delete], value: nil),
        Case(
            "an update that the delete did not know brings back the row", .updateWins,
            [birth, delete, update], value: 2, conflicts: ["0 newWon"]),
        Case(
            "a delete that did not know the update does nothing", .updateWins,
            [birth, update, delete], value: 2, conflicts: ["0 currentWon"]),
        Case(
            "a delete that knew the update", .updateWins,
            [birth, update, act(3, .delete, knows: [0, 2], at: 4)], value: nil),
        Case(
            "a restored row goes again when a delete knew what restored it", .updateWins,
            [birth, delete, update, act(3, .delete, knows: [0, 2], at: 4)], value: nil,
            conflicts: ["0 newWon"]),
        Case(
            "an update that lost its field still holds the row", .updateWins,
            [
                birth, act(2, .update, 9, knows: [0], at: 8), act(3, .update, 3, knows: [0], at: 5),
                act(4, .delete, knows: [0, 2], at: 9),
            ], value: 9, conflicts: ["1 currentWon", "0 currentWon"]),
        Case(
            "deleteWins: the update is kept as a conflict", .deleteWins, [birth, delete, update],
            value: nil, conflicts: ["0 currentWon"]),
        Case(
            "deleteWins: also when the update came first", .deleteWins, [birth, update, delete],
            value: nil, conflicts: ["0 newWon"]),
        Case(
            "two deletes are one", .updateWins,
            [birth, delete, act(3, .delete, knows: [0], at: 4)], value: nil),
        Case(
            "a birth by one who knew the delete is a new generation", .updateWins,
            [birth, delete, act(2, .insert, 5, knows: [0, 1], at: 3)], value: 5, generation: 1),
        Case(
            "a birth by one who did not know it restores the row like an update", .updateWins,
            [birth, delete, act(2, .insert, 5, at: 3)], value: 5,
            conflicts: ["1 newWon", "0 newWon"]),
        Case(
            "an update of the generation before is a conflict without effect", .updateWins,
            [birth, delete, act(3, .insert, 5, knows: [0, 1], at: 4), update], value: 5,
            generation: 1, conflicts: ["1 currentWon", "2 currentWon"]),
        Case(
            "a delete of the generation before, too", .updateWins,
            [
                birth, delete, act(3, .insert, 5, knows: [0, 1], at: 4),
                act(4, .delete, knows: [0], at: 5),
            ], value: 5, generation: 1, conflicts: ["0 currentWon"]),
        Case(
            "a new generation replaces a row that had come back, and says so", .updateWins,
            [birth, delete, update, act(3, .insert, 5, knows: [0, 1], at: 4)], value: 5,
            generation: 1, conflicts: ["0 newWon", "1 newWon", "2 newWon"]),
        Case(
            "the third life of a key", .deleteWins,
            [
                birth, delete, act(3, .insert, 5, knows: [0, 1], at: 4),
                act(4, .delete, knows: [0, 1, 3], at: 5),
                act(5, .insert, 6, knows: [0, 1, 3, 4], at: 6),
            ], value: 6, generation: 2),
    ]

    @Test("Each step", arguments: cases)
    func table(testCase: Case) {
        var hub = KeyOfHub(Self.table(testCase.policy))
        for act in testCase.acts { hub.apply(act) }
        #expect(hub.state?.row?.values[0] == testCase.value)
        #expect(hub.state?.image.record.generation == testCase.generation)
        #expect(
            hub.conflicts.map { "\($0.field ?? 0) \($0.outcome.rawValue)" } == testCase.conflicts)
        #expect(hub.problems.isEmpty)
        #expect(hub.isHonest)
    }

    @Test("A restored row is whole, counters included, and carries the stamp that restored it")
    func restoredWhole() {
        var hub = KeyOfHub(Self.table(.updateWins))
        let elements = RowChange(
            table: 1, key: Act.key, kind: .update, edits: [SetEdit(3, added: ["a", "b"])])
        hub.apply(Self.birth)
        hub.apply(Act(id: 3, author: 3, change: elements, knows: [0], effective: 2))
        hub.apply(Self.act(1, .delete, knows: [0, 3], at: 3))
        // This update loses its field: what restores the row still stands in it.
        let last = Self.act(4, .update, 7, knows: [0], at: 2)
        hub.apply(last)
        let row = hub.state?.row
        #expect(row?.values == [7, 8, .blob(ScalarArray.encode(["a", "b"]))])
        #expect(row?.record[RowMerge.presence] == last.stamp)
    }

    @Test("Facts and tables that forbid it: a delete is a problem and changes nothing")
    func forbidden() {
        var hub = KeyOfHub(Self.table(.forbidden))
        hub.apply(Self.birth)
        let before = hub.state
        hub.apply(Self.delete)
        #expect(hub.problems.map(\.code) == [.deleteUnsupported])
        #expect(hub.state == before)
    }

    @Test("A key is born again in the scopes that it had")
    func scopes() {
        var hub = KeyOfHub(Self.table(.updateWins))
        hub.apply(Self.birth)
        hub.apply(Self.delete)
        let again = Self.act(2, .insert, 5, knows: [0, 1], at: 3)
        let outcome = RowMerge.merge(
            again.change, into: hub.state, of: hub.table, by: again.writer, scopes: [2],
            oid: { _ in nil }, live: { hub.live[$0] }, resolve: { _, _, _, _ in nil })
        #expect(outcome.problem?.code == .valueInvalid)
        #expect(outcome.state == hub.state)
    }

    @Test("An update or delete of a key that was never born here is left to the birth rule")
    func forgotten() {
        for act in [Self.update, Self.delete] {
            var hub = KeyOfHub(Self.table(.updateWins))
            #expect(hub.apply(act).isForgotten)
            #expect(hub.state == nil)
            #expect(hub.isHonest)
        }
    }

    @Test("A released update that a later delete of its own lane knew restores nothing")
    func releasedUpdate() {
        var hub = KeyOfHub(Self.table(.updateWins))
        hub.apply(Self.birth)
        hub.apply(Self.act(2, .delete, knows: [0], at: 5, author: 7))
        let released = Self.act(1, .update, 9, knows: [0], at: 4, author: 7)
        #expect(
            released.writer.relation(to: Self.act(2, .delete, at: 5, author: 7).stamp)
                == .isKnown)
        hub.apply(released)
        #expect(hub.state?.row == nil)
        #expect(hub.conflicts.isEmpty)
    }

    @Test("A released write meets a later one of its lane: nothing, where the later one knew it")
    func releasedField() {
        let fields = [
            FieldSchema(1, "last", .integer), FieldSchema(2, "first", .integer, .immutable),
            FieldSchema(3, "flag", .integer, .flag(.enableWins), default: 0),
            FieldSchema(4, "many", .blob, .multiValue),
            FieldSchema(5, "left", .integer, .group("g")),
            FieldSchema(6, "right", .integer, .group("g")),
        ]
        let table = TableSchema(1, "t", .mutable, fields)
        func act(_ id: Int, _ value: Int64, at effective: UInt64) -> Act {
            let many = Value.blob(ScalarArray.encode([.integer(value)]))
            return Act(
                id: id, author: 7,
                change: RowChange(
                    table: 1, key: Act.key, kind: .update,
                    puts: [
                        .init(1, .integer(value)), .init(2, .integer(value)), .init(3, 1),
                        .init(4, many), .init(5, .integer(value)), .init(6, .integer(value)),
                    ]), knows: [], effective: effective)
        }
        var hub = KeyOfHub(table)
        let birth = RowChange(table: 1, key: Act.key, kind: .insert)
        hub.apply(Act(id: 0, author: 0, change: birth, knows: [], effective: 9))
        hub.apply(act(2, 2, at: 5))
        let later = hub
        hub.apply(act(1, 1, at: 4))
        // The first statement of an immutable field wins whenever it comes to light.
        #expect(hub.state?.row?.values[1] == 1)
        for ordinal in [0, 2, 3, 4, 5] {
            #expect(hub.state?.row?.values[ordinal] == later.state?.row?.values[ordinal])
        }
    }

    @Test("A row that came back keeps live versions; a new generation starts without")
    func liveAcrossGenerations() {
        var hub = KeyOfHub(Self.table(.updateWins))
        func edit(_ id: Int, knows: Set<Int>, at effective: UInt64) -> Act {
            Act(
                id: id, author: UInt32(id),
                change: RowChange(
                    table: 1, key: Act.key, kind: .update, edits: [SetEdit(3, added: ["a"])]),
                knows: knows, effective: effective)
        }
        hub.apply(Self.birth)
        hub.apply(edit(1, knows: [0], at: 2))
        hub.apply(edit(2, knows: [0], at: 3))
        #expect(hub.live[3]?.versions.count == 2)
        hub.apply(Self.act(3, .delete, knows: [0, 1, 2], at: 4))
        #expect(hub.live[3]?.versions.count == 2)
        hub.apply(Self.act(4, .insert, 5, knows: [0, 1, 2, 3], at: 5))
        #expect(hub.live[3] == nil)
        #expect(hub.state?.row?.values[2] == .null)
    }
}
