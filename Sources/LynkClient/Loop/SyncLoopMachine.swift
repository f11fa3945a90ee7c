import LynkCore

/// When to exchange next, and what to show meanwhile. Pure.
struct SyncLoopMachine: Hashable, Sendable {
    /// A pause before the next attempt.
    struct Pause: Hashable, Sendable {
        let duration: Duration
        /// Whether ``SyncClient/wake()`` ends it early; not when the hub asked for the wait.
        let isWakeable: Bool
    }

    private(set) var state = SyncState.offline
    private var backOff = BackOff()
    private let pollInterval: Duration

    /// - Parameter pollInterval: between looks at the hub while nothing is wrong.
    init(pollInterval: Duration) { self.pollInterval = pollInterval }

    mutating func started() { state = .connecting }
    mutating func stopped() { state = .offline }

    mutating func answered() {
        if state == .connecting { state = .catchingUp }
    }

    mutating func succeeded() -> Pause {
        backOff.reset()
        state = .idle
        return Pause(duration: pollInterval, isWakeable: true)
    }

    /// - Parameter chance: a random number, for the jitter.
    mutating func failed(_ problem: Problem, asked: Duration?, chance: UInt64) -> Pause {
        guard problem.isWorthRepeating else {
            state = .blocked(problem)
            return Pause(duration: BackOff.askedMax, isWakeable: true)
        }
        state = .offline
        let duration = backOff.next(asked: asked, chance: chance)
        return Pause(duration: duration, isWakeable: asked == nil)
    }
}

extension Problem {
    /// Whether a later attempt may succeed without a person.
    fileprivate var isWorthRepeating: Bool {
        switch code {
        // Tokens and challenges are made anew; a hub's own failure may pass.
        case .tokenInvalid, .tokenExpired, .challengeInvalid, .internalFailure, .chainGap,
            .laneForked:
            true
        default: code.isTransient
        }
    }
}
