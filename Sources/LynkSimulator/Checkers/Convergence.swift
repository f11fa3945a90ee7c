import LynkCore
import LynkEngine
import LynkStore

/// At rest every device has the hub's rows of its scopes, values and stamps alike, and shows them.
final class Convergence: Checker {
    static let name = "Convergence"
    static let invariant = "I6"

    func check(_ moment: Moment, in world: World) throws {
        guard case .rested = moment else { return }
        for device in world.everyDevice where !device.isRevoked {
            let scopes = try members(device, world)
            for table in device.schema.tables {
                try compare(table, scopes, device, world)
            }
        }
    }

    /// `nil` for all.
    private func members(_ device: SimulatedDevice, _ world: World) throws -> Set<Scope>? {
        let (application, now) = (
            world.hub.application, HybridTimestamp(milliseconds: world.hub.now)
        )
        let set = try world.hub.store.inspect {
            try application.scopeSet(of: device.principal, now: now, in: $0)
        }
        if case .only(let names) = set { return names }
        return nil
    }

    private func compare(
        _ table: TableSchema, _ members: Set<Scope>?, _ device: SimulatedDevice, _ world: World
    ) throws {
        let expected = world.hub.presentRows(table.id).filter { row in
            members.map { names in row.scopes.contains { names.contains($0) } } ?? true
        }
        let found = device.replica.confirmedRows(table.id)
        let (there, meant) = (Set(found.map(\.key)), Set(expected.map(\.key)))
        guard there == meant else {
            let (more, less) = (there.subtracting(meant), meant.subtracting(there))
            throw breach(
                "\(table.name): \(more.count) rows too many, \(less.count) missing, e.g. "
                    + "\(more.min() ?? less.min() ?? RowKey(high: 0, low: 0))", device: device)
        }
        for (row, hubs) in zip(found, expected)
        where row.values != hubs.values || row.row != hubs.row || row.overrides != hubs.overrides {
            throw breach(
                "\(table.name) \(row.key) is \(row.values), at the hub \(hubs.values)",
                device: device)
        }
        let shown = device.replica.rows(table.id)
        guard shown.map(\.values) == found.map(\.values), !shown.contains(where: \.isPending)
        else { throw breach("\(table.name) shows more than the hub's rows", device: device) }
    }
}

/// When faults have stopped, a few round trips bring every device to rest.
final class Drains: Checker {
    static let name = "Drains"
    static let invariant = "I20"

    func check(_ moment: Moment, in world: World) throws {
        guard case .rested = moment, !world.restless.isEmpty else { return }
        throw breach(
            "after \(World.roundsMax) rounds: \(world.restless.joined(separator: "; "))")
    }
}
