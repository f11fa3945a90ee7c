import LynkCore
import LynkEngine
import LynkStore

/// Every change set whose local commit returned is kept by a device or stands in the hub's log,
/// unless its last copy went with a file that was replaced by an older one.
final class NothingVanishes: Checker {
    static let name = "NothingVanishes"
    static let invariant = "I1"
    private var steps = 0

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .stepped:
            steps += 1
            guard steps % 16 == 0 else { return }
        case .hubReplaced, .rested: break
        default: return
        }
        var there = Set(world.truth.log.map(\.oid)).union(world.truth.excused)
        for device in world.everyDevice { there.formUnion(device.replica.inspect().kept) }
        for oid in world.truth.order where !there.contains(oid) {
            guard let written = world.truth.written[oid], !written.isForged else { continue }
            throw breach(
                "the change set \(oid.short) of d\(written.slot) is neither at a device nor at "
                    + "the hub")
        }
    }
}

/// What the hub has committed stays as it was, until its file is replaced.
final class LogOnlyGrows: Checker {
    static let name = "LogOnlyGrows"
    static let invariant = "I3, I16"

    func check(_ moment: Moment, in world: World) throws {
        guard case .stepped = moment, let last = world.truth.log.last else { return }
        let chain = try world.hub.store.inspect { reads in
            try reads.head() < last.position ? nil : try reads.log(at: last.position)?.chain
        }
        guard chain != last.chain else { return }
        throw breach("the commit \(last.position), \(last.oid.short), is not in the log any more")
    }
}

/// A dot names one change set, in all that was ever sent.
final class UniqueDots: Checker {
    static let name = "UniqueDots"
    static let invariant = "I13"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed = moment, let dot = world.truth.givenTwice else { return }
        throw breach("the dot \(dot.era):\(dot.number) was given to two change sets")
    }
}

/// Whatever a device kept only until it was durable is in every backup that the hub goes on from.
final class DurableSurvives: Checker {
    static let name = "DurableSurvives"
    static let invariant = "I14"
    private var kept: [Int: Set<ContentID>] = [:]
    private var dropped: Set<ContentID> = []

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(let device, _, .applied):
            let now = Set(device.replica.inspect().kept)
            let gone = (kept[device.slot] ?? []).subtracting(now)
            if !gone.isEmpty { world.reach(.durableDropped) }
            dropped.formUnion(gone)
            kept[device.slot] = now
        case .wrote(let device, _): kept[device.slot] = Set(device.replica.inspect().kept)
        case .hubReplaced(let lost):
            for commit in lost where dropped.contains(commit.oid) {
                let isKept = world.everyDevice.contains {
                    $0.replica.inspect().kept.contains(commit.oid)
                }
                // A file that was replaced by an older one drops without being told.
                guard !isKept, !world.orphaned.contains(commit.oid) else { continue }
                throw breach("\(commit.oid.short) was told durable and is in no backup")
            }
        default: return
        }
    }
}

/// Rows of the hub come from change sets that somebody wrote.
final class OnlyWritten: Checker {
    static let name = "OnlyWritten"
    static let invariant = "I29"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits where commit.isApplied && !commit.isByHub {
            guard let written = world.truth.written[commit.subject] else {
                if world.truth.byHub.contains(commit.subject) { continue }
                throw breach("nobody wrote \(commit.subject.short), which is applied")
            }
            let author = world.devices[written.slot]?.principal.device
            guard commit.device == author, written.content.changes == commit.changes else {
                throw breach("\(commit.subject.short) is applied as another device's")
            }
        }
    }
}
