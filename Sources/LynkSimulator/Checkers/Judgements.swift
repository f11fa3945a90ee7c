import LynkCore
import LynkEngine
import LynkStore

/// What nobody may do with a device's key does nothing: forgeries of identity never get into the
/// log, and what goes beyond a device's rights is never applied.
final class ForgeriesDoNothing: Checker {
    static let name = "ForgeriesDoNothing"
    static let invariant = "I29"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits {
            guard let written = world.truth.written[commit.subject] else { continue }
            switch written.forgery {
            case .inauthentic:
                throw breach("\(commit.oid.short) is in the log and nobody may have written it")
            case .beyondRights where commit.isApplied && !commit.isByHub:
                throw breach("\(commit.oid.short) is applied beyond the rights of its author")
            case .withinRights, .beyondRights, nil: continue
            }
        }
    }
}

/// What the application's rules say of a change set is what became of it, until an operator says
/// otherwise.
final class VerdictsHold: Checker {
    static let name = "VerdictsHold"
    static let invariant = "I18"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits where !commit.isByHub && commit.decides == nil {
            let changes = commit.changes
            let isForbidden = changes.flatMap(\.puts).contains {
                $0.value.textValue?.hasSuffix(SimulatedApplication.forbidden) == true
            }
            let amounts = changes.filter { $0.table == SimulatedApplication.entry.id }
                .compactMap { $0.put(4)?.integerValue }
            let isPoison = amounts.contains(SimulatedApplication.poisonAmount)
            if commit.isApplied, isForbidden || isPoison {
                throw breach("\(commit.oid.short) is applied against the application's verdict")
            }
            if commit.isApplied, amounts.contains(SimulatedApplication.heldAmount),
                commit.disposition != .held
            {
                throw breach("\(commit.oid.short) is \(commit.disposition.rawValue), not held")
            }
        }
    }
}

/// A receipt tells of a commit that is there.
final class ReceiptsOfCommits: Checker {
    static let name = "ReceiptsOfCommits"
    static let invariant = "I2, I7"

    func check(_ moment: Moment, in world: World) throws {
        guard case .took(let device, _, .recorded(let receipts)) = moment else { return }
        for receipt in receipts where world.truth.dots[receipt.dot] != receipt.oid {
            throw breach(
                "\(receipt.oid.short) was answered and never committed", device: device)
        }
    }
}

/// The hub forgets nothing that is in no backup.
final class FloorWaits: Checker {
    static let name = "FloorWaits"
    static let invariant = "I14"

    func check(_ moment: Moment, in world: World) throws {
        guard case .stepped = moment else { return }
        let kept = world.hub.backups.map(\.position).max() ?? 0
        guard world.truth.floor > kept else { return }
        throw breach("the floor is \(world.truth.floor), the newest backup is of \(kept)")
    }
}

/// A fact stays, with the bytes of its birth.
final class FactsStay: Checker {
    static let name = "FactsStay"
    static let invariant = "I26"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .hubReplaced, .rested: break
        case .committed: guard world.truth.log.count % 8 == 0 else { return }
        default: return
        }
        let table = SimulatedApplication.entry
        var rows = Dictionary(
            uniqueKeysWithValues: world.hub.presentRows(table.id).map { ($0.key, $0.values) })
        for commit in world.truth.log where commit.isApplied {
            for change in commit.changes where change.table == table.id && change.kind == .insert {
                let meant = table.fields.map { change.put($0.id) ?? $0.defaultValue }
                // A second birth of a key is another word for the first, or it was refused.
                guard let found = rows[change.key], found == meant else {
                    throw breach("the entry \(change.key) is not what was written")
                }
            }
        }
        for commit in world.truth.log {
            for change in commit.changes where change.table == table.id { rows[change.key] = nil }
        }
        guard let odd = rows.keys.min() else { return }
        throw breach("the entry \(odd) is there and nobody wrote it")
    }
}
