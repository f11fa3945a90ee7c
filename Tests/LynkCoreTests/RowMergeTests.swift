import Testing

@testable import LynkCore

/// Three writers, each at a hub of its own, whose change sets arrive in every order.
@Suite struct RowMergeTests {
    private static let states = Lattice(["open", "paid", "closed"])

    static let policies: [MergePolicy] = [
        .lastWriter, .immutable, .maximum, .minimum, .lattice(states),
    ]

    private static func table(_ policy: MergePolicy) -> TableSchema {
        let isText = policy == .lattice(states)
        return TableSchema(
            1, "rows", .mutable,
            [
                FieldSchema(
                    1, "value", isText ? .text : .integer, policy,
                    default: isText ? "open" : policy == .counter ? 0 : .null),
                FieldSchema(2, "tally", .money, .counter, default: 0),
            ])
    }

    private static func values(_ policy: MergePolicy) -> [Value] {
        policy == .lattice(states) ? ["open", "paid", "closed"] : [1, 2, 3]
    }

    private static let key = RowKey(high: 0, low: 1)
    private static let oids = (0...4).map { ContentID(hashing: [UInt8($0)]) }

    /// One author's put and add. Author 0 gave birth to the row.
    struct Write: Sendable {
        let author: UInt32
        let value: Value
        let effective: UInt64
        /// Authors whose commit this one had.
        var knows: [UInt32] = [0]

        var writer: Writer {
            Writer(
                stamp: Stamp(
                    era: author, number: 1, effective: HybridTimestamp(rawValue: effective),
                    author: author),
                oid: RowMergeTests.oids[Int(author)],
                contained: Dictionary(uniqueKeysWithValues: knows.map { ($0, 1) }))
        }

        var change: RowChange {
            RowChange(
                table: 1, key: RowMergeTests.key, kind: .update, puts: [.init(1, value)],
                adds: [.init(2, Int64(author) * 100)])
        }
    }

    private static func merge(_ writes: [Write], _ policy: MergePolicy) -> RowMergeOutcome {
        let table = table(policy)
        let birth = Stamp(era: 0, number: 1, effective: .zero, author: 0)
        var outcome = RowMergeOutcome(
            state: .present(
                StampedRow(
                    key: key, values: table.defaults,
                    record: StampRecord(scopes: [1], row: birth))))
        for write in writes {
            let next = RowMerge.merge(
                write.change, into: outcome.state, of: table, by: write.writer, scopes: [],
                oid: { oids[Int($0.author)] })
            outcome.state = next.state
            outcome.conflicts += next.conflicts
        }
        return outcome
    }

    /// What the laws speak of: the values, and the stamp of the field that a policy decided.
    private struct Result: Equatable, CustomStringConvertible {
        let values: [Value]
        let stamp: Stamp?

        init(_ outcome: RowMergeOutcome) {
            values = outcome.row?.values ?? []
            stamp = outcome.row?.record[1]
        }

        var description: String { "\(values) by \(stamp?.author ?? 99)" }
    }

    @Test(
        "Concurrent writes end the same in every order, with the same winner",
        arguments: policies)
    func everyOrder(policy: MergePolicy) {
        // An immutable field that its author knew is final, so there all writers are births.
        let knows: [UInt32] = policy == .immutable ? [] : [0]
        for values in choices(Self.values(policy), 3) {
            for times in choices([1, 2, 3] as [UInt64], 3) {
                let writes = (0..<3).map {
                    Write(
                        author: UInt32($0) + 1, value: values[$0], effective: times[$0],
                        knows: knows)
                }
                let results = permutations(writes).map { Result(Self.merge($0, policy)) }
                if results.contains(where: { $0 != results[0] }) {
                    Issue.record("\(policy.name) \(values) \(times): \(results)")
                }
            }
        }
    }

    @Test(
        "When one knew another, every order that keeps causes first ends the same",
        arguments: policies.filter { $0 != .immutable })
    func causalOrders(policy: MergePolicy) {
        for values in choices(Self.values(policy), 3) {
            for times in [[1, 2, 3], [1, 3, 2], [2, 1, 3], [1, 2, 2], [1, 1, 2]] as [[UInt64]] {
                var writes = (0..<3).map {
                    Write(author: UInt32($0) + 1, value: values[$0], effective: times[$0])
                }
                // The third knew the first, so its effective time is later.
                writes[2].knows = [0, 1]
                guard times[2] > times[0] else { continue }
                let orders = permutations(writes).filter { order in
                    order.map(\.author).firstIndex(of: 1) ?? 0
                        < order.map(\.author).firstIndex(of: 3) ?? 0
                }
                #expect(orders.count == 3)
                let results = orders.map { Result(Self.merge($0, policy)) }
                if results.contains(where: { $0 != results[0] }) {
                    Issue.record("\(policy.name) \(values) \(times): \(results)")
                }
            }
        }
    }

