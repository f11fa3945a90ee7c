import LynkCore
import LynkWire
import Synchronization

/// The device's side of the session with its hub; lost with the process, which costs one full
/// hello.
final class SessionKeeper: Sendable {
    private let held = Mutex<ExchangeSession?>(nil)

    var session: ExchangeSession? { held.withLock { $0 } }

    /// The hub does not know it any more, or an exchange in it did not end well.
    func forget() { held.withLock { $0 = nil } }

    func keep(_ session: ExchangeSession?) { held.withLock { $0 = session } }
}

/// What was sent, as far as the answer is read with it.
struct SentRequest: Sendable {
    let tenant: TenantID
    let hello: Hello
    /// Present when a short hello was sent.
    let resumed: ResumedExchange?
}

extension Hello {
    /// The same for an answer of this kind.
    ///
    /// - Parameter snapshotRows: see ``Hello/snapshotRowsMin``. A device that has taken snapshots
    ///   in wants to go on from them, not to be offered others.
    func asking(_ mode: PullMode, snapshotRows: Int64 = 0) -> Hello {
        Hello(
            protocolVersion: protocolVersion, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head, cursor: cursor, clock: clock,
            digestRoot: digestRoot, ratchet: ratchet, chain: chain, keptHeads: keptHeads,
            eras: eras, proofs: proofs, resume: resume, narrowed: narrowed, mode: mode,
            snapshotRowsMin: snapshots.isEmpty ? snapshotRows : 0, snapshots: snapshots)
    }
}
