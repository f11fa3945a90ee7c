import LynkCore
import LynkEngine
import LynkStore

/// The hub's rows are what its accepted change sets mean, by a definition that has no order of
/// arrival in it.
final class DefinitionHolds: Checker {
    static let name = "DefinitionHolds"
    static let invariant = "I6"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .hubReplaced, .rested: break
        case .committed: guard world.truth.log.count % 32 == 0 else { return }
        default: return
        }
        let graph = try world.hub.store.inspect { reads in
            var graph = EraGraph()
            for era in try reads.eras() { graph.insert(era.record) }
            return graph
        }
        let application = world.hub.application
        let definition = Definition(
            application: application, deeds: Deed.all(in: world.truth, graph))
        for table in application.schema.tables { try compare(table, definition, world) }
    }

    private func forgotten(_ table: TableSchema, _ world: World) -> Set<RowKey> {
        var keys: Set<RowKey> = []
        for commit in world.truth.log.prefix(Int(world.truth.floor)) {
            for change in commit.changes + commit.consequences
            where change.table == table.id && change.kind == .delete { keys.insert(change.key) }
        }
        return keys
    }

    private func compare(
        _ table: TableSchema, _ definition: Definition, _ world: World
    ) throws {
        var meant = try definition.rows(table)
        var found = world.hub.presentRows(table.id)
        // Below the floor the hub has forgotten that a key had another generation.
        for key in forgotten(table, world) {
            meant[key] = nil
            found.removeAll { $0.key == key }
        }
        let keys = Set(found.map(\.key))
        if let odd = keys.symmetricDifference(meant.keys).min() {
            throw breach(
                "\(table.name) \(odd) is \(keys.contains(odd) ? "there and not" : "not there and")"
                    + " meant to be")
        }
        for row in found {
            guard let expected = meant[row.key] else { continue }
            for (ordinal, field) in table.fields.enumerated() {
                let dot = row[field.id].dot
                guard
                    row.values[ordinal] != expected.values[ordinal]
                        || dot != expected.dots[ordinal] ?? dot
                else { continue }
                throw breach(
                    "\(table.name).\(field.name) of \(row.key) is \(row.values[ordinal]) by "
                        + "\(dot.number), meant \(expected.values[ordinal]) by "
                        + "\(expected.dots[ordinal]?.number ?? 0)")
            }
        }
    }
}