    @Test("Last writer: the greatest (effective time, oid) stands")
    func lastWriter() {
        for times in choices([1, 2] as [UInt64], 2) {
            let writes = (0..<2).map {
                Write(author: UInt32($0) + 1, value: .integer(Int64($0)), effective: times[$0])
            }
            let winner = writes.max {
                ($0.effective, $0.writer.oid) < ($1.effective, $1.writer.oid)
            }
            let result = Result(Self.merge(writes, .lastWriter))
            #expect(result.stamp?.author == winner?.author)
        }
    }

    @Test("Counters: deltas of all writers add up, whatever was known")
    func counters() {
        let writes = (1...4).map {
            Write(author: $0, value: 1, effective: UInt64($0), knows: $0 == 3 ? [0, 1] : [])
        }
        for order in permutations(writes) {
            #expect(Self.merge(order, .lastWriter).row?.values[1] == 1_000)
        }
    }

    @Test("A counter that leaves 64 bits is flagged, at a birth too")
    func overflow() {
        let table = Self.table(.lastWriter)
        let birth = RowChange(
            table: 1, key: Self.key, kind: .insert, puts: [.init(2, .integer(.max))])
        let writer = Write(author: 1, value: 1, effective: 1).writer
        let row = RowMerge.merge(
            birth, into: nil, of: table, by: writer, scopes: [4], oid: { _ in nil })
        #expect(!row.overflowed)
        let add = RowChange(table: 1, key: Self.key, kind: .update, adds: [.init(2, 1)])
        let sum = RowMerge.merge(
            add, into: row.state, of: table, by: writer, scopes: [], oid: { _ in nil })
        #expect(sum.overflowed)
        let both = RowChange(
            table: 1, key: Self.key, kind: .insert, puts: [.init(2, .integer(.max))],
            adds: [.init(2, 1)])
        let born = RowMerge.merge(
            both, into: nil, of: table, by: writer, scopes: [4], oid: { _ in nil })
        #expect(born.overflowed)
    }

    @Test("The same put again changes nothing", arguments: policies)
    func idempotent(policy: MergePolicy) {
        let table = Self.table(policy)
        for values in choices(Self.values(policy), 2) {
            let writes = [
                Write(author: 1, value: values[0], effective: 2),
                Write(author: 2, value: values[1], effective: 1),
            ]
            let once = Self.merge(writes, policy)
            for write in writes {
                let put = RowChange(
                    table: 1, key: Self.key, kind: .update, puts: write.change.puts)
                // The first author's own put is known to it; the second one's was decided.
                guard once.row?.record[1].author == write.author else { continue }
                let again = RowMerge.merge(
                    put, into: once.state, of: table, by: write.writer, scopes: [],
                    oid: { Self.oids[Int($0.author)] })
                #expect(again.row == once.row)
                #expect(again.conflicts.isEmpty)
            }
        }
    }

