import LynkCore
import Synchronization

/// The sessions of lately: what short hellos stand for (Protocol/05-exchange.md).
///
/// A cache in two generations, so that it is bounded without a list to keep in order: what was
/// not used for fifteen minutes, or stood in the way of too many others, is forgotten, and its
/// device sends the full hello again.
final class SessionBook: Sendable {
    /// A session outlives its last use by this at most, and by half of it at least.
    static let lifetimeMilliseconds: Int64 = 15 * 60_000
    /// A device that did not get the last checkpoint goes on from the one before.
    static let statesPerSession = 2

    private typealias States = [ExchangeSession]

    private struct State {
        var young: [[UInt8]: States] = [:]
        var old: [[UInt8]: States] = [:]
        var turnedMilliseconds: Int64 = 0
    }

    private let state = Mutex(State())
    private let countMax: Int

    init(countMax: Int = 20_000) { self.countMax = countMax }

    /// The session of this name in the state of this position.
    func session(_ id: [UInt8], at position: Int64, nowMilliseconds: Int64) -> ExchangeSession? {
        state.withLock { state in
            turn(&state, nowMilliseconds)
            if state.young[id] == nil, let found = state.old.removeValue(forKey: id) {
                state.young[id] = found
            }
            return state.young[id]?.first { $0.checkpoint.position == position }
        }
    }

    /// Keeps the state that a checkpoint, which is about to be sent, leads to.
    func keep(_ session: ExchangeSession, nowMilliseconds: Int64) {
        state.withLock { state in
            turn(&state, nowMilliseconds)
            let before = state.young[session.id] ?? state.old.removeValue(forKey: session.id) ?? []
            let others = before.filter {
                $0.checkpoint.position != session.checkpoint.position
            }
            state.young[session.id] = [session] + others.prefix(Self.statesPerSession - 1)
        }
    }

    private func turn(_ state: inout State, _ now: Int64) {
        let isDue = abs(now - state.turnedMilliseconds) >= Self.lifetimeMilliseconds / 2
        guard isDue || state.young.count >= countMax / 2 else { return }
        // Twice due is over: nothing of the young was used for a whole lifetime.
        let isOver = abs(now - state.turnedMilliseconds) >= Self.lifetimeMilliseconds
        (state.old, state.young) = (isOver ? [:] : state.young, [:])
        state.turnedMilliseconds = now
    }
}

extension Welcome {
    /// The same in a session of this name.
    func opening(_ session: [UInt8]) -> Welcome {
        Welcome(
            protocolVersion: protocolVersion, hub: hub, eras: eras, head: head, hubTime: hubTime,
            digestKey: digestKey, scopes: scopes, refusal: refusal, verdict: verdict,
            session: session, ratchet: ratchet, durable: durable, floor: floor,
            wantsEras: wantsEras, resumed: resumed, rowsExpected: rowsExpected, hubKey: hubKey,
            snapshots: snapshots, snapshotsTaken: snapshotsTaken)
    }

    /// What a hub keeps of it for a session: a list of ten thousand scopes is not needed twice.
    func kept(as session: [UInt8]) -> Welcome {
        Welcome(
            protocolVersion: protocolVersion, hub: hub, eras: [], head: nil, hubTime: hubTime,
            digestKey: digestKey, scopes: nil, refusal: nil, session: session, ratchet: ratchet,
            floor: floor, hubKey: hubKey)
    }
}
