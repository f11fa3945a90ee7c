import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// A checkpoint is for the scopes that the device may see at its position: of others it would bring
/// too much, and of those it would leave out it would show a part of a change set.
final class ScopesOfTheCut: Checker {
    static let name = "ScopesOfTheCut"
    static let invariant = "I4, I30"

    func check(_ moment: Moment, in world: World) throws {
        guard case .sent(let conversation, let answer, _) = moment,
            let checkpoint = answer.checkpoint, world.slip != .widenedScopes
        else { return }
        let application = world.hub.application
        let due = try world.hub.store.inspect { reads -> Set<Scope>? in
            guard try reads.head() == checkpoint.position else { return nil }
            switch try application.scopeSet(of: answer.principal, now: answer.now, in: reads) {
            case .all: return Set(try reads.scopes().map(\.name))
            case .only(let names): return names
            }
        }
        guard var due else { return }
        if let narrowed = answer.request.hello.narrowed { due.formIntersection(narrowed) }
        guard ScopeUpdate(scopes: due).hash != checkpoint.scopeSetHash else { return }
        throw breach(
            "the checkpoint at \(checkpoint.position) of #\(conversation.number) is not for "
                + "\(due.map(\.name).sorted())", device: world.devices[conversation.slot])
    }
}
