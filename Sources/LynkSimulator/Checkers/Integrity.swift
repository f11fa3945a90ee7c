import LynkCore
import LynkEngine
import LynkStore

/// No two rows that are there claim the same.
final class UniqueClaims: Checker {
    static let name = "UniqueClaims"
    static let invariant = "I23"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed = moment else { return }
        var claims: Set<[Value]> = []
        for row in world.hub.presentRows(SimulatedApplication.card.id) {
            guard row.values.count > 15, row.values[15] != .null else { continue }
            guard claims.insert([row.values[0], row.values[15]]).inserted else {
                throw breach("two cards of \(row.values[0]) have the number \(row.values[15])")
            }
        }
    }
}

/// No row names one that was deleted.
final class ReferencesHold: Checker {
    static let name = "ReferencesHold"
    static let invariant = "I22"

    func check(_ moment: Moment, in world: World) throws {
        // Below the floor the hub does not know that the row was ever there.
        guard case .committed = moment, world.truth.floor == 0 else { return }
        let boards = Set(
            world.hub.presentRows(SimulatedApplication.board.id).map(\.key))
        for row in world.hub.presentRows(SimulatedApplication.card.id) {
            guard row.values.count > 14, let parent = row.values[14].keyValue,
                !boards.contains(parent)
            else { continue }
            let wasBorn = world.truth.log.contains { commit in
                commit.isApplied
                    && commit.changes.contains { $0.key == parent && $0.kind == .insert }
            }
            guard wasBorn else { continue }
            throw breach("the card \(row.key) names the board \(parent), which is gone")
        }
    }
}
