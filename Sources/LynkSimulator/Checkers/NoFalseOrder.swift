import LynkCore
import LynkEngine
import LynkStore

/// Nobody's change set covers what its author had not seen: the hub takes every commit that a
/// context contains for known, and each of them was in the checkpoint that the author had applied.
final class NoFalseOrder: Checker {
    static let name = "NoFalseOrder"
    static let invariant = "I32"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits {
            guard let written = world.truth.written[commit.subject], !written.isForged else {
                continue
            }
            let seen = Set(world.truth.commits(upTo: written.chain).map(\.subject))
            for known in try Knowledge.covered(by: commit, in: world)
            where !seen.contains(known.subject) {
                throw breach(
                    "\(commit.subject.short) counts as knowing \(known.subject.short), which its "
                        + "author d\(written.slot) had not seen")
            }
            let more = commit.covered.subtracting(written.scopes)
            guard more.isEmpty || !world.truth.isUndisturbed else {
                throw breach(
                    "\(commit.subject.short) counts as knowing rows of "
                        + "\(more.map(\.name).sorted()), which its author did not have")
            }
        }
    }
}

/// While nothing was lost and nothing was copied, everything that an author had seen counts as
/// known: there is no conflict without a reason.
final class NoMissedOrder: Checker {
    static let name = "NoMissedOrder"
    static let invariant = "I33"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment, world.truth.isUndisturbed else { return }
        for commit in commits {
            guard let written = world.truth.written[commit.subject], !written.isForged else {
                continue
            }
            let covered = Set(
                try Knowledge.covered(by: commit, in: world).map(\.position))
            let seen = world.truth.commits(upTo: written.chain)
            // Of those who come from below the floor the hub has forgotten what they had.
            guard seen.last?.position ?? 0 >= world.truth.floor else { continue }
            for seen in seen where !covered.contains(seen.position) {
                throw breach(
                    "\(commit.subject.short) does not count as knowing \(seen.subject.short), "
                        + "which its author d\(written.slot) had seen")
            }
        }
    }
}

enum Knowledge {
    /// The commits of the log that a commit's context contains.
    static func covered(by commit: Commit, in world: World) throws -> [Commit] {
        let graph = try world.hub.store.inspect { reads in
            var graph = EraGraph()
            for era in try reads.eras() { graph.insert(era.record) }
            return graph
        }
        let closure = graph.expand(commit.context)
        return world.truth.log.prefix(Int(commit.position) - 1).filter {
            closure.contains($0.dot) || commit.aliases.contains($0.position)
        }
    }
}

/// A change set took effect after everything that its author had seen of the hub's time, not after
/// its receipt, and after its predecessors in the chain.
final class EffectiveTimeBounds: Checker {
    static let name = "EffectiveTimeBounds"
    static let invariant = "I12"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits where !commit.isByHub && commit.decides == nil {
            guard commit.effective <= commit.received else {
                throw breach("\(commit.oid.short) took effect after it was received")
            }
            let before = world.truth.log.prefix(Int(commit.position) - 1)
            if let last = before.last(where: { $0.lane == commit.lane && $0.decides == nil }),
                last.effective >= commit.effective, world.truth.hubRestores == 0
            {
                throw breach(
                    "\(commit.oid.short) took effect before \(last.oid.short) of its own lane")
            }
            // Also from one lane to the next, and at a hub that was restored too.
            if let previous = commit.previous,
                let last = before.last(where: { $0.oid == previous }),
                last.effective >= commit.effective
            {
                throw breach(
                    "\(commit.oid.short) took effect before \(last.oid.short) of its own chain")
            }
            guard world.truth.hubRestores == 0,
                let newest = try Knowledge.covered(by: commit, in: world).last,
                commit.effective <= newest.received
            else { continue }
            throw breach(
                "\(commit.oid.short) took effect before \(newest.oid.short), which its author knew")
        }
    }
}

/// A row whose deletes win is there after an accepted delete only when somebody who knew that
/// delete gave birth to it again.
final class NoResurrection: Checker {
    static let name = "NoResurrection"
    static let invariant = "I19"

    func check(_ moment: Moment, in world: World) throws {
        guard case .rested = moment else { return }
        let table = SimulatedApplication.card.id
        let chains = Chains(world.truth)
        for row in world.hub.presentRows(table) {
            var deletes: [Commit] = []
            var isReborn = false
            for commit in world.truth.log
            where commit.isApplied || commit.problem == .rowForgotten {
                for change in commit.changes + commit.consequences
                where change.table == table && change.key == row.key {
                    // What was forgotten with another's delete its author deleted as well.
                    if change.kind == .delete { deletes.append(commit) }
                    guard commit.isApplied, change.kind == .insert, !deletes.isEmpty
                    else { continue }
                    if commit.isByHub {
                        // What the office wrote it knew; what nobody wrote is no birth.
                        isReborn = isReborn || world.truth.byHub.contains(commit.oid)
                        continue
                    }
                    let known = try Knowledge.covered(by: commit, in: world).map(\.position)
                    isReborn =
                        isReborn
                        || deletes.contains {
                            // Its own delete an author knows in every lane.
                            known.contains($0.position) || $0.lane == commit.lane
                                || chains.isBefore($0.subject, commit.subject)
                        }
                }
            }
            if isReborn { world.reach(.rowReborn) }
            guard deletes.isEmpty || isReborn else {
                throw breach("the card \(row.key) is there after its delete")
            }
        }
    }
}
