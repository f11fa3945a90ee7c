import LynkCore

/// When to exchange next and how, and what to show meanwhile. Pure.
struct SyncLoopMachine: Hashable, Sendable {
    /// A pause before the next attempt.
    struct Pause: Hashable, Sendable {
        let duration: Duration
        /// Whether ``SyncClient/wake()`` ends it early; not when the hub asked for the wait.
        let isWakeable: Bool
    }

    /// Between looks at the hub while nothing is wrong and somebody uses the device.
    static let activePollInterval = Duration.seconds(6)
    /// So long after the last sign of a user the device counts as in use.
    static let activeFor = Duration.seconds(5 * 60)
    /// A live answer that ends by itself before this did not work as one.
    static let liveMin = Duration.seconds(10)
    /// Live answers in a row that did not work, before the device polls.
    static let liveFailuresMax = 3
    /// How long the device polls before it tries a live answer again.
    static let pollFor = Duration.seconds(15 * 60)

    /// A hub's word that nothing changed stands in for an exchange for so long: then digests are
    /// compared again.
    static let lookFor = Duration.seconds(15 * 60)

    private(set) var state = SyncState.offline
    private var backOff = BackOff()
    private let pollInterval: Duration
    private let prefersLive: Bool
    private var liveFailures = 0
    private var pollsUntil: Duration?
    private var activeUntil: Duration?
    /// When the running live answer came to its first checkpoint.
    private var liveSince: Duration?
    /// When the last exchange ended well; `nil` after a failure.
    private var exchangedAt: Duration?

    /// - Parameters:
    ///   - pollInterval: between looks at the hub while nothing is wrong.
    ///   - prefersLive: whether to ask for live answers at all.
    init(pollInterval: Duration, prefersLive: Bool = true) {
        self.pollInterval = pollInterval
        self.prefersLive = prefersLive
    }

    /// An attempt begins.
    ///
    /// - Parameter now: time that never jumps, from any origin, as everywhere here.
    mutating func started(now: Duration) -> PullMode {
        started()
        guard prefersLive else { return .once }
        if let pollsUntil {
            guard now >= pollsUntil else { return .once }
            self.pollsUntil = nil
        }
        return .live
    }

    mutating func started() {
        state = .connecting
        liveSince = nil
    }

    mutating func stopped() { state = .offline }

    mutating func answered() {
        if state == .connecting { state = .catchingUp }
    }

    /// A checkpoint was applied, and more of the answer may follow.
    mutating func live(now: Duration) {
        backOff.reset()
        state = .live
        if liveSince == nil { liveSince = now }
    }

    /// Somebody uses the device.
    ///
    /// - Returns: whether nobody had for a while, so that a look at the hub is due.
    mutating func active(now: Duration) -> Bool {
        let wasActive = isActive(now)
        activeUntil = now + Self.activeFor
        return !wasActive && state == .idle
    }

    /// An exchange ended with its checkpoint, without a live answer.
    mutating func succeeded(now: Duration = .zero) -> Pause {
        exchangedAt = now
        return rested(now: now)
    }

    /// Whether a poll may ask first if anything changed, and leave it at that when nothing did.
    func mayLook(now: Duration) -> Bool {
        exchangedAt.map { now - $0 < Self.lookFor } ?? false
    }

    /// Nothing changed at the hub since the last exchange.
    mutating func unchanged(now: Duration) -> Pause { rested(now: now) }

    private mutating func rested(now: Duration) -> Pause {
        backOff.reset()
        state = .idle
        let interval = isActive(now) ? min(Self.activePollInterval, pollInterval) : pollInterval
        return Pause(duration: interval, isWakeable: true)
    }

    /// A live answer was left by this side: there is something to push.
    mutating func interrupted() -> Pause {
        liveFailures = 0
        return Pause(duration: .zero, isWakeable: true)
    }

    /// A live answer was ended by the hub. Once it asks the device to come back with a new hello;
    /// when it ends time and again, there is no room for it or something on the way holds it up.
    mutating func liveEnded(now: Duration, chance: UInt64) -> Pause {
        let lasted = liveSince.map { now - $0 } ?? .zero
        if lasted >= Self.liveMin {
            liveFailures = 0
            state = .connecting
            return Pause(duration: .zero, isWakeable: true)
        }
        noteLiveFailure(now)
        guard pollsUntil == nil else { return succeeded(now: now) }
        state = .idle
        return Pause(duration: backOff.next(asked: nil, chance: chance), isWakeable: true)
    }

    /// - Parameter chance: a random number, for the jitter.
    mutating func failed(
        _ problem: Problem, asked: Duration?, chance: UInt64, now: Duration = .zero
    ) -> Pause {
        exchangedAt = nil
        guard problem.isWorthRepeating else {
            state = .blocked(problem)
            return Pause(duration: BackOff.askedMax, isWakeable: true)
        }
        // A proxy that collects whole answers shows as silence until the client gives up.
        if problem.code == .timedOut, liveSince == nil { noteLiveFailure(now) }
        state = .offline
        let duration = backOff.next(asked: asked, chance: chance)
        return Pause(duration: duration, isWakeable: asked == nil)
    }

    private mutating func noteLiveFailure(_ now: Duration) {
        liveFailures += 1
        guard liveFailures >= Self.liveFailuresMax else { return }
        liveFailures = 0
        pollsUntil = now + Self.pollFor
    }

    private func isActive(_ now: Duration) -> Bool { activeUntil.map { now < $0 } ?? false }
}

extension Problem {
    /// Whether a later attempt may succeed without a person.
    fileprivate var isWorthRepeating: Bool {
        switch code {
        // Tokens, challenges and sessions are made anew; a hub's own failure may pass; a chain
        // is mended by the replica, and so is a hub that was restored.
        case .tokenInvalid, .tokenExpired, .challengeInvalid, .internalFailure, .chainGap,
            .laneForked, .sessionUnknown, .hubRolledBack:
            true
        default: code.isTransient
        }
    }
}
