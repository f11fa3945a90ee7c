import LynkCore
import LynkEngine
import LynkStore

/// Between two checkpoints the hub's answers move nothing that a device shows: receipts and staged
/// pages are no rows, and own writes stay in sight until a checkpoint includes them.
final class AnswersMoveNothing: Checker {
    static let name = "AnswersMoveNothing"
    static let invariant = "I4, I9"
    private var shown: [Int: (conversation: Int, rows: [[ShownRow]])] = [:]

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(let device, let conversation, .began):
            // The book lets the first sync of a device that has written nothing put its rows in
            // place page by page; the twin in memory does not make use of it.
            let isFirst = world.store == .sqlite && device.isAtFirstSync
            shown[device.slot] = isFirst ? nil : (conversation.number, rows(device))
        case .took(let device, let conversation, .recorded),
            .took(let device, let conversation, .staged):
            guard let before = shown[device.slot], before.conversation == conversation.number
            else { return }
            guard rows(device) != before.rows else { return }
            throw breach("rows changed before the checkpoint came", device: device)
        case .wrote(let device, _): shown[device.slot] = nil
        default: return
        }
    }

    private func rows(_ device: SimulatedDevice) -> [[ShownRow]] {
        device.schema.tables.map { device.replica.rows($0.id) }
    }
}

/// What waits for a birth waits no longer than that: at rest none waits whose rows are there.
final class WaitingEnds: Checker {
    static let name = "WaitingEnds"
    static let invariant = "I18"

    func check(_ moment: Moment, in world: World) throws {
        guard case .rested = moment else { return }
        let schema = world.hub.application.schema
        let due = try world.hub.store.inspect { reads in
            let open = try reads.quarantine().filter { $0.resolution == nil }
            return try open.first { record in
                // Its author's own birth of the row is one of those that stay.
                let births = try open.filter { $0.principal.device == record.principal.device }
                    .flatMap { try reads.changeSet(at: $0.position)?.content.changes ?? [] }
                    .filter { $0.kind == .insert }
                guard record.resolution == nil, record.code == .waitingForBirth,
                    let content = try reads.changeSet(at: record.position)?.content
                else { return false }
                return try content.changes.allSatisfy { change in
                    guard change.kind != .insert, let table = schema.table(change.table) else {
                        return change.kind == .insert
                    }
                    return try reads.stored(table, change.key) != nil
                        && !births.contains { $0.table == table.id && $0.key == change.key }
                }
            }
        }
        guard let due, !isRefusedAnyway(due, world) else { return }
        throw breach("\(due.oid.short) waits for births that have come")
    }

    /// A release that the application or the schema refuses leaves it where it is.
    private func isRefusedAnyway(_ record: QuarantineRecord, _ world: World) -> Bool {
        guard let written = world.truth.written[record.oid] else { return true }
        return written.isForged
            || written.content.changes.contains { change in
                change.kind == .delete || change.table == SimulatedApplication.entry.id
                    || change.puts.contains {
                        $0.value.textValue?.hasSuffix(SimulatedApplication.forbidden) == true
                    }
            }
    }
}
