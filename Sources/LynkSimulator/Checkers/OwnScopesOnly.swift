import LynkCore
import LynkEngine
import LynkStore

/// No byte of another scope reaches a device: neither a text with an area's mark nor a name.
final class OwnScopesOnly: Checker {
    static let name = "OwnScopesOnly"
    static let invariant = "I30"

    func check(_ moment: Moment, in world: World) throws {
        guard case .sent(let conversation, let answer, let bytes) = moment, !answer.isOffice,
            let device = world.devices[conversation.slot]
        else { return }
        let own = device.principal.user.description
        for mark in AreaMark.all(in: bytes) {
            let area = SimulatedApplication.areaScope(mark.area)
            guard !answer.scopes.contains(area), mark.user != own else { continue }
            throw breach(
                "text of \(area.name) is in the answer #\(conversation.number), whose scopes are "
                    + "\(answer.scopes.map(\.name).sorted())", device: device)
        }
    }
}

/// After each checkpoint device and hub have the same digest, and it is that of the rows.
final class EqualDigests: Checker {
    static let name = "EqualDigests"
    static let invariant = "I6, I21"

    func check(_ moment: Moment, in world: World) throws {
        guard case .took(let device, let conversation, .applied(_, let report)) = moment else {
            return
        }
        // Roots are equal only where both know the same tables and fields.
        let isSame = device.schema == world.hub.application.schema
        guard report.digestMatches || !isSame || device.mayDiffer else {
            throw breach(
                "the digest differs after #\(conversation.number), \(report.rowsApplied) rows",
                device: device)
        }
        if report.digestMatches { device.mayDiffer = false }
        guard try device.replica.recomputeRoot() == device.replica.status().root else {
            throw breach("the digest is not that of the rows", device: device)
        }
    }
}

/// A vector has one entry per live hub and per era that nobody has joined yet, not per device.
final class BoundedVectors: Checker {
    static let name = "BoundedVectors"
    static let invariant = "I8"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .committed:
            let count = try world.hub.store.inspect { try $0.vector().entries.count }
            guard count <= 1 else { throw breach("the hub's vector has \(count) entries") }
        case .wrote(let device, let written):
            let count = written.content.context.entries.count
            guard count <= 1 else { throw breach("a context has \(count) entries", device: device) }
        default: return
        }
    }
}

/// A device's vector never goes back, unless the hub has said that it was rolled back.
final class NeverBackward: Checker {
    static let name = "NeverBackward"
    static let invariant = "I9"
    private var verdicts: [Int: HandshakeVerdict] = [:]
    private var positions: [Int: Int64] = [:]

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(let device, _, .began(let welcome)):
            verdicts[device.slot] = welcome.verdict
            positions[device.slot] = device.replica.inspect().cursor.position
        case .took(let device, _, .applied(let checkpoint, _)):
            guard let before = positions[device.slot], checkpoint.position < before,
                verdicts[device.slot] != .rollback
            else { return }
            // Positions are given again at a hub that lost commits: then the vector decides.
            guard world.truth.hubRestores == 0 else { return }
            throw breach("the device went from \(before) to \(checkpoint.position)", device: device)
        default: return
        }
    }
}

/// What a person has just written is what the device shows, or its policy says otherwise.
final class OwnWritesVisible: Checker {
    static let name = "OwnWritesVisible"
    static let invariant = "I9"

    func check(_ moment: Moment, in world: World) throws {
        guard case .wrote(let device, let written) = moment else { return }
        for change in written.content.changes {
            guard let table = device.schema.table(change.table) else { continue }
            let row = device.replica.row(change.table, change.key)
            guard (row == nil) == (change.kind == .delete) else {
                throw breach(
                    "\(table.name) \(change.key) is \(row == nil ? "not shown" : "shown") after "
                        + "an own \(change.kind)", device: device)
            }
            for put in change.puts {
                guard let ordinal = table.ordinal(of: put.field), let row,
                    table.fields[ordinal].policy == .lastWriter,
                    row.values[ordinal] != put.value
                else { continue }
                throw breach(
                    "\(table.name).\(table.fields[ordinal].name) does not show what was written",
                    device: device)
            }
        }
    }
}

/// What a hub announces is at least what a pull brings, when nothing was committed meanwhile: a
/// progress that is made of it stays between 0 and 1 without being cut.
final class HonestProgress: Checker {
    static let name = "HonestProgress"
    static let invariant = "I20"
    private var expected: [Int: (rows: Int64, resumed: Bool)] = [:]

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(_, let conversation, .began(let welcome)):
            expected[conversation.number] = (welcome.rowsExpected, welcome.resumed)
            guard welcome.rowsExpected >= 0 else { throw breach("less than no rows announced") }
        case .took(let device, let conversation, .applied):
            guard let told = expected.removeValue(forKey: conversation.number), !told.resumed,
                conversation.begunAt == world.truth.made,
                Int64(conversation.rowsStaged) > told.rows
            else { return }
            throw breach(
                "\(told.rows) rows were announced and \(conversation.rowsStaged) came",
                device: device)
        default: return
        }
    }
}
