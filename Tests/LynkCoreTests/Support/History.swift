import LynkCore
import TestSupport

/// One change set of a small history: each in an era of its own, so that it can know any set of
/// others, not only the beginning of a log.
struct Act: Sendable, CustomStringConvertible {
    let id: Int
    var author: UInt32
    let change: RowChange
    /// Downward closed.
    let knows: Set<Int>
    let effective: UInt64

    static let key = RowKey(high: 0, low: 1)

    static func oid(_ id: Int) -> ContentID { ContentID(hashing: [UInt8(id)]) }

    var oid: ContentID { Act.oid(id) }

    var stamp: Stamp {
        Stamp(
            era: UInt32(id), number: 1, effective: HybridTimestamp(rawValue: effective),
            author: author)
    }

    var writer: Writer {
        Writer(
            stamp: stamp, oid: oid,
            contained: Dictionary(uniqueKeysWithValues: knows.map { (UInt32($0), 1) }))
    }

    var description: String { "\(id)\(change.kind)@\(effective) knows \(knows.sorted())" }
}

/// Whether (effective time, oid) of one is less than that of the other.
func isEarlier(_ left: Act, _ right: Act) -> Bool {
    (left.effective, left.oid) < (right.effective, right.oid)
}

/// What a hub keeps of one key: the state, and what stands beside it.
struct KeyOfHub {
    let table: TableSchema
    var state: RowState?
    var live: [FieldID: LiveVersions] = [:]
    var conflicts: [Conflict] = []
    var problems: [Problem] = []
    /// Whether each outcome said truly whether the state changed.
    var isHonest = true

    init(_ table: TableSchema) { self.table = table }

    @discardableResult
    mutating func apply(_ act: Act, writer: Writer? = nil) -> RowMergeOutcome {
        let outcome = RowMerge.merge(
            act.change, into: state, of: table, by: writer ?? act.writer, scopes: [1], sees: true,
            oid: { Act.oid(Int($0.era)) }, live: { live[$0] },
            resolve: { name, _, left, right in
                guard name == "sum of bits", let left = left.integerValue,
                    let right = right.integerValue
                else { return nil }
                return .integer(left | right)
            })
        if outcome.isChanged != (outcome.state != state) { isHonest = false }
        state = outcome.state
        for (field, versions) in outcome.live { live[field] = versions.isEmpty ? nil : versions }
        conflicts += outcome.conflicts
        if let problem = outcome.problem { problems.append(problem) }
        return outcome
    }
}

/// Every way in which `count` acts after a first one, which all know, can know each other.
func allKnowledge(_ count: Int) -> [[Set<Int>]] {
    guard count > 0 else { return [[[]]] }
    return allKnowledge(count - 1).flatMap { earlier -> [[Set<Int>]] in
        let others = Array(1..<max(count, 1))
        return (0..<1 << others.count).compactMap { mask in
            var known: Set<Int> = [0]
            for (place, other) in others.enumerated() where mask >> place & 1 == 1 {
                known.insert(other)
            }
            return known.allSatisfy { earlier[$0].isSubset(of: known) } ? earlier + [known] : nil
        }
    }
}

/// Every order that puts each act after those that it knows.
func causalOrders(_ acts: [Act]) -> [[Act]] {
    func extend(_ order: [Act], _ rest: [Act]) -> [[Act]] {
        if rest.isEmpty { return [order] }
        let done = Set(order.map(\.id))
        return rest.indices.filter { rest[$0].knows.isSubset(of: done) }.flatMap { index in
            var left = rest
            let next = left.remove(at: index)
            return extend(order + [next], left)
        }
    }
    return extend([], acts)
}

/// Effective times that keep causes first and else come close together, ties included.
func effectiveTimes(_ knowledge: [Set<Int>], _ random: inout SeededGenerator) -> [UInt64] {
    var times: [UInt64] = []
    for known in knowledge {
        let least = (known.map { times[$0] }.max() ?? 0) + 1
        times.append(least + UInt64.random(in: 0...2, using: &random))
    }
    return times
}
