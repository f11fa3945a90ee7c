import LynkCore
import LynkEngine
import LynkWire
import TestSupport
import Testing

@testable import LynkStore

/// Rows merged one change at a time, without a store: authors with what they knew, and a hub that
/// is a dictionary.
private struct MergeBench {
    struct Author {
        var known: UInt64 = 0
        var rows: [RowName: [Value]] = [:]
        var waiting: [(context: UInt64, change: RowChange)] = []
        /// When the last one was written: effective times of a lane ascend.
        var last = HybridTimestamp.zero
    }

    static let era = EraID(high: 1, low: 1)
    var states: [RowName: RowState] = [:]
    var live: [RowName: [FieldID: LiveVersions]] = [:]
    var oids: [ContentID] = []
    var applied: [AppliedChangeSet] = []
    var authors: [Author]
    var random: SeededGenerator
    var births: UInt64 = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        authors = []
        authors = (0...number(3)).map { _ in Author() }
    }

    mutating func number(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }

    mutating func step() throws {
        let author = number(authors.count - 1)
        switch number(9) {
        case 0...4: try write(author)
        case 5, 6: if !authors[author].waiting.isEmpty { try push(author) }
        default: pull(author)
        }
    }

    func shown(_ author: Int, _ name: RowName, _ table: TableSchema) -> [Value]? {
        PendingOverlay.show(
            name.key, confirmed: authors[author].rows[name],
            under: authors[author].waiting.map(\.change).filter {
                $0.table == name.table && $0.key == name.key
            }, of: table)?.values
    }

    private mutating func write(_ author: Int) throws {
        let table = PolicySchema.schema.tables[number(1)]
        let name = RowName(table: table.id, key: RowKey(high: 1, low: UInt64(number(2))))
        let before = shown(author, name, table)
        var after = before
        if before == nil {
            // Keys are minted once: only who knew the delete gives birth again.
            guard isFree(name) || knewDelete(author, name) else { return }
            after = table.defaults
        } else if number(5) == 0 {
            after = nil
        }
        if var values = after {
            for _ in 0...number(2) {
                let ordinal = number(table.fields.count - 1)
                let put = PolicySchema.put(table.fields[ordinal], over: values[ordinal], &random)
                values[ordinal] = put.value
            }
            after = values
        }
        if let change = try LocalEffect.change(name.key, of: table, from: before, to: after) {
            authors[author].waiting.append((authors[author].known, change))
        }
    }

    private func isFree(_ name: RowName) -> Bool {
        states[name] == nil
            && !authors.contains { author in
                author.waiting.contains {
                    $0.change.table == name.table && $0.change.key == name.key
                }
            }
    }

    private func knewDelete(_ author: Int, _ name: RowName) -> Bool {
        func isDelete(_ change: RowChange) -> Bool {
            change.kind == .delete && change.table == name.table && change.key == name.key
        }
        return authors[author].waiting.contains { isDelete($0.change) }
            || applied.contains {
                $0.changes.contains(where: isDelete)
                    && ($0.dot.number <= authors[author].known
                        || $0.lane?.low == UInt64(author))
            }
    }

    private mutating func push(_ author: Int) throws {
        let (context, change) = authors[author].waiting.removeFirst()
        guard let table = PolicySchema.schema.table(change.table) else { return }
        let name = RowName(table: change.table, key: change.key)
        // What admission refuses before the merge.
        if states[name] == nil, change.kind != .insert { return }
        if change.kind == .insert, states[name]?.row != nil { return }
        let place = UInt64(applied.count + 1)
        let received = HybridTimestamp(milliseconds: Int64(place) * 10)
        // After what the author knew, before now, and not in the order of arrival.
        let least = max(
            HybridTimestamp(milliseconds: Int64(context) * 10), authors[author].last
        ).next
        let claimed = HybridTimestamp(milliseconds: Int64(number(Int(place) * 10)))
        let effective = max(least, min(claimed, received))
        authors[author].last = effective
        let oid = ContentID(
            hashing: [UInt8(truncatingIfNeeded: random.next())]
                + withUnsafeBytes(
                    of: place.bigEndian
                ) { Array($0) })
        let stamp = Stamp(
            era: 0, number: place, effective: effective, author: UInt32(author))
        let before = live[name] ?? [:]
        let names = oids
        let outcome = RowMerge.merge(
            change, into: states[name], of: table,
            by: Writer(stamp: stamp, oid: oid, contained: [0: context]), scopes: [0],
            oid: { names[Int($0.number) - 1] }, live: { before[$0] }, resolve: { _, _, _, _ in nil }
        )
        if let problem = outcome.problem { throw problem }
        states[name] = outcome.state
        for (field, versions) in outcome.live {
            live[name, default: [:]][field] = versions.isEmpty ? nil : versions
        }
        oids.append(oid)
        applied.append(
            AppliedChangeSet(
                oid: oid, dot: Dot(era: Self.era, number: place), effective: effective,
                lane: LaneID(high: 0, low: UInt64(author)),
                context: VersionVector([Self.era: context]), conflicts: outcome.conflicts.count,
                changes: [change]))
        // The author's overlay ends with its pull, so it pulls at once.
        if authors[author].waiting.isEmpty { pull(author) }
    }

    /// Everything that the hub has; what waits stays on top.
    private mutating func pull(_ author: Int) {
        guard authors[author].waiting.isEmpty else { return }
        authors[author].known = UInt64(applied.count)
        authors[author].rows = states.compactMapValues { $0.row?.values }
    }

    /// Where the rows are not what the definition says.
    func differences() -> [String] {
        var problems: [String] = []
        let meaning = StateFunction(schema: PolicySchema.schema, eras: EraGraph())
        for table in PolicySchema.schema.tables {
            let expected = meaning.rows(table, applied)
            for (name, state) in states where name.table == table.id {
                let (row, meant) = (state.row, expected[name.key])
                guard let row, let meant else {
                    if row == nil, meant == nil { continue }
                    problems.append(
                        "\(table.name) \(name.key.low) is \(row == nil ? "gone" : "there"), meant "
                            + "\(meant == nil ? "gone" : "there")")
                    continue
                }
                for (ordinal, field) in table.fields.enumerated()
                where row.values[ordinal] != meant.values[ordinal] {
                    problems.append(
                        "\(table.name).\(field.name) \(name.key.low): \(row.values[ordinal]), "
                            + "meant \(meant.values[ordinal])")
                }
            }
        }
        return problems.sorted()
    }
}

@Suite("Every policy means what its definition says")
struct MergeMeaningTests {
    @Test("Merged one at a time, any history gives the rows of the definition")
    func everyPolicy() throws {
        for seed in 1...10 * HistoryTests.seeds {
            var bench = MergeBench(seed: seed)
            for number in 0..<60 {
                let count = bench.applied.count
                try bench.step()
                guard bench.applied.count > count else { continue }
                let problems = bench.differences()
                guard problems.isEmpty else {
                    let history = bench.applied.map {
                        "\($0.dot.number) \($0.lane?.low ?? 9) ctx \($0.context[MergeBench.era]) "
                            + "\($0.effective.rawValue) \($0.changes)"
                    }
                    Issue.record("seed \(seed), step \(number): \(problems) \(history)")
                    return
                }
            }
        }
    }
}
