import LynkCore
import LynkEngine
import LynkStore

/// A change set is seen whole or not at all: the rows of a pair, which are only written together,
/// have the same token at the hub and on every device, at every moment.
final class AtomicSight: Checker {
    static let name = "AtomicSight"
    static let invariant = "I4"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(let device, _, .applied), .wrote(let device, _):
            let pair = SimulatedApplication.pair.id
            let rows = device.replica.rows(pair)
            try check(
                Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.values) }), device, world)
        case .committed:
            let rows = world.hub.presentRows(SimulatedApplication.pair.id)
            try check(
                Dictionary(uniqueKeysWithValues: rows.map { ($0.key, $0.values) }), nil, world)
        default: return
        }
    }

    private func check(
        _ rows: [RowKey: [Value]], _ device: SimulatedDevice?, _ world: World
    ) throws {
        for area in world.areas {
            let (left, right) = (
                rows[PolicyWorkload.pairKey(area, 1)], rows[PolicyWorkload.pairKey(area, 2)]
            )
            guard left?[2] == right?[2] else {
                throw breach(
                    "the pair of \(area) shows \("\(left?[2] ?? .null)".prefix(80)) and "
                        + "\("\(right?[2] ?? .null)".prefix(80))",
                    device: device)
            }
        }
    }
}

/// Whoever shows an entry shows the entry that its author had seen, too.
final class CausesBeforeEffects: Checker {
    static let name = "CausesBeforeEffects"
    static let invariant = "I5"

    func check(_ moment: Moment, in world: World) throws {
        // A hub that lost commits gets them back in the order in which their authors come.
        guard world.truth.hubRestores == 0 else { return }
        let rows: [(RowKey, [Value])]
        var on: SimulatedDevice?
        let entry = SimulatedApplication.entry.id
        var areas: Set<String>?
        switch moment {
        case .took(let device, _, .applied):
            rows = device.replica.confirmedRows(entry).map { ($0.key, $0.values) }
            on = device
            areas = Set(
                device.replica.inspect().scopes.map(\.name).filter { $0.hasPrefix("area/") }
                    .map { String($0.dropFirst(5)) })
        case .committed:
            rows = world.hub.presentRows(entry).map { ($0.key, $0.values) }
        default: return
        }
        let there = Set(rows.map(\.0))
        for (key, values) in rows {
            guard let cause = values[4].keyValue, !there.contains(cause),
                areas?.contains(values[0].textValue ?? "") ?? true,
                !isExcused(cause, seenTo: on?.replica.inspect().cursor.position ?? .max, world)
            else { continue }
            throw breach("the entry \(key) is there without its cause \(cause)", device: on)
        }
    }

    /// The cause was refused, or waited and was released after what was seen.
    private func isExcused(_ key: RowKey, seenTo position: Int64, _ world: World) -> Bool {
        let born = world.truth.log.filter { commit in
            commit.changes.contains { $0.key == key && $0.kind == .insert }
        }
        return born.isEmpty
            ? !isAccepted(key, world) : !born.contains { $0.isApplied && $0.position <= position }
    }

    /// A forged cause may never have been anywhere.
    private func isAccepted(_ key: RowKey, _ world: World) -> Bool {
        world.truth.order.contains { oid in
            world.truth.written[oid].map { written in
                !written.isForged && written.content.changes.contains { $0.key == key }
            } ?? false
        }
    }
}
