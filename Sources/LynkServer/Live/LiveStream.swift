package import LynkCore
import Synchronization

/// One device's open response: what has happened since it last looked.
///
/// Lossy on purpose: a hundred commits while the reader is busy are one wake, and the reader
/// catches up by position. So a slow reader costs three flags.
package final class LiveStream: Sendable {
    /// Why a stream goes on.
    package enum Wake: Hashable, Sendable {
        /// Something was committed to the tenant.
        case committed
        /// Nothing was, for a while: the line must show that it lives.
        case beat
        /// The hub stops, the device was revoked, or another stream takes this one's place.
        case ended
    }

    private struct State {
        var isCommitted = false
        var isBeating = false
        var isEnded = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    package let tenant: TenantID
    package let device: DeviceID
    /// Beats are spread: each stream belongs to one of a few turns.
    let turn: Int
    private let state = Mutex(State())

    init(tenant: TenantID, device: DeviceID, turn: Int) {
        self.tenant = tenant
        self.device = device
        self.turn = turn
    }

    /// Waits for the next wake; one caller at a time. An end comes before a commit, and a commit
    /// before a beat.
    package func next() async -> Wake {
        while true {
            if let wake = take() { return wake }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        if state.isCommitted || state.isBeating || state.isEnded { return true }
                        state.waiter = continuation
                        return false
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                raise { $0.isEnded = true }
            }
        }
    }

    /// Whether the stream is over; what was committed before may not have been sent.
    package var isEnded: Bool { state.withLock { $0.isEnded } }

    package func commit() { raise { $0.isCommitted = true } }
    package func beat() { raise { $0.isBeating = true } }
    package func end() { raise { $0.isEnded = true } }

    private func take() -> Wake? {
        state.withLock { state in
            if state.isEnded { return .ended }
            if state.isCommitted {
                (state.isCommitted, state.isBeating) = (false, false)
                return .committed
            }
            guard state.isBeating else { return nil }
            state.isBeating = false
            return .beat
        }
    }

    private func raise(_ change: (inout State) -> Void) {
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