    @Test("A known write is replaced without a conflict; a known step back is refused with one")
    func known() {
        let first = Write(author: 1, value: 1, effective: 5)
        var second = Write(author: 2, value: 2, effective: 6, knows: [0, 1])
        let replaced = Self.merge([first, second], .lastWriter)
        #expect(replaced.row?.values[0] == 2)
        #expect(replaced.conflicts.isEmpty)

        let paid = Write(author: 1, value: "paid", effective: 5)
        second = Write(author: 2, value: "open", effective: 6, knows: [0, 1])
        let refused = Self.merge([paid, second], .lattice(Self.states))
        #expect(refused.row?.values[0] == "paid")
        #expect(
            refused.conflicts == [
                Conflict(
                    table: 1, key: Self.key, field: 1, outcome: .refused, policy: "lattice",
                    base: "paid", current: "paid", currentStamp: paid.writer.stamp, new: "open",
                    newStamp: second.writer.stamp)
            ])
    }

    @Test("A context covers only rows that were delivered; own writes are known anyway")
    func unseenRows() {
        let table = Self.table(.lastWriter)
        let row = Self.merge([Write(author: 1, value: 1, effective: 5)], .lastWriter).state
        for (author, conflicts) in [(1 as UInt32, 0), (2, 1)] {
            let write = Write(author: author, value: 7, effective: 9, knows: [0, 1])
            let put = RowChange(table: 1, key: Self.key, kind: .update, puts: write.change.puts)
            let outcome = RowMerge.merge(
                put, into: row, of: table, by: write.writer, scopes: [], sees: false,
                oid: { Self.oids[Int($0.author)] })
            #expect(outcome.row?.values[0] == 7)
            #expect(outcome.conflicts.count == conflicts)
        }
    }

    @Test("A birth takes defaults, one stamp and its scopes; nothing else makes a row")
    func birth() {
        let table = Self.table(.lattice(Self.states))
        let writer = Write(author: 3, value: 1, effective: 8).writer
        let insert = RowChange(
            table: 1, key: Self.key, kind: .insert, adds: [.init(2, 5), .init(99, 1)])
        let born = RowMerge.merge(
            insert, into: nil, of: table, by: writer, scopes: [4, 5], oid: { _ in nil })
        #expect(
            born.row
                == StampedRow(
                    key: Self.key, values: ["open", 5],
                    record: StampRecord(scopes: [4, 5], row: writer.stamp)))
        #expect(born.isChanged)
        for kind in [RowChange.Kind.update, .delete] {
            let change = RowChange(table: 1, key: Self.key, kind: kind)
            let none = RowMerge.merge(
                change, into: nil, of: table, by: writer, scopes: [4], oid: { _ in nil })
            #expect(none.state == nil)
            #expect(!none.isChanged)
            #expect(none.isForgotten)
        }
    }

    @Test("A field of a newer schema is passed over")
    func unknownField() {
        let row = Self.merge([], .lastWriter).state
        let writer = Write(author: 1, value: 1, effective: 5).writer
        let change = RowChange(
            table: 1, key: Self.key, kind: .update, puts: [.init(50, 1)], adds: [.init(51, 1)])
        let outcome = RowMerge.merge(
            change, into: row, of: Self.table(.lastWriter), by: writer, scopes: [],
            oid: { _ in nil })
        #expect(outcome.state == row)
        #expect(!outcome.isChanged)
    }

    @Test("The hub itself knows everything")
    func hub() {
        let stamp = Stamp(era: 9, number: 1, effective: .zero, author: 9)
        let other = Stamp(era: 1, number: .max, effective: .zero, author: 1)
        #expect(Writer(hub: stamp, oid: Self.oids[0]).knew(other))
        #expect(!Writer(stamp: stamp, oid: Self.oids[0], contained: [:]).knew(other))
    }

    @Test("Of a lane that the author left, what is before the fork is known; what goes on knows it")
    func chains() {
        func stamp(_ effective: UInt64, _ author: UInt32) -> Stamp {
            Stamp(
                era: 1, number: effective, effective: HybridTimestamp(rawValue: effective),
                author: author)
        }
        let writer = Writer(
            stamp: stamp(50, 3), oid: Self.oids[0], contained: [:],
            chain: Writer.Chain(
                behind: [
                    1: HybridTimestamp(rawValue: 20), 2: HybridTimestamp(rawValue: 40),
                ], ahead: [4]))
        let table: [(Stamp, Writer.Relation)] = [
            (stamp(20, 1), .knew), (stamp(21, 1), .concurrent), (stamp(40, 2), .knew),
            (stamp(41, 2), .concurrent), (stamp(50, 3), .knew), (stamp(51, 3), .isKnown),
            (stamp(60, 4), .isKnown), (stamp(10, 5), .concurrent),
        ]
        for (other, relation) in table {
            #expect(writer.relation(to: other) == relation, "\(other.author)")
            // Own writes are known also in scopes that the author does not have.
            #expect(writer.relation(to: other, sees: false) == relation, "\(other.author)")
        }
    }

    @Test("Overrides stand in the order of their fields, one for each")
    func overrides() {
        var record = StampRecord(
            scopes: [], row: Stamp(era: 1, number: 1, effective: .zero, author: 1))
        for field in [5, 2, 9, 2, 5] as [FieldID] {
            record.set(
                Stamp(era: 1, number: UInt64(field), effective: .zero, author: 2), for: field)
        }
        #expect(record.overrides.map(\.field) == [2, 5, 9])
        #expect(record[9].number == 9)
        #expect(record[3] == record.row)
    }
}
