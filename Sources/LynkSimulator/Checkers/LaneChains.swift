import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// A lane is one chain: each commit in it follows the one before it there. Who goes on otherwise,
/// as the copy of a device does, goes on in a lane of its own.
final class OneChain: Checker {
    static let name = "OneChain"
    static let invariant = "I10"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits where !commit.isByHub && commit.decides == nil {
            guard commit.problem != .changeSetMalformed,
                let written = world.truth.written[commit.oid],
                let before = world.truth.log.prefix(Int(commit.position) - 1).last(where: {
                    $0.lane == commit.lane && $0.decides == nil && !$0.isByHub
                }),
                written.content.previous != before.oid
            else { continue }
            throw breach(
                "\(commit.oid.short) stands in its lane after \(before.oid.short), which it does "
                    + "not follow", device: world.devices[written.slot])
        }
    }
}

/// What a change set follows in its author's chain is in the log before it.
final class PredecessorsFirst: Checker {
    static let name = "PredecessorsFirst"
    static let invariant = "I5"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits where !commit.isByHub && commit.decides == nil {
            guard commit.problem != .changeSetMalformed,
                let previous = world.truth.written[commit.oid]?.content.previous,
                !world.truth.log.prefix(Int(commit.position) - 1).contains(where: {
                    $0.oid == previous
                })
            else { continue }
            throw breach("\(commit.oid.short) is in the log before \(previous.short)")
        }
    }
}

/// Of the copies of a device one goes on: a push that presents a token from before the last answer
/// but one is not taken.
final class SpentTokens: Checker {
    static let name = "SpentTokens"
    static let invariant = "I17"
    /// Per lane the two tokens that the hub gave last, the newest first.
    private var given: [LaneID: [[UInt8]]] = [:]

    func check(_ moment: Moment, in world: World) throws {
        // A hub that was restored takes what it gave and no longer remembers.
        guard case .pushed(let device, let request, let answer) = moment,
            answer.refusal == nil, !answer.ratchet.isEmpty, world.truth.hubRestores == 0
        else { return }
        let (lane, token) = (request.hello.lane, request.hello.ratchet)
        if let known = given[lane], !known.contains(token) {
            throw breach("a push with a spent token was taken", device: device)
        }
        if given[lane]?.first != answer.ratchet { given[lane] = [answer.ratchet, token] }
    }
}

/// The chain of hashes over the commits, computed again by the book's words.
final class ChainOfHashes: Checker {
    static let name = "ChainOfHashes"
    static let invariant = "I16"

    func check(_ moment: Moment, in world: World) throws {
        guard case .committed(let commits) = moment else { return }
        for commit in commits {
            let before =
                commit.position > 1
                ? world.truth.log[Int(commit.position) - 2].chain
                : [UInt8](repeating: 0, count: 32)
            func eight(_ number: UInt64) -> [UInt8] {
                (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
            }
            // A release has an effective time of its own, besides that of what it released.
            let effective =
                try world.hub.store.inspect { try $0.log(at: commit.position) }?
                .effective ?? commit.effective
            let hashed =
                before + commit.oid.bytes + commit.dot.era.bytes + eight(commit.dot.number)
                + eight(effective.rawValue) + Array(commit.disposition.rawValue.utf8)
            guard ContentID(hashing: hashed).bytes != commit.chain else { continue }
            throw breach("the hash at \(commit.position) is not that of the commits before it")
        }
    }
}
